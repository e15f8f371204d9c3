/**
 * Door 1: OpenID Connect. It owns the provider, the login transactions of relying parties (`authorize/`), the tokens
 * (`tokens/`), and logouts including back-channel logout (`logout/`). It decides nothing about the line and renders no
 * waiting page. It imports waiting-room, pages, settings, http and telemetry, and no other door. Only this folder
 * names oidc-provider.
 */
import type { EventEmitter } from 'node:events';
import type { Middleware } from 'koa';
import type { BrowserUses } from '#http/browser-uses.ts';
import type { ClientAddress } from '#http/client-address.ts';
import { isClientGone } from '#http/client-gone.ts';
import type { CredentialAttempts } from '#http/credential-attempts.ts';
import type { Door } from '#http/door.ts';
import { labelDoor } from '#http/door.ts';
import type { EntryRequestOf } from '#http/entry-requests.ts';
import { createPinIssuer } from '#http/pin-issuer.ts';
import type { PublicUrls } from '#http/public-urls.ts';
import type { RecordRequest } from '#http/request-record.ts';
import type { RoomRules } from '#http/room-rules.ts';
import type { SenderCheck } from '#http/sender-check.ts';
import { unavailableCause } from '#http/unavailable-cause.ts';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { Outbound } from '#outbound/index.ts';
import type { Views } from '#pages/views.ts';
import type { Addresses, PendingRequest } from '#pages/waiting/address.ts';
import type { Continuation } from '#pages/waiting/continuation.ts';
import type { Passes } from '#passes/index.ts';
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { Rehearsals } from '#waiting-room/rehearsals/index.ts';
import { createAcceptsRequest } from './authorize/fast-path/accepts-request.ts';
import { createAuthorize } from './authorize/index.ts';
import { createClientAttempts } from './client-attempts.ts';
import type { SigningKeys } from './client-schema.ts';
import { createCookieSigner } from './cookie-signer.ts';
import { createHostCookies } from './host-cookies.ts';
import type { BackchannelLogout } from './logout/backchannel-logout.ts';
import { createLogouts } from './logout/index.ts';
import type { Logouts } from './logout/logout-queue.ts';
import { acceptPlainSecrets } from './plain-client-secret.ts';
import { createProvider } from './provider.ts';
import { answerUnavailable, createProviderPages, pageWhileUnavailable } from './provider-pages.ts';
import { recordRehearsals } from './rehearsal/records.ts';
import { createTokens } from './tokens/index.ts';

export { type ClientFaults, createClientFaults } from './client-schema.ts';
export { createLogoutQueue, type Logouts } from './logout/logout-queue.ts';
export { createRehearsalDoor } from './rehearsal/index.ts';

export interface OidcDeps {
  readonly urls: PublicUrls;
  /** Private keys: RS256 at least. Another object when they were rotated. */
  readonly signingKeys: () => SigningKeys;
  readonly store: Pick<Store, 'oidcRecords' | 'logoutQueue' | 'settings' | 'idempotency'>;
  readonly waitingRoom: WaitingRoom;
  readonly logoutQueue: Pick<Logouts, 'notified'>;
  readonly cookies: VisitorCookies;
  readonly addresses: Addresses;
  readonly attempts: CredentialAttempts;
  readonly clientAddress: ClientAddress;
  readonly requestOf: EntryRequestOf;
  readonly roomRules: RoomRules;
  readonly senderCheck: SenderCheck;
  readonly browserUses: Pick<BrowserUses, 'begin'>;
  readonly passes: Pick<Passes, 'arrive'>;
  readonly recordRequest: RecordRequest;
  /** Runs before the provider's own middleware. */
  readonly baseMiddleware: readonly Middleware[];
  readonly views: Pick<Views, 'page'>;
  readonly outbound: Pick<Outbound, 'send'>;
  readonly now: () => number;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'loggedOut'>;
  readonly rehearsals: Pick<Rehearsals, 'recordFor'>;
  readonly onError: (error: unknown) => void;
}

export interface OidcDoor extends Required<Pick<Door, 'raw'>> {
  readonly backchannel: BackchannelLogout;
  /** Continues the authorization request of a visitor who waited. */
  readonly pending: { readonly request: Continuation<PendingRequest> };
}

const PROVIDER_PATHS =
  /^\/(?:authorize|token|userinfo|jwks|par|introspect|revoke|end-session|\.well-known\/(?:openid-configuration|oauth-authorization-server))(?=[/?]|$)/;
/** RFC 8414 §3 has another path for the same document. */
const METADATA = /^\/\.well-known\/oauth-authorization-server(?=[?]|$)/;

export function createOidcDoor(deps: OidcDeps): OidcDoor {
  const { urls, signingKeys, store, waitingRoom, cookies, addresses, logoutQueue, outbound, now, log, metrics } = deps;
  const onError = (error: unknown) => {
    if (!isClientGone(error)) deps.onError(error);
  };
  const { issuer } = urls;
  const pinIssuer = createPinIssuer(issuer);
  const { relyingParties, seal } = waitingRoom;
  const { idempotency, logoutQueue: logouts, oidcRecords: records, settings } = store;
  const render = deps.views.page;
  const authorize = createAuthorize({
    ...{ urls, waitingRoom, idempotency, addresses, cookies },
    ...{
      clientAddress: deps.clientAddress,
      requestOf: deps.requestOf,
      roomRules: deps.roomRules,
      senderCheck: deps.senderCheck,
      browserUses: deps.browserUses,
      passes: deps.passes,
      recordRequest: deps.recordRequest,
      render,
      now,
    },
  });
  const tokens = createTokens({ issuer, waitingRoom, settings, now });
  const cookieSigner = createCookieSigner(seal);
  const hostCookies = createHostCookies({ signer: cookieSigner, isSecure: urls.isSecure, cookies });
  const clientAttempts = createClientAttempts(deps.attempts);
  const { notified } = logoutQueue;
  const notifications = { issuer, waitingRoom, logouts, notified, outbound, now, log, metrics };
  const logoutsOfDoor = createLogouts({ ...notifications, keys: () => signingKeys().keys });

  function provide(jwks: SigningKeys) {
    const provider = createProvider({
      ...{ issuer, jwks, records, relyingParties, clientAttempts, authorize, tokens, now },
      ...{ cookieSigner, cookieNames: hostCookies.names },
      pages: createProviderPages({ render, onError }),
    });
    for (const middleware of deps.baseMiddleware) provider.use(middleware);
    provider.use(belowPath(urls.basePath));
    provider.use(labelDoor('oidc'));
    provider.use(pageWhileUnavailable(render));
    provider.use(acceptPlainSecrets(relyingParties));
    provider.use(hostCookies.middleware);
    const request = authorize.mount(provider, hostCookies.names);
    provider.use(clientAttempts.settle);
    tokens.mount(provider);
    logoutsOfDoor.mount(provider);
    recordRehearsals(provider, { rehearsals: deps.rehearsals, relyingParties, cookies, onError });
    provider.on('server_error', (ctx, error) => {
      onError(error);
      if (unavailableCause(error)) answerUnavailable(ctx);
    });
    // Koa emits this event; oidc-provider's types leave it out.
    (provider as EventEmitter).on('error', onError);
    const accepts = createAcceptsRequest((clientId) => provider.Client.find(clientId));
    return { jwks, request, accepts, serve: provider.callback() };
  }

  let provided = provide(signingKeys());
  /** oidc-provider takes its keys once, so rotated keys get a provider of their own. Its records are in the store. */
  const current = () => {
    const jwks = signingKeys();
    if (provided.jwks !== jwks) provided = provide(jwks);
    return provided;
  };

  return {
    raw(req, res) {
      if (!PROVIDER_PATHS.test(req.url ?? '')) return false;
      req.url = req.url?.replace(METADATA, '/.well-known/openid-configuration');
      pinIssuer(req);
      const { accepts, serve } = current();
      authorize.fastPath(req, res, accepts, () => void serve(req, res));
      return true;
    },
    backchannel: logoutsOfDoor.backchannel,
    pending: { request: currentContinuation(() => current().request) },
  };
}

/** The continuation of the provider that has the current keys. */
function currentContinuation(current: () => Continuation<PendingRequest>): Continuation<PendingRequest> {
  return {
    get confirmsClaims() {
      return current().confirmsClaims;
    },
    restartUrl: (room, pending) => current().restartUrl(room, pending),
    retryUrl: (room, pending) => current().retryUrl(room, pending),
    siteOf: (pending) => current().siteOf(pending),
    freshUrl: (room, pending) => current().freshUrl(room, pending),
    landingUrl: (room, pending) => current().landingUrl(room, pending),
    isForeign: (pending, visitor) => current().isForeign(pending, visitor),
    mayAsk: (pending) => current().mayAsk(pending),
    ask: (ctx, visit) => current().ask(ctx, visit),
    resume: (ctx, admitted) => current().resume(ctx, admitted),
  };
}

/** Tells oidc-provider what is in front of its routes in the addresses that it makes. */
function belowPath(basePath: string): Middleware {
  return (ctx, next) => {
    ctx.mountPath = basePath;
    return next();
  };
}
