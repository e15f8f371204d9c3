/** The page that any door shows while the store is unavailable. It reloads its own address, by GET, until it is gone. */
import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';
import type { Render } from './views.ts';

/** Seconds after which a page without the store's answer reloads. */
export const RETRY_AFTER = 5;

export const UNAVAILABLE_HEADERS = {
  'Cache-Control': 'no-store',
  'Retry-After': String(RETRY_AFTER),
  Refresh: String(RETRY_AFTER),
};

export function showUnavailable(ctx: Context, render: Render): void {
  ctx.status = 503;
  ctx.type = 'html';
  ctx.set(UNAVAILABLE_HEADERS);
  ctx.body = render(ctx.req, 'unavailable', {});
}

/** The same without Koa. */
export function sendUnavailable(res: ServerResponse, html: string): void {
  res.writeHead(503, { ...UNAVAILABLE_HEADERS, 'Content-Type': 'text/html; charset=utf-8' }).end(html);
}
