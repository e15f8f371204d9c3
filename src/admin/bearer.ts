import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import type { CredentialAttempts } from '#http/credential-attempts.ts';
import { Problem } from '#http/problem.ts';
import { includesRole, type OperatorRole } from '#waiting-room/operator-role.ts';

/** A bearer token, and the name that appears in the audit log for its actions. */
export interface OperatorToken {
  readonly name: string;
  readonly token: string;
  /** Default: owner. */
  readonly role?: OperatorRole;
}

/** Digests have equal lengths, so that the comparison reveals nothing about a token, not even its length. */
const digest = (text: string) => createHash('sha256').update(text).digest();

const CREDENTIALS = /^Bearer +([^ ]+) *$/i;

/**
 * Requires one of the tokens (RFC 6750 §2.1). Throws `unauthorized` with a challenge (§3) otherwise, or
 * `too_many_attempts` after too many of those.
 */
export function requireBearer(tokens: readonly OperatorToken[], attempts: CredentialAttempts): Middleware {
  const operators = tokens.map(({ name, token, role = 'owner' }) => ({ name, role, expected: digest(token) }));
  return async (ctx, next) => {
    const given = CREDENTIALS.exec(ctx.get('Authorization'))?.[1];
    if (given === undefined) throw unauthorized('Bearer realm="anteroom"');
    const attempt = await attempts.begin(ctx.req, { kind: 'operator_token', clientId: '', secret: given });
    if (attempt.retryAfter > 0) throw tooManyAttempts(attempt.retryAfter);
    const shown = digest(given);
    // Every token is compared, so that the time does not depend on which one matches.
    const [operator] = operators.filter(({ expected }) => timingSafeEqual(shown, expected));
    if (operator) {
      attempt.succeeded();
      ctx.state.operator = operator.name;
      ctx.state.operatorRole = operator.role;
      return next();
    }
    const retryAfter = attempt.failed();
    throw retryAfter > 0 ? tooManyAttempts(retryAfter) : unauthorized('Bearer realm="anteroom", error="invalid_token"');
  };
}

const unauthorized = (challenge: string) => new Problem('unauthorized', { headers: { 'WWW-Authenticate': challenge } });

const tooManyAttempts = (seconds: number) =>
  new Problem('too_many_attempts', {
    detail: `Too many wrong tokens came from this address. Try again in ${seconds} s.`,
    headers: { 'Retry-After': String(seconds) },
  });

/** The name of the operator who sent the request. Call it after {@link requireBearer}. */
export function operatorOf(ctx: Context): string {
  return ctx.state.operator as string;
}

/** Throws `forbidden`, with the role that is needed, if the operator's role is a lesser one. */
export function requireRole(ctx: Context, needed: OperatorRole): void {
  const role = ctx.state.operatorRole as OperatorRole;
  if (includesRole(role, needed)) return;
  throw new Problem('forbidden', {
    detail: `This needs the role ${needed}; the token ${operatorOf(ctx)} has the role ${role}.`,
  });
}
