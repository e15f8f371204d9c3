import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import { Problem } from '#http/problem.ts';

/** A token, and the name that what is done with it is told under. */
export interface OperatorToken {
  readonly name: string;
  readonly token: string;
}

/** Of the same length whatever is hashed, so that comparing tells nothing about a token, not even its length. */
const digest = (text: string) => createHash('sha256').update(text).digest();

const CREDENTIALS = /^Bearer +([^ ]+) *$/i;

/** Lets pass who has one of the tokens (RFC 6750 §2.1); anyone else gets a 401 that says how to come in (§3). */
export function requireBearer(tokens: readonly OperatorToken[]): Middleware {
  const operators = tokens.map(({ name, token }) => ({ name, expected: digest(token) }));
  return (ctx, next) => {
    const given = CREDENTIALS.exec(ctx.get('Authorization'))?.[1];
    const shown = digest(given ?? '');
    // All are compared, whichever it is.
    const [operator] = operators.filter(({ expected }) => timingSafeEqual(shown, expected));
    if (given !== undefined && operator) {
      ctx.state.operator = operator.name;
      return next();
    }
    const challenge =
      given === undefined ? 'Bearer realm="anteroom"' : 'Bearer realm="anteroom", error="invalid_token"';
    throw new Problem('unauthorized', { headers: { 'WWW-Authenticate': challenge } });
  };
}

/** The name of the token that the request came with. */
export function operatorOf(ctx: Context): string {
  return ctx.state.operator as string;
}
