import { STATUS_CODES } from 'node:http';
import type { Context } from 'koa';

/** Answers with problem details (RFC 9457). `code` is stable. */
export function problem(ctx: Context, status: number, code: string, detail: string): void {
  ctx.status = status;
  ctx.body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, code, detail });
  ctx.type = 'application/problem+json';
}
