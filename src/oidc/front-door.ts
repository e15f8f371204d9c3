/** What happens around the provider's own routes: before /authorize, and after a logout. */
import type { Context, Middleware } from 'koa';
import { readForm } from './form.ts';
import type { Render } from './pages.ts';
import { awayCause, showAway } from './pages.ts';

/**
 * A request for /authorize that no person sent by going somewhere (a script's fetch that was redirected here, a
 * prefetch) gets a cheap error and takes no place. Signs: the method, the fetch metadata that browsers send, an Accept
 * header that wants JSON, and the header that script libraries add.
 */
export function isNavigation(ctx: Pick<Context, 'get' | 'method'>): boolean {
  const mode = ctx.get('Sec-Fetch-Mode');
  const accept = ctx.get('Accept');
  return (
    (ctx.method === 'GET' || ctx.method === 'POST') &&
    (mode === '' || mode === 'navigate') &&
    ctx.get('Sec-Purpose') === '' &&
    // Safari and browsers from before Sec-Purpose.
    ctx.get('Purpose') !== 'prefetch' &&
    ctx.get('X-Requested-With') === '' &&
    !(accept.includes('application/json') && !accept.includes('text/html'))
  );
}

/** The provider saves a session after its own error handling; a store that goes away then gets the page too. */
export function pageWhileAway(render: Render): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!awayCause(error) || ctx.accepts('json', 'html') !== 'html') throw error;
      showAway(ctx, render);
    }
  };
}

/** Keeps what is no navigation away from /authorize; `refuse` throws a problem. */
export function navigationsOnly(refuse: () => void): Middleware {
  return async (ctx, next) => {
    if (isAuthorize(ctx) && !isNavigation(ctx)) refuse();
    return next();
  };
}

/**
 * An authorization request by POST (OpenID Connect Core §3.1.2.1) goes on as the same request by GET: a POST from
 * another site brings no SameSite=Lax cookies, so its visitor would lose their place, and it could not travel.
 */
export const postBecomesGet: Middleware = async (ctx, next) => {
  if (!isAuthorize(ctx) || ctx.method !== 'POST') return next();
  const form = await readForm(ctx.req);
  ctx.status = 303;
  ctx.redirect(`/authorize?${form}`);
};

/** The provider's router takes a slash at the end for nothing. */
function isAuthorize(ctx: Pick<Context, 'path'>): boolean {
  return ctx.path === '/authorize' || ctx.path === '/authorize/';
}
