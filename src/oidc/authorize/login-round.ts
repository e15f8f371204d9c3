/** A browser that was sent round to /authorize, as another request with its serial came first, has a note in the query. */
import type { Middleware } from 'koa';
import { ROUND, readRound } from '#http/browser-uses.ts';
import { loginContext } from '../login-context.ts';

const NOTE = new RegExp(`^(.*)&${ROUND}=([\\d.]+)$`, 's');

/** Takes the note out of the query, before the note of the login's start, which it is behind. */
export const readLoginRound: Middleware = (ctx, next) => {
  // Hardly any has one, and the expression goes back through the whole query.
  if (!ctx.querystring.includes(ROUND)) return next();
  const [, query, round] = NOTE.exec(ctx.querystring) ?? [];
  if (query !== undefined) {
    loginContext(ctx).round = readRound(round);
    ctx.querystring = query;
  }
  return next();
};
