import { createHash, timingSafeEqual } from 'node:crypto';
import type { Middleware } from 'koa';
import { Problem } from '#http/problem.ts';

/** Of the same length whatever is hashed, so that comparing tells nothing about the token, not even its length. */
const digest = (text: string) => createHash('sha256').update(text).digest();

const CREDENTIALS = /^Bearer +([^ ]+) *$/i;

/** Lets pass who has the token (RFC 6750 §2.1); anyone else gets a 401 that says how to come in (§3). */
export function requireBearer(token: string): Middleware {
  const expected = digest(token);
  return (ctx, next) => {
    const given = CREDENTIALS.exec(ctx.get('Authorization'))?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return next();
    const challenge =
      given === undefined ? 'Bearer realm="anteroom"' : 'Bearer realm="anteroom", error="invalid_token"';
    throw new Problem('unauthorized', { headers: { 'WWW-Authenticate': challenge } });
  };
}
