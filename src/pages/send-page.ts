import type { Context } from 'koa';

/** Answers with a page of one visitor: no cache keeps it and no search engine lists it. */
export function sendPage(ctx: Context, status: number, html: string): void {
  ctx.status = status;
  ctx.type = 'html';
  ctx.set({ 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex' });
  ctx.body = html;
}
