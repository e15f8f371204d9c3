/** Any origin may call the visitors' API: it goes by a bearer ticket, never by a cookie. */
import type { Context, Middleware } from 'koa';

export const ANY_ORIGIN = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': 'Retry-After' };

/** What a preflight asks for (Fetch §4.8), the answer kept for a day. */
const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, POST, DELETE',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type',
  'Access-Control-Max-Age': '86400',
};

/** Opens what comes in here to any origin, refusals too, and answers preflights. */
export const cors: Middleware = async (ctx: Context, next) => {
  ctx.set(ANY_ORIGIN);
  if (ctx.method !== 'OPTIONS' || !ctx.get('Access-Control-Request-Method')) return next();
  ctx.set(PREFLIGHT);
  ctx.status = 204;
};
