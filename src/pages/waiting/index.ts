/**
 * The waiting page, which doors 1 and 2 share. It owns the page, its forms, its facts and its address. It does not own
 * what happens after admission: each door brings that as `pending`. It imports http and waiting-room, and no door.
 */
import type { Challenges } from '#challenges/index.ts';
import type { BrowserUses } from '#http/browser-uses.ts';
import type { Door } from '#http/door.ts';
import { labelDoor } from '#http/door.ts';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { Refuse } from '#http/refuse.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { Views } from '../views.ts';
import type { Addresses } from './address.ts';
import { createCurrentTicket } from './current-ticket.ts';
import { createOwnFacts } from './own-facts.ts';
import type { WaitingPageDeps } from './page.ts';
import { createWaitingPage } from './page.ts';

export interface WaitingPageDoorDeps {
  readonly urls: PublicUrls;
  readonly waitingRoom: Pick<WaitingRoom, 'visitors' | 'snapshots' | 'origins'>;
  readonly addresses: Addresses;
  readonly cookies: VisitorCookies;
  readonly views: Pick<Views, 'page'>;
  readonly metrics: Pick<Metrics, 'polls'>;
  readonly refuse: Refuse;
  readonly challenges: Pick<Challenges, 'check' | 'use'>;
  readonly requestOf: EntryRequestOf;
  readonly browserUses: Pick<BrowserUses, 'takeOver'>;
}

/** @param doors how each door continues with its admitted visitors. */
export function createWaitingPageDoor(
  deps: WaitingPageDoorDeps,
  doors: { readonly pending: WaitingPageDeps['continuations'] },
): Door {
  const { addresses, cookies, refuse, metrics, challenges, requestOf } = deps;
  const { visitors, snapshots, origins } = deps.waitingRoom;
  const currentTicket = createCurrentTicket({ visitors, cookies });
  const onPoll = () => {
    metrics.polls.facts += 1;
  };
  return {
    raw: createOwnFacts({ visitors, snapshots, currentTicket, addresses, refuse, onPoll }),
    // The page is the login step of OpenID Connect, also for visitors who came through /enter.
    middleware: labelDoor(
      'oidc',
      createWaitingPage({
        visitors,
        snapshots,
        origins,
        addresses,
        cookies,
        currentTicket,
        challenges,
        requestOf,
        browserUses: deps.browserUses,
        render: deps.views.page,
        continuations: doors.pending,
        urls: deps.urls,
      }),
    ),
  };
}
