/**
 * Door 2: the ways in without OpenID Connect. It owns the shared status, the tickets API, /enter, the gate, the pages
 * of draws and the browser module. It decides nothing about the line, and stores nothing but the tokens that the gate
 * has already accepted. It imports waiting-room, pages, tokens, http and telemetry, and no other door.
 */
import type { Challenges } from '#challenges/index.ts';
import type { Assets } from '#http/assets.ts';
import type { BrowserUses } from '#http/browser-uses.ts';
import type { ClientAddress } from '#http/client-address.ts';
import type { Door } from '#http/door.ts';
import { firstOf, labelDoor } from '#http/door.ts';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import { createLoopGuard } from '#http/loop-guard.ts';
import { problemAnswer } from '#http/problem.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { Refuse } from '#http/refuse.ts';
import type { RoomRules } from '#http/room-rules.ts';
import type { SenderCheck } from '#http/sender-check.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import { sendUnavailable } from '#pages/unavailable.ts';
import type { Views } from '#pages/views.ts';
import type { Addresses, PendingReturn } from '#pages/waiting/address.ts';
import type { Continuation } from '#pages/waiting/continuation.ts';
import type { Passes } from '#passes/index.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { Tokens } from '#tokens/index.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import { createPassOffice } from '#waiting-room/passes.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { createChallengeRoute } from './challenge.ts';
import { createClientModule } from './client-module.ts';
import { createCallers } from './cors.ts';
import { createDrawPages } from './draws.ts';
import { createEnter } from './enter.ts';
import { createEnterUrls } from './enter-urls.ts';
import { createBrowserBinding } from './gate/browser-binding.ts';
import { createGateCookies } from './gate/cookie.ts';
import { createGate } from './gate/index.ts';
import { createInsiders } from './gate/insiders.ts';
import { createOutside } from './gate/outside.ts';
import { createGateRules } from './gate/rules.ts';
import { createReturnToSite } from './return-to-site.ts';
import { createStatus } from './status.ts';
import { createTicketFacts } from './ticket-facts.ts';
import { createTickets } from './tickets.ts';

export interface PublicDeps {
  readonly urls: PublicUrls;
  readonly store: Pick<Store, 'idempotency'>;
  readonly waitingRoom: WaitingRoom;
  readonly cookies: VisitorCookies;
  readonly addresses: Addresses;
  readonly tokens: Tokens;
  readonly roomRules: RoomRules;
  readonly senderCheck: SenderCheck;
  readonly clientAddress: ClientAddress;
  readonly browserUses: Pick<BrowserUses, 'begin'>;
  readonly passes: Pick<Passes, 'arrive'>;
  readonly assets: Assets;
  readonly views: Pick<Views, 'page'>;
  readonly metrics: Pick<Metrics, 'polls' | 'gateChecks'>;
  readonly refuse: Refuse;
  readonly challenges: Challenges;
  readonly requestOf: EntryRequestOf;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export type PublicDoor = Required<Door<{ readonly return: Continuation<PendingReturn> }>>;

export function createPublicDoor(deps: PublicDeps): PublicDoor {
  const { urls, waitingRoom, cookies, addresses, tokens, assets, views, metrics, refuse, now } = deps;
  const { challenges, requestOf } = deps;
  const { visitors, snapshots, tickets, seal } = waitingRoom;
  const countPoll = (kind: keyof Metrics['polls']) => () => {
    metrics.polls[kind] += 1;
  };

  const callers = createCallers({ origins: waitingRoom.origins, urls });
  const loops = createLoopGuard(seal, urls.isSecure, now);
  const enterUrls = createEnterUrls(urls);
  const enter = createEnter({
    passes: deps.passes,
    snapshots,
    roomRules: deps.roomRules,
    senderCheck: deps.senderCheck,
    cookies,
    addresses,
    requestOf,
    browserUses: deps.browserUses,
    returnToSite: createReturnToSite({ snapshots, loops, tokens, enterUrls, render: views.page }),
    urls,
    enterUrls,
    render: views.page,
    now,
  });
  const gateCookies = createGateCookies(createPassOffice(seal));
  const counts = metrics.gateChecks;
  const { idempotency } = deps.store;
  /** For pages at an address of the protected site, which does not serve our assets. */
  const absoluteAsset = (name: string) => `${urls.origin}${assets.url(name)}`;
  const gate = createGate({
    cookies: gateCookies,
    rules: createGateRules(deps.roomRules),
    insiders: createInsiders({ visitors }),
    binding: createBrowserBinding({ clientAddress: deps.clientAddress, seal }),
    snapshots,
    now,
    outside: createOutside({
      urls,
      enterUrls,
      cookies: gateCookies,
      tokens,
      visitors,
      snapshots,
      idempotency,
      senderCheck: deps.senderCheck,
      counts,
      now,
    }),
    counts,
    refuse,
    showUnavailable: (req, res) => sendUnavailable(res, views.page(req, 'unavailable', { asset: absoluteAsset })),
    showRefused: (req, res, { code, reason }) => {
      const page = views.page(req, 'error', { code, reason, asset: absoluteAsset });
      const { status, headers } = problemAnswer(code);
      res.writeHead(status, { ...headers, 'Content-Type': 'text/html; charset=utf-8' }).end(page);
    },
  });

  return {
    raw: firstOf(
      createStatus({ status: waitingRoom.status, refuse, onPoll: countPoll('status') }),
      createTicketFacts({ visitors, tickets, callers, refuse, onPoll: countPoll('facts') }),
      gate,
    ),
    middleware: labelDoor(
      'public',
      createDrawPages({ reports: waitingRoom.drawReports, snapshots, cookies, render: views.page, urls }),
      createClientModule(assets.folder),
      enter.middleware,
      createChallengeRoute({ challenges, snapshots, tickets, cookies, requestOf, callers }),
      createTickets({
        ...{ visitors, snapshots, tickets, tokens, callers, challenges, requestOf, urls },
        ...{ roomRules: deps.roomRules, passes: deps.passes },
      }),
    ),
    pending: { return: enter.continuation },
  };
}
