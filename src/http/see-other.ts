import type { Context } from 'koa';

/** Redirects to another page, to be fetched by GET (RFC 9110 §15.4.4). No cache may store it. */
export function seeOther(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(url);
}
