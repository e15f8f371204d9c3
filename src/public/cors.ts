/** Any origin may call the visitors' API: it accepts a bearer ticket and never a cookie. */
import type { Context, Middleware } from 'koa';

export const ANY_ORIGIN = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Retry-After' };

/** The answer to a preflight (Fetch §4.8). Browsers keep it for a day. */
const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, POST, DELETE',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type',
  'Access-Control-Max-Age': '86400',
};

/** Opens every answer to any origin, refusals included, and answers preflights. */
export const cors: Middleware = async (ctx: Context, next) => {
  ctx.set(ANY_ORIGIN);
  if (ctx.method !== 'OPTIONS' || !ctx.get('Access-Control-Request-Method')) return next();
  ctx.set(PREFLIGHT);
  ctx.status = 204;
};
