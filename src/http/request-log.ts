import type { Middleware } from 'koa';
import type { RecordRequest } from './request-record.ts';

/** Records each request that comes to Koa. */
export function requestLog(record: RecordRequest): Middleware {
  return (ctx, next) => {
    const start = performance.now();
    record(ctx.req, ctx.res, { url: ctx.originalUrl, start, door: () => ctx.state.door ?? 'other' });
    return next();
  };
}
