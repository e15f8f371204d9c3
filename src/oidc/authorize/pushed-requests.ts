/**
 * Pushed authorization requests (RFC 9126) take no row in the store: a `request_uri` carries its request, sealed for
 * its client. So it travels in the waiting page's address like any other request, and /authorize reads it after the
 * wait.
 */
import { createHash } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { Seal } from '#waiting-room/seal.ts';
import { loginContext } from '../login-context.ts';
import { isAuthorize } from './authorize-middleware.ts';

/** RFC 9126 §2.2. */
const URN = 'urn:ietf:params:oauth:request_uri:';
/** How soon the browser must bring it to /authorize, in ms; oidc-provider says so in `expires_in`. */
const LIFETIME = 60_000;
/** For how long a request that waited gets no second code, in ms, where the relying party keeps a login without limit. */
const DAY = 24 * 60 * 60_000;
/** In characters. With a client id it fits into a waiting page's address, and into the URLs that proxies accept. */
export const LONGEST_REQUEST_URI = 5_600;

export interface PushedRequest {
  /** The authorization request as a query. */
  readonly query: string;
  /** In ms since the epoch. */
  readonly expiresAt: number;
}

export interface PushedRequests {
  /** Seals a valid request that was pushed. Throws `invalid_request` if it is too long. */
  seal(ctx: KoaContextWithOIDC): void;
  /** Null for a value that is no pushed request of the client. */
  open(clientId: string | undefined, requestUri: string | undefined): PushedRequest | null;
  /** Puts the pushed request in place of its `request_uri`, so that oidc-provider sees a request by query. */
  readonly read: Middleware;
  /** To be called before the code: rejects with `invalid_request_uri` for a second code (RFC 9126 §4). */
  use(ctx: KoaContextWithOIDC, party: Pick<RelyingParty, 'login_window'>): Promise<void>;
  /** Answers pushed requests with what was sealed. */
  mount(provider: Provider): void;
}

export interface PushedRequestsDeps {
  readonly seal: Pick<Seal, 'seal' | 'open'>;
  readonly idempotency: Pick<Idempotency, 'remember'>;
  readonly now: () => number;
}

type Sealed = readonly [expiresAt: number, request: [name: string, value: string][]];

export function createPushedRequests({ seal, idempotency, now }: PushedRequestsDeps): PushedRequests {
  const contextOf = (clientId: string) => `pushed ${clientId}`;

  function open(clientId = '', requestUri = ''): PushedRequest | null {
    if (!requestUri.startsWith(URN)) return null;
    const opened = seal.open(requestUri.slice(URN.length), contextOf(clientId));
    if (!opened) return null;
    const [expiresAt, request] = JSON.parse(Buffer.from(opened).toString()) as Sealed;
    return { expiresAt, query: new URLSearchParams(request).toString() };
  }

  return {
    open,
    seal(ctx) {
      const request = Object.entries(ctx.oidc.params ?? {}).flatMap(([name, value]) =>
        [value].flat().flatMap((each): [string, string][] => (each === undefined ? [] : [[name, String(each)]])),
      );
      const sealed: Sealed = [now() + LIFETIME, request];
      const requestUri =
        URN + seal.seal(Buffer.from(JSON.stringify(sealed)), contextOf(ctx.oidc.client?.clientId ?? ''));
      if (requestUri.length > LONGEST_REQUEST_URI) {
        throw new errors.InvalidRequest(
          `the request is too long: its request_uri would have ${requestUri.length} characters, and may have ${LONGEST_REQUEST_URI}`,
        );
      }
      loginContext(ctx).requestUri = requestUri;
    },
    read(ctx, next) {
      if (!isAuthorize(ctx)) return next();
      const login = loginContext(ctx);
      const pushed = open(single(ctx.query.client_id), single(ctx.query.request_uri));
      // A visitor who waited came here in time. oidc-provider refuses what it does not know.
      if (!pushed || (login.waitedSince ?? now()) >= pushed.expiresAt) return next();
      login.pushed = { query: ctx.querystring, requestUri: single(ctx.query.request_uri) ?? '' };
      ctx.querystring = pushed.query;
      return next();
    },
    async use(ctx, { login_window }) {
      const { pushed, waitedSince } = loginContext(ctx);
      if (!pushed) return;
      // A request that waited is not too old before its login is.
      const usableFor = login_window === null ? DAY : (waitedSince ?? 0) + login_window - now();
      const key = `pushed ${createHash('sha256').update(pushed.requestUri).digest('base64url')}`;
      if (
        (await idempotency.remember(key, 'used', waitedSince === null ? LIFETIME : Math.max(LIFETIME, usableFor))) ===
        null
      )
        return;
      throw new errors.InvalidRequestUri('the request_uri was already used');
    },
    mount(provider) {
      provider.use(async (ctx, next) => {
        await next();
        const { requestUri } = loginContext(ctx);
        if (ctx.status === 201 && requestUri !== null) ctx.body = { ...Object(ctx.body), request_uri: requestUri };
      });
    },
  };
}

/** The query of a request to /authorize as the browser sent it, without our note. */
export function browserQuery(ctx: Context): string {
  return loginContext(ctx).pushed?.query ?? ctx.querystring;
}

/** A parameter that occurs once. */
function single(value: Context['query'][string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
