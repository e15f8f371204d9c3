import type { Context, Middleware } from 'koa';
import { chosenBearerOf } from '#http/bearer.ts';
import type { Operator } from '#http/operators.ts';
import { Problem } from '#http/problem.ts';
import { isSameOrigin } from '#http/same-origin.ts';
import type { OperatorSession, OperatorSessions } from './operator-session.ts';
import type { IdentifyToken } from './operator-tokens.ts';

/** The header that a request with a session's cookie needs: no form and no page of another site can send it. */
export const CSRF_HEADER = 'X-Anteroom-CSRF';

export interface AuthenticateDeps {
  readonly identify: IdentifyToken;
  readonly sessions: Pick<OperatorSessions, 'find' | 'isAlive' | 'renew' | 'isCsrfOf'>;
  readonly origin: string;
}

/** Requires the session of the control panel, by its cookie and the proof that a page of the panel asks. */
export type RequireSession = (ctx: Context, csrf: string) => Promise<OperatorSession>;

/** Throws `unauthorized` without a session and its proof. */
export function createRequireSession({ sessions, origin }: Omit<AuthenticateDeps, 'identify'>): RequireSession {
  return async (ctx, csrf) => {
    const session = await sessions.find(ctx.req.headers.cookie);
    if (!session) throw unauthorized('Bearer realm="anteroom"');
    if (isSameOrigin(ctx, origin) && sessions.isCsrfOf(session, csrf)) return session;
    const detail = `The cookie of a session counts only with its ${CSRF_HEADER}, in a request of the control panel.`;
    throw unauthorized('Bearer realm="anteroom"', detail);
  };
}

/**
 * Requires a bearer token (RFC 6750 §2.1), or the session of the control panel. Throws `unauthorized` with a challenge
 * (§3) otherwise, or `too_many_attempts` after too many wrong tokens.
 */
export function requireOperator({ identify, sessions, origin }: AuthenticateDeps): Middleware {
  const requireSession = createRequireSession({ sessions, origin });

  async function byToken(ctx: Context, authorization: string): Promise<Operator> {
    const given = chosenBearerOf(authorization);
    if (given === null) throw unauthorized('Bearer realm="anteroom"');
    const identified = await identify(ctx.req, given);
    if ('operator' in identified) return identified.operator;
    if (identified.retryAfter > 0) throw tooManyAttempts(identified.retryAfter);
    throw unauthorized('Bearer realm="anteroom", error="invalid_token"');
  }

  async function bySession(ctx: Context): Promise<Operator> {
    const session = await requireSession(ctx, ctx.get(CSRF_HEADER));
    // An action shows that somebody is there. Polls of an open page do not.
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') ctx.append('Set-Cookie', sessions.renew(session).cookie);
    ctx.state.isSessionAlive = () => sessions.isAlive(session);
    return session;
  }

  return async (ctx, next) => {
    const authorization = ctx.get('Authorization');
    const { name, role } = authorization === '' ? await bySession(ctx) : await byToken(ctx, authorization);
    ctx.state.operator = name;
    ctx.state.operatorRole = role;
    return next();
  };
}

const unauthorized = (challenge: string, detail?: string) =>
  new Problem('unauthorized', { headers: { 'WWW-Authenticate': challenge }, ...(detail ? { detail } : {}) });

const tooManyAttempts = (seconds: number) =>
  new Problem('too_many_attempts', {
    detail: `Too many wrong tokens came from this address. Try again in ${seconds} s.`,
    headers: { 'Retry-After': String(seconds) },
  });
