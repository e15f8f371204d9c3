/**
 * Door 1: OpenID Connect. It owns the provider, whose login step is the waiting page; it decides nothing about the
 * line.
 */
import type { EventEmitter } from 'node:events';
import type { Middleware } from 'koa';
import type { JWKS } from 'oidc-provider';
import type { Door } from '#http/door.ts';
import { labelDoor } from '#http/door.ts';
import { pinIssuer } from '#http/pin-issuer.ts';
import { Problem } from '#http/problem.ts';
import { unavailableCause } from '#http/unavailable.ts';
import type { Views } from '#http/views.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { Addresses, PendingRequest } from '#waiting-page/address.ts';
import type { Continuation } from '#waiting-page/page.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { navigationsOnly, pageWhileAway, postBecomesGet } from './authorize/authorize-middleware.ts';
import { createContinuation } from './authorize/continuation.ts';
import { createLoginCookies } from './authorize/login-cookies.ts';
import { createLoginLock, releaseLoginLock } from './authorize/login-lock.ts';
import { stopLoops } from './authorize/login-loop.ts';
import { createBegan } from './authorize/login-start.ts';
import { createIsTransactionExpired } from './authorize/login-window.ts';
import { createCookieSigner } from './cookie-signer.ts';
import { type Backchannel, createBackchannel } from './logout/backchannel-logout.ts';
import { createLogouts, type Logouts, noteLogins } from './logout/logout-queue.ts';
import { endAdmissionAtLogout } from './logout/rp-initiated-logout.ts';
import { createProvider } from './provider.ts';
import { createPages, sayAway } from './provider-pages.ts';
import { endAdmissionAtRevocation } from './tokens/introspection.ts';

export interface OidcDeps {
  readonly issuer: string;
  readonly trustProxy: boolean;
  readonly jwks: JWKS;
  readonly store: Pick<Store, 'oidcRecords' | 'logoutQueue' | 'settings' | 'idempotency'>;
  readonly waitingRoom: WaitingRoom;
  readonly cookies: VisitorCookies;
  readonly addresses: Addresses;
  /** Runs before everything of the provider. */
  readonly baseMiddleware: readonly Middleware[];
  readonly views: Pick<Views, 'page'>;
  readonly now: () => number;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'loggedOut'>;
  readonly onError: (error: unknown) => void;
}

export interface OidcDoor extends Required<Pick<Door, 'raw'>> {
  /** Records which relying parties must be notified of an admission's end. */
  readonly ends: Pick<Logouts, 'sink' | 'settled'>;
  readonly backchannel: Backchannel;
  /** Continues the authorization request of a visitor who waited. */
  readonly pending: { readonly request: Continuation<PendingRequest> };
  /** The landing page of the relying party that a request names, if it has its line in this room. */
  readonly wayBack: (room: string, query: URLSearchParams) => Promise<string | null>;
}

const PROVIDER_PATHS =
  /^\/(?:authorize|token|userinfo|jwks|par|introspect|revoke|end-session|\.well-known\/openid-configuration)(?=[/?]|$)/;

export function createOidcDoor(deps: OidcDeps): OidcDoor {
  const { waitingRoom, cookies, addresses, issuer, store, now, onError, log, metrics } = deps;
  const render = deps.views.page;
  const { visitors, relyingParties, snapshots, seal } = waitingRoom;
  const began = createBegan(seal, now);
  const loginCookies = createLoginCookies(seal, issuer.startsWith('https:'));
  const isTransactionExpired = createIsTransactionExpired({ loginCookies, now });
  const provider = createProvider({
    issuer,
    jwks: deps.jwks,
    cookieSigner: createCookieSigner(seal),
    records: store.oidcRecords,
    settings: store.settings,
    visitors,
    relyingParties,
    addresses,
    cookies,
    loginCookies,
    began,
    isTransactionExpired,
    pages: createPages({ render, onError }),
    now,
  });
  for (const middleware of deps.baseMiddleware) provider.use(middleware);
  provider.use(labelDoor('oidc'));
  provider.use(pageWhileAway(render));
  provider.use(navigationsOnly(refuseScript));
  provider.use(postBecomesGet);
  provider.use(began.read);
  provider.use(stopLoops({ logins: loginCookies.logins, began, relyingParties, render, now }));
  endAdmissionAtLogout(provider, { visitors, relyingParties });
  endAdmissionAtRevocation(provider, { visitors, relyingParties });
  releaseLoginLock(provider, { idempotency: store.idempotency, relyingParties });
  const { logoutQueue: logouts, settings } = store;
  noteLogins(provider, { logouts, visitors, now });
  const ends = createLogouts({ logouts, settings, now, onError });
  provider.on('server_error', (ctx, error) => {
    onError(error);
    if (unavailableCause(error)) sayAway(ctx);
  });
  // Koa's own event, which the types of oidc-provider leave out.
  (provider as EventEmitter).on('error', onError);

  const serve = provider.callback();
  return {
    raw(req, res) {
      if (!PROVIDER_PATHS.test(req.url ?? '')) return false;
      pinIssuer(req, issuer, deps.trustProxy);
      void serve(req, res);
      return true;
    },
    ends,
    backchannel: createBackchannel({ provider, visitors, logouts, told: ends.told, now, log, metrics }),
    pending: {
      request: createContinuation({
        provider,
        addresses,
        relyingParties,
        snapshots,
        began,
        bounces: loginCookies.bounces,
        isTransactionExpired,
        isAnotherTabEntering: createLoginLock(store.idempotency),
        issuer,
        render,
        now,
      }),
    },
    async wayBack(room, query) {
      const party = await relyingParties.find(query.get('client_id') ?? '').catch(() => null);
      return party?.room === room ? party.landing_url : null;
    },
  };
}

function refuseScript(): never {
  throw new Problem('invalid_request', { detail: '/authorize is for navigations: send the visitor there.' });
}
