/** How the doors' pages answer. */
import type { Context } from 'koa';

/** A page of one visitor, which nobody keeps and no search engine shows. */
export function sendPage(ctx: Context, status: number, html: string): void {
  ctx.status = status;
  ctx.type = 'html';
  ctx.set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex' });
  ctx.body = html;
}

/** On to another page, by GET (RFC 9110 §15.4.4). */
export function seeOther(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
}
