import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
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

/** Requires one of the tokens (RFC 6750 §2.1). Throws `unauthorized` with a challenge (§3) otherwise. */
export function requireBearer(tokens: readonly OperatorToken[]): Middleware {
  const operators = tokens.map(({ name, token, role = 'owner' }) => ({ name, role, expected: digest(token) }));
  return (ctx, next) => {
    const given = CREDENTIALS.exec(ctx.get('Authorization'))?.[1];
    const shown = digest(given ?? '');
    // Every token is compared, so that the time does not depend on which one matches.
    const [operator] = operators.filter(({ expected }) => timingSafeEqual(shown, expected));
    if (given !== undefined && operator) {
      ctx.state.operator = operator.name;
      ctx.state.operatorRole = operator.role;
      return next();
    }
    const challenge =
      given === undefined ? 'Bearer realm="anteroom"' : 'Bearer realm="anteroom", error="invalid_token"';
    throw new Problem('unauthorized', { headers: { 'WWW-Authenticate': challenge } });
  };
}

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
