/** The page while the store is away, which any door may have to show. */
import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';
import { AnteroomError } from '#waiting-room/errors.ts';

/** Renders a view of views/ to HTML; everything is escaped. */
export type Render = (view: string, data: Record<string, unknown>) => string;

/** Seconds after which a page that the store could not serve asks again by itself. */
export const RETRY_AFTER = 5;

const HEADERS = { 'Cache-Control': 'no-store', 'Retry-After': String(RETRY_AFTER), Refresh: String(RETRY_AFTER) };

/** It loads its own address again, by GET also where it answers a form. */
export function showUnavailable(ctx: Context, render: Render): void {
  ctx.status = 503;
  ctx.type = 'html';
  ctx.set(HEADERS);
  ctx.body = render('unavailable', {});
}

/** The same without Koa. */
export function sendUnavailable(res: ServerResponse, html: string): void {
  res.writeHead(503, { ...HEADERS, 'Content-Type': 'text/html; charset=utf-8' }).end(html);
}

/** The StoreUnavailable behind an error, if that is what it comes down to. */
export function unavailableCause(error: unknown): AnteroomError | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AnteroomError && cause.code === 'store_unavailable') return cause;
  }
  return null;
}
