/**
 * Door 1: OpenID Connect. It owns the provider, the waiting page as its login step, and the own facts; it decides
 * nothing about the line.
 */
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from 'koa';
import type Provider from 'oidc-provider';
import type { JWKS } from 'oidc-provider';
import type { VisitorCookies } from '#http/visitor-cookies.ts';
import type { WaitingRoom } from '#waiting-room/index.ts';
import type { OidcStore } from '#waiting-room/ports.ts';
import { createAddresses } from './address.ts';
import { createCookieSigner } from './cookie-signer.ts';
import { navigationsOnly, pageWhileAway, postBecomesGet } from './front-door.ts';
import { endAdmissionAtLogout } from './logout.ts';
import { createOwnFacts } from './own-facts.ts';
import type { Render } from './pages.ts';
import { awayCause, createPages, sayAway } from './pages.ts';
import { createProvider } from './provider.ts';
import { createWaitingPage } from './waiting-page.ts';

export interface OidcDeps {
  readonly issuer: string;
  readonly jwks: JWKS;
  readonly records: OidcStore;
  readonly waitingRoom: WaitingRoom;
  readonly cookies: VisitorCookies;
  /** Runs before everything of the provider. */
  readonly porch: readonly Middleware[];
  readonly render: Render;
  readonly now: () => number;
  /** Answers a bare response with a problem document. */
  readonly refuse: (res: ServerResponse, error: unknown) => void;
  /** Throws what answers /authorize to what is no navigation. */
  readonly refuseScript: () => void;
  readonly onError: (error: unknown) => void;
  readonly onPoll: () => void;
}

export interface OidcDoor {
  readonly provider: Provider;
  /** Whether a request's target, path and query, is one of the provider's routes. */
  readonly owns: (target: string) => boolean;
  readonly waitingPage: Middleware;
  /** Answers a request for the own facts and says so, before Koa. */
  readonly ownFacts: (req: IncomingMessage, res: ServerResponse) => boolean;
}

const PROVIDER_PATHS =
  /^\/(?:authorize|token|userinfo|jwks|par|end-session|\.well-known\/openid-configuration)(?=[/?]|$)/;

export function createOidcDoor(deps: OidcDeps): OidcDoor {
  const { waitingRoom, cookies, issuer, render } = deps;
  const { visitors, relyingParties, snapshots, seal } = waitingRoom;
  const addresses = createAddresses(seal);
  const provider = createProvider({
    issuer,
    jwks: deps.jwks,
    cookieSigner: createCookieSigner(seal),
    records: deps.records,
    visitors,
    relyingParties,
    addresses,
    cookies,
    pages: createPages({ render, onError: deps.onError }),
    now: deps.now,
  });
  for (const middleware of deps.porch) provider.use(middleware);
  provider.use(pageWhileAway(render));
  provider.use(navigationsOnly(deps.refuseScript));
  provider.use(postBecomesGet);
  endAdmissionAtLogout(provider, { visitors, relyingParties });
  provider.on('server_error', (ctx, error) => {
    deps.onError(error);
    if (awayCause(error)) sayAway(ctx);
  });
  // Koa's own event, which the types of oidc-provider leave out.
  (provider as EventEmitter).on('error', deps.onError);

  return {
    provider,
    owns: (target) => PROVIDER_PATHS.test(target),
    waitingPage: createWaitingPage({ provider, visitors, snapshots, relyingParties, addresses, cookies, render }),
    ownFacts: createOwnFacts({ visitors, cookies, addresses, refuse: deps.refuse, onPoll: deps.onPoll }),
  };
}
