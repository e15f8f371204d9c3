import type { Middleware } from 'koa';
import type { Log } from '#telemetry/log.ts';
import { pathOnly } from '#telemetry/log.ts';
import type { Door, Metrics } from '#telemetry/metrics.ts';

/** Marks what comes in here as having come through this door. */
export function door(name: Door): Middleware {
  return (ctx, next) => {
    ctx.state.door = name;
    return next();
  };
}

export interface RequestLogDeps {
  readonly log: Pick<Log, 'info'>;
  readonly metrics: Pick<Metrics, 'request'>;
}

/** One line and one measurement a request, once its answer is on the way or its client has gone. */
export function requestLog({ log, metrics }: RequestLogDeps): Middleware {
  return (ctx, next) => {
    const start = performance.now();
    const path = pathOnly(ctx.originalUrl);
    ctx.res.once('close', () => {
      const through: Door = ctx.state.door ?? 'other';
      const milliseconds = performance.now() - start;
      const status = ctx.res.statusCode;
      metrics.request(through, status, milliseconds / 1000);
      log.info({ door: through, method: ctx.method, path, status, ms: Math.round(milliseconds) }, 'request');
    });
    return next();
  };
}
