/**
 * What the service knows of one request to the provider. oidc-provider's hooks share nothing but the Koa context; the
 * first middleware puts this object there, and the hooks read and fill it.
 */
import type { Context, Middleware } from 'koa';
import type { BrowserUseStep, Round } from '#http/browser-uses.ts';
import type { CredentialAttempt } from '#http/credential-attempts.ts';
import type { NewcomerState } from '#waiting-room/facts.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';

export interface LoginContext {
  /** When the request reached the service, in ms since the epoch. */
  readonly receivedAt: number;
  /** When the login started, in ms; null for a request that does not come from the waiting page. */
  waitedSince: number | null;
  /** How often the browser was sent round; null if it was not. */
  round: Round | null;
  /** The serial that the request's code or token was issued with; 0 for one of an earlier version. */
  serial: number;
  /** For how long pauses had stopped admissions at the end that the request's token says, in ms; null for any other. */
  tokenStopped: number | null;
  /** The pushed request that this one names, and the query with which it came; null for any other. */
  pushed: { readonly query: string; readonly requestUri: string } | null;
  /** What to answer to a request that is pushed just now. */
  requestUri: string | null;
  /** Null until a client has shown a secret. */
  attempt: CredentialAttempt | null;
  /** The write of the request's grant; null where none has begun. */
  grantWrite: Promise<unknown> | null;
  /** Null until a hook has looked up the admission. */
  visit: Visit | null;
}

/** A visitor in the room of the request's relying party. */
export interface Visit {
  readonly room: string;
  /** Absent where the visitor got no ticket: the room is closed, or the request was prompt=none. */
  readonly visitor?: VisitorId;
  readonly admission: Admission | null;
  /** Whether this browser may use the admission; absent until it is asked. */
  readonly use?: BrowserUseStep;
  /** Why a newcomer got no number; absent for all others. */
  readonly newcomerState?: NewcomerState | null;
  /** The longest lifetime of an access token, in seconds; absent: as long as the admission. */
  readonly accessTokenLifetime?: number | undefined;
}

export function attachLoginContext(now: () => number): Middleware {
  return (ctx, next) => {
    const login: LoginContext = {
      ...{ receivedAt: now(), waitedSince: null, round: null, serial: 0, tokenStopped: null },
      ...{ pushed: null, requestUri: null, attempt: null, grantWrite: null, visit: null },
    };
    ctx.state.login = login;
    return next();
  };
}

export function loginContext(ctx: Pick<Context, 'state'>): LoginContext {
  return ctx.state.login;
}
