import { setTimeout as delay } from 'node:timers/promises';
import type { Middleware } from 'koa';
import type { Metrics } from '#telemetry/metrics.ts';
import { problemAnswer, sendProblem } from './problem.ts';

/** How long an answer of the store is good, in ms. */
const REMEMBERED = 500;

/** What orchestrators and Prometheus request. */
export const HEALTH_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

export interface HealthDeps {
  /** Resolves when the store accepts a write. */
  readonly ping: () => Promise<void>;
  /** Whether the process accepts no new work. */
  readonly draining: () => boolean;
  readonly metrics: Pick<Metrics, 'expose'>;
  /** How long the store may take to answer, in milliseconds. */
  readonly patience?: number;
}

/**
 * `/livez`: the process runs. `/readyz`: it accepts requests, because the store accepts writes and it does not drain.
 * `/metrics`: for Prometheus.
 */
export function health({ ping, draining, metrics, patience = 1000 }: HealthDeps): Middleware {
  async function ask(): Promise<boolean> {
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

  /** Requests share an answer for a while, because the question costs the store a write and anybody may ask. */
  let latest = { at: -Infinity, answer: Promise.resolve(false) };
  function storeAnswers(): Promise<boolean> {
    if (performance.now() - latest.at > REMEMBERED) latest = { at: performance.now(), answer: ask() };
    return latest.answer;
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
