import { setTimeout as delay } from 'node:timers/promises';
import type { Middleware } from 'koa';
import type { Metrics } from '#telemetry/metrics.ts';
import { problemAnswer, sendProblem } from './problem.ts';

export interface HealthDeps {
  /** Resolves when the store answers. */
  readonly ping: () => Promise<void>;
  /** Whether the process accepts no new work. */
  readonly draining: () => boolean;
  readonly metrics: Pick<Metrics, 'expose'>;
  /** How long the store may take to answer, in milliseconds. */
  readonly patience?: number;
}

/**
 * `/livez`: the process runs. `/readyz`: it accepts requests, because the store answers and it does not drain.
 * `/metrics`: for Prometheus.
 */
export function health({ ping, draining, metrics, patience = 1000 }: HealthDeps): Middleware {
  async function storeAnswers(): Promise<boolean> {
    const waiting = new AbortController();
    const tooLate = delay(patience, false, { signal: waiting.signal, ref: false }).catch(() => false);
    const answered = ping().then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([answered, tooLate]);
    } finally {
      waiting.abort();
    }
  }

  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
    switch (ctx.path) {
      case '/livez':
        ctx.body = { status: 'live' };
        break;
      case '/readyz':
        if (draining()) sendProblem(ctx, problemAnswer('draining'));
        else if (await storeAnswers()) ctx.body = { status: 'ready' };
        else sendProblem(ctx, problemAnswer('store_unavailable'));
        break;
      case '/metrics': {
        const { type, text } = await metrics.expose();
        ctx.body = text;
        ctx.type = type;
        break;
      }
      default:
        return next();
    }
    ctx.set('Cache-Control', 'no-store');
  };
}
