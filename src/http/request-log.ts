import type { Middleware } from 'koa';
import type { Log } from '#telemetry/log.ts';
import { pathOnly } from '#telemetry/log.ts';
import type { DoorName, Metrics } from '#telemetry/metrics.ts';

export interface RequestLogDeps {
  readonly log: Pick<Log, 'info'>;
  readonly metrics: Pick<Metrics, 'request'>;
}

/** Writes one log line and one measurement for each request, when its answer was sent or its client has gone. */
export function requestLog({ log, metrics }: RequestLogDeps): Middleware {
  return (ctx, next) => {
    const start = performance.now();
    const path = pathOnly(ctx.originalUrl);
    ctx.res.once('close', () => {
      const through: DoorName = ctx.state.door ?? 'other';
      const milliseconds = performance.now() - start;
      const status = ctx.res.statusCode;
      metrics.request(through, status, milliseconds / 1000);
      log.info({ door: through, method: ctx.method, path, status, ms: Math.round(milliseconds) }, 'request');
    });
    return next();
  };
}
