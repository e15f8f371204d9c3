/**
 * Door 1: OpenID Connect. It owns the provider, the login transactions of relying parties (`authorize/`), the tokens
 * (`tokens/`), and logouts including back-channel logout (`logout/`). It decides nothing about the line and renders no
 * waiting page. It imports waiting-room, waiting-page, settings, http and telemetry, and no other door. Only this folder
 * names oidc-provider.
 */
import type { EventEmitter } from 'node:events';
import type { JWK } from 'jose';
import type { Middleware } from 'koa';
import type { JWKS } from 'oidc-provider';
import type { Door } from '#http/door.ts';
import { labelDoor } from '#http/door.ts';
import { createLoopGuard } from '#http/loop-guard.ts';
import { pinIssuer } from '#http/pin-issuer.ts';
import { Problem } from '#http/problem.ts';
import { unavailableCause } from '#http/unavailable-cause.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Views } from '#pages/views.ts';
import type { Addresses, PendingRequest } from '#pages/waiting/address.ts';
import type { Continuation } from '#pages/waiting/continuation.ts';
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { navigationsOnly, pageWhileUnavailable, postBecomesGet } from './authorize/authorize-middleware.ts';
import { createContinuation } from './authorize/continuation.ts';
import { createLoginLock, releaseLoginLock } from './authorize/login-lock.ts';
import { stopLoginLoops } from './authorize/login-loop-middleware.ts';
import { createLoginStart } from './authorize/login-start.ts';
import { createTransactionOf } from './authorize/login-transaction.ts';
import { createNewestLogin } from './authorize/newest-login.ts';
import { createCookieSigner } from './cookie-signer.ts';
import { attachLoginContext } from './login-context.ts';
import { type BackchannelLogout, createBackchannelLogout } from './logout/backchannel-logout.ts';
import { enqueueLogins } from './logout/enqueue-logins.ts';
import type { Logouts } from './logout/logout-queue.ts';
import { createLogoutTokens } from './logout/logout-token.ts';
import { endAdmissionAtLogout } from './logout/rp-initiated-logout.ts';
import { createSendLogoutToken } from './logout/send-logout-token.ts';
import { createProvider } from './provider.ts';
import { answerUnavailable, createProviderPages } from './provider-pages.ts';
import { endAdmissionAtRevocation } from './tokens/revocation.ts';

export { createLogoutQueue, type Logouts } from './logout/logout-queue.ts';

export interface OidcDeps {
  readonly issuer: string;
  readonly trustProxy: boolean;
  /** Private keys: RS256 at least. */
  readonly jwks: JWKS & { readonly keys: readonly JWK[] };
  readonly store: Pick<Store, 'oidcRecords' | 'logoutQueue' | 'settings' | 'idempotency'>;
  readonly waitingRoom: WaitingRoom;
  readonly logoutQueue: Pick<Logouts, 'notified'>;
  readonly cookies: VisitorCookies;
  readonly addresses: Addresses;
  /** Runs before the provider's own middleware. */
  readonly baseMiddleware: readonly Middleware[];
  readonly views: Pick<Views, 'page'>;
  readonly now: () => number;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'loggedOut'>;
  readonly onError: (error: unknown) => void;
}

export interface OidcDoor extends Required<Pick<Door, 'raw'>> {
  readonly backchannel: BackchannelLogout;
  /** Continues the authorization request of a visitor who waited. */
  readonly pending: { readonly request: Continuation<PendingRequest> };
  /** The landing page of the relying party named in a request, if its visitors wait in this room. */
  readonly wayBack: (room: string, query: URLSearchParams) => Promise<string | null>;
}

const PROVIDER_PATHS =
  /^\/(?:authorize|token|userinfo|jwks|par|introspect|revoke|end-session|\.well-known\/openid-configuration)(?=[/?]|$)/;

export function createOidcDoor(deps: OidcDeps): OidcDoor {
  const { waitingRoom, cookies, addresses, issuer, store, now, onError, log, metrics } = deps;
  const render = deps.views.page;
  const { visitors, relyingParties, snapshots, seal } = waitingRoom;
  const isSecure = issuer.startsWith('https:');
  const loginStart = createLoginStart(seal);
  const loops = createLoopGuard(seal, isSecure, now);
  const newestLogin = createNewestLogin(seal, isSecure);
  const transactionOf = createTransactionOf(newestLogin, now);
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
    newestLogin,
    transactionOf,
    loops,
    pages: createProviderPages({ render, onError }),
    now,
  });
  for (const middleware of deps.baseMiddleware) provider.use(middleware);
  provider.use(labelDoor('oidc'));
  provider.use(pageWhileUnavailable(render));
  provider.use(navigationsOnly(refuseScript));
  provider.use(postBecomesGet);
  provider.use(attachLoginContext(now));
  provider.use(loginStart.readNote);
  provider.use(stopLoginLoops({ loops, loginStart, relyingParties, render, now }));
  endAdmissionAtLogout(provider, { visitors, relyingParties });
  endAdmissionAtRevocation(provider, { visitors, relyingParties });
  releaseLoginLock(provider, { idempotency: store.idempotency, relyingParties });
  enqueueLogins(provider, { logouts: store.logoutQueue, visitors, now });
  provider.on('server_error', (ctx, error) => {
    onError(error);
    if (unavailableCause(error)) answerUnavailable(ctx);
  });
  // Koa emits this event; oidc-provider's types leave it out.
  (provider as EventEmitter).on('error', onError);

  const serve = provider.callback();
  return {
    raw(req, res) {
      if (!PROVIDER_PATHS.test(req.url ?? '')) return false;
      pinIssuer(req, issuer, deps.trustProxy);
      void serve(req, res);
      return true;
    },
    backchannel: createBackchannelLogout({
      visitors,
      logouts: store.logoutQueue,
      notified: deps.logoutQueue.notified,
      send: createSendLogoutToken({
        relyingParties,
        tokens: createLogoutTokens({ issuer, keys: deps.jwks.keys, now }),
      }),
      now,
      log,
      metrics,
    }),
    pending: {
      request: createContinuation({
        provider,
        addresses,
        relyingParties,
        snapshots,
        loginStart,
        loops,
        loginLock: createLoginLock(store.idempotency),
        transactionOf,
        issuer,
        render,
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
