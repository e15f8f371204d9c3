/** What happens around the provider's own routes: before /authorize, and after a logout. */
import type { Context, Middleware } from 'koa';
import { seeOther } from '#http/answer.ts';
import { readForm } from '#http/form.ts';
import { isNavigation } from '#http/navigation.ts';
import type { Render } from '#http/unavailable.ts';
import { showUnavailable, unavailableCause } from '#http/unavailable.ts';

/** The provider saves a session after its own error handling; a store that goes away then gets the page too. */
export function pageWhileAway(render: Render): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (!unavailableCause(error) || ctx.accepts('json', 'html') !== 'html') throw error;
      showUnavailable(ctx, render);
    }
  };
}

/** Keeps what is no navigation away from /authorize, so that it gets a cheap error; `refuse` throws a problem. */
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
  seeOther(ctx, `/authorize?${form}`);
};

/** The provider's router takes a slash at the end for nothing. */
export function isAuthorize(ctx: Pick<Context, 'path'>): boolean {
  return ctx.path === '/authorize' || ctx.path === '/authorize/';
}
