/** The composition root: every construction and every mount. It opens no store and no socket. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Middleware } from 'koa';
import Koa from 'koa';
import type { AuditReader } from '#admin/audit.ts';
import { createAdmin } from '#admin/index.ts';
import type { Config } from '#config/config.ts';
import { createAssets } from '#http/assets.ts';
import { chain } from '#http/chain.ts';
import { createFormats } from '#http/formats.ts';
import { health } from '#http/health.ts';
import { createLately } from '#http/lately.ts';
import { pinIssuer } from '#http/pin-issuer.ts';
import { Problem, problemOf, problems } from '#http/problem.ts';
import { door, requestLog } from '#http/request-log.ts';
import { securityHeaders } from '#http/security-headers.ts';
import { sendUnavailable } from '#http/unavailable.ts';
import { createViews } from '#http/views.ts';
import { createVisitorCookies } from '#http/visitor-cookies.ts';
import { createOidcDoor, type OidcDoor } from '#oidc/index.ts';
import { createClientModule } from '#public/client-module.ts';
import { createDrawPages } from '#public/draws.ts';
import { createEnter } from '#public/enter.ts';
import { createGateCookies } from '#public/gate/cookie.ts';
import { createGate } from '#public/gate/index.ts';
import { createInsiders } from '#public/gate/insiders.ts';
import { createRounds } from '#public/rounds.ts';
import { createStatus } from '#public/status.ts';
import { createTicketFacts } from '#public/ticket-facts.ts';
import { createTickets } from '#public/tickets.ts';
import { createTokens } from '#public/tokens.ts';
import type { Log } from '#telemetry/log.ts';
import type { Metrics, RoomGauges } from '#telemetry/metrics.ts';
import { countVisits } from '#telemetry/visits.ts';
import { createAddresses } from '#waiting-page/address.ts';
import { createOwnFacts } from '#waiting-page/own-facts.ts';
import { createWaitingPage } from '#waiting-page/page.ts';
import type { Emit } from '#waiting-room/activity.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import { createWaitingRoom } from '#waiting-room/index.ts';
import { createPassOffice } from '#waiting-room/passes.ts';
import type { Store } from '#waiting-room/ports.ts';
import type { Snapshot } from '#waiting-room/snapshots.ts';

export interface AppDeps {
  readonly config: Pick<Config, 'issuer' | 'jwks' | 'cookieKeys' | 'adminToken' | 'namedTokens' | 'trustProxy'>;
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where what happens in rooms is told. */
  readonly emit: Emit;
  /** What operators did. */
  readonly audit: AuditReader;
  /** Whether the process may be sent requests; while it may not, /readyz says so. */
  readonly draining?: () => boolean;
}

export interface App {
  readonly waitingRoom: WaitingRoom;
  /** Has to hear what happens, as the other sinks of the feed. */
  readonly ends: OidcDoor['ends'];
  /** Tells relying parties of logins that ended, when it is asked to look. */
  readonly backchannel: OidcDoor['backchannel'];
  /** For `http.createServer`. */
  readonly listener: RequestListener;
}

const ROOT = join(import.meta.dirname, '..');
const { version: VERSION } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

export function createApp({ config, store, log, metrics, now, emit, audit, draining = () => false }: AppDeps): App {
  const { issuer } = config;
  const onError = (error: unknown) => {
    const { document } = problemOf(error);
    if (document.code === 'store_unavailable') metrics.storeFailed('background');
    log[document.code === 'internal_error' ? 'error' : 'warn']({ err: error }, 'something failed');
  };
  const quiet = createWaitingRoom({ store, now, cookieKeys: config.cookieKeys, emit, onError });
  const waitingRoom = { ...quiet, visitors: countVisits(quiet.visitors, metrics) };
  metrics.watchRooms(() => recent(waitingRoom.snapshots.known(), now()));
  const cookies = createVisitorCookies(waitingRoom.tickets, issuer.startsWith('https:'));
  const addresses = createAddresses(waitingRoom.seal);
  const assets = createAssets({ folder: join(ROOT, 'assets') });
  const views = createViews({
    folder: join(ROOT, 'views'),
    shared: { asset: assets.url, formats: createFormats('en') },
  });

  const refuse = (res: ServerResponse, error: unknown) => {
    const { status, headers, document } = problemOf(error);
    if (document.code === 'internal_error') onError(error);
    res.writeHead(status, { ...headers, 'Content-Type': 'application/problem+json' }).end(JSON.stringify(document));
  };

  const baseMiddleware: Middleware[] = [requestLog({ log, metrics }), problems({ log }), securityHeaders({ issuer })];
  const oidc = createOidcDoor({
    issuer,
    jwks: config.jwks,
    store,
    log,
    metrics,
    waitingRoom,
    cookies,
    addresses,
    baseMiddleware: [...baseMiddleware, door('oidc')],
    render: views.page,
    now,
    refuseScript() {
      throw new Problem('invalid_request', { detail: '/authorize is for navigations: send the visitor there.' });
    },
    onError,
  });
  const onFactsPoll = () => {
    metrics.polls.facts += 1;
  };
  const ownFacts = createOwnFacts({ visitors: waitingRoom.visitors, cookies, addresses, refuse, onPoll: onFactsPoll });
  const tokens = createTokens({ issuer, keys: config.jwks.keys, now });
  const { visitors, snapshots } = waitingRoom;
  const enter = createEnter({
    visitors,
    snapshots,
    cookies,
    rounds: createRounds({ returns: createLately(waitingRoom.seal, issuer.startsWith('https:'), 'returns'), now }),
    addresses,
    tokens,
    render: views.page,
    now,
  });
  const waitingPage = createWaitingPage({
    visitors,
    snapshots,
    addresses,
    cookies,
    render: views.page,
    continuations: { request: oidc.continuation, return: enter.continuation },
    wayBack: oidc.wayBack,
  });
  const status = createStatus({
    status: waitingRoom.status,
    refuse,
    onPoll: () => {
      metrics.polls.status += 1;
    },
  });

  const ticketFacts = createTicketFacts({ visitors, tickets: waitingRoom.tickets, refuse, onPoll: onFactsPoll });
  const gate = createGate({
    issuer,
    cookies: createGateCookies(createPassOffice(waitingRoom.seal)),
    insiders: createInsiders({ visitors, snapshots, now }),
    tokens,
    visitors,
    snapshots,
    coordination: store.coordination,
    counts: metrics.gateChecks,
    refuse,
    // Shown at an address of the site, which has no assets of ours.
    showUnavailable: (res) =>
      sendUnavailable(res, views.page('unavailable', { asset: (name: string) => `${issuer}${assets.url(name)}` })),
    now,
  });

  const app = new Koa();
  app.proxy = config.trustProxy;
  const admin = createAdmin({
    operationsOf: waitingRoom.operationsOf,
    audit,
    coordination: store.coordination,
    tokens: [{ name: 'admin', token: config.adminToken }, ...config.namedTokens],
    views,
    log,
    issuer,
    version: VERSION,
  });
  const routes: Middleware[] = [
    health({ ping: store.ping, draining, metrics }),
    assets.middleware,
    admin,
    chain(door('public'), createDrawPages({ reports: waitingRoom.drawReports, cookies, render: views.page })),
    createClientModule(join(ROOT, 'assets')),
    chain(door('public'), enter.middleware, createTickets({ visitors, tickets: waitingRoom.tickets, tokens })),
    // The login step of OpenID Connect, and where those wait who came by /enter.
    door('oidc'),
    waitingPage,
  ];
  for (const middleware of [...baseMiddleware, ...routes]) app.use(middleware);
  app.on('error', onError);

  const serve = app.callback();
  const serveProvider = oidc.provider.callback();

  const listener = (req: IncomingMessage, res: ServerResponse): void => {
    if (draining()) res.setHeader('Connection', 'close');
    // The busiest are answered before Koa.
    if (status(req, res) || ownFacts(req, res) || ticketFacts(req, res) || gate(req, res)) return;
    if (!oidc.owns(req.url ?? '')) {
      void serve(req, res);
      return;
    }
    pinIssuer(req, issuer, config.trustProxy);
    void serveProvider(req, res);
  };
  return { waitingRoom, listener, ends: oidc.ends, backchannel: oidc.backchannel };
}

/** Older than this, in ms, what a process knows of a room is no measurement: others know it better. */
const RECENT = 10_000;

function* recent(snapshots: Iterable<Snapshot>, now: number): Iterable<RoomGauges> {
  for (const { settings, view, updatedAt } of snapshots) {
    if (now - updatedAt < RECENT) yield { room: settings.id, counters: view.counters, predictions: view.predictions };
  }
}
