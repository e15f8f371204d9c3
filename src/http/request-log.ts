import type { Middleware } from 'koa';
import type { Log } from '#telemetry/log.ts';
import { pathOnly } from '#telemetry/log.ts';
import type { DoorName, Metrics } from '#telemetry/metrics.ts';
import type { ClientAddress } from './client-address.ts';

export interface RequestLogDeps {
  readonly log: Pick<Log, 'info' | 'isLevelEnabled'>;
  readonly metrics: Pick<Metrics, 'request'>;
  readonly clientAddress: ClientAddress;
}

/**
 * Writes one log line and one measurement for each request, when its answer was sent or its client has gone. The client's
 * address is in the log only at the level `debug`.
 */
export function requestLog({ log, metrics, clientAddress }: RequestLogDeps): Middleware {
  return (ctx, next) => {
    const start = performance.now();
    const path = pathOnly(ctx.originalUrl);
    const from = log.isLevelEnabled('debug') ? { address: clientAddress(ctx.req) } : {};
    ctx.res.once('close', () => {
      const through: DoorName = ctx.state.door ?? 'other';
      const milliseconds = performance.now() - start;
      const status = ctx.res.statusCode;
      metrics.request(through, status, milliseconds / 1000);
      log.info({ door: through, method: ctx.method, path, status, ms: Math.round(milliseconds), ...from }, 'request');
    });
    return next();
  };
}
