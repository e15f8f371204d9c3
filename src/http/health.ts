import { setTimeout as delay } from 'node:timers/promises';
import type { Context, Middleware } from 'koa';
import type { Metrics } from '#telemetry/metrics.ts';
import { AnteroomError } from '#waiting-room/errors.ts';
import type { MissingRooms } from '#waiting-room/missing-rooms.ts';
import { chosenBearerOf } from './bearer.ts';
import { type ProblemAnswer, problemAnswer, problemOf, sendProblem } from './problem.ts';
import { digestOf, isSameDigest } from './secrets.ts';

/** How long an answer of the store is good, in ms. */
const REMEMBERED = 500;

/** What orchestrators and Prometheus request. */
export const HEALTH_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

export interface HealthDeps {
  /** Resolves when the store accepts a write and keeps it. */
  readonly ping: () => Promise<void>;
  readonly missingRooms: MissingRooms;
  /** Whether the process accepts no new work. */
  readonly draining: () => boolean;
  readonly metrics: Pick<Metrics, 'expose'>;
  /** What a request for `/metrics` must present. Null or missing: nothing. */
  readonly metricsToken?: string | null;
  /** How long the store may take to answer, in milliseconds. */
  readonly patience?: number;
}

/**
 * `/livez`: the process runs. `/readyz`: it accepts requests, because the store accepts writes and has the lines of
 * all rooms, and it does not drain. `/metrics`: for Prometheus.
 */
export function health(deps: HealthDeps): Middleware {
  const { ping, missingRooms, draining, metrics, metricsToken = null, patience = 1000 } = deps;
  const mayReadMetrics = createTokenCheck(metricsToken);

  /** Null if every room can be answered. Which are missing is nobody's business. */
  async function find(): Promise<ProblemAnswer | null> {
    await ping();
    const { length } = await missingRooms();
    if (length === 0) return null;
    const detail = `The store lost the lines of ${length} ${length === 1 ? 'room' : 'rooms'}, which come back within seconds.`;
    return problemAnswer('store_unavailable', { detail });
  }

  /** Null if the store may be used, otherwise the refusal. */
  async function ask(): Promise<ProblemAnswer | null> {
    const waiting = new AbortController();
    const unavailable = problemAnswer('store_unavailable');
    const tooLate = delay(patience, unavailable, { signal: waiting.signal, ref: false }).catch(() => unavailable);
    const answered = find().catch((error: unknown) =>
      error instanceof AnteroomError ? problemOf(error) : unavailable,
    );
    try {
      return await Promise.race([answered, tooLate]);
    } finally {
      waiting.abort();
    }
  }

  /** Requests share an answer for a while: the check costs the store a write, and anybody may request it. */
  let latest = { at: -Infinity, answer: Promise.resolve<ProblemAnswer | null>(null) };
  function refusal(): Promise<ProblemAnswer | null> {
    if (performance.now() - latest.at > REMEMBERED) latest = { at: performance.now(), answer: ask() };
    return latest.answer;
  }

  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
    switch (ctx.path) {
      case '/livez':
        ctx.body = { status: 'live' };
        break;
      case '/readyz': {
        const refused = draining() ? problemAnswer('draining') : await refusal();
        if (refused) sendProblem(ctx, refused);
        else ctx.body = { status: 'ready' };
        break;
      }
      case '/metrics': {
        if (!mayReadMetrics(ctx)) {
          sendProblem(ctx, problemAnswer('unauthorized', { detail: 'Send METRICS_TOKEN as a bearer token.' }));
          break;
        }
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

/** Whether a request presents the token. Without a token, every request passes. */
function createTokenCheck(token: string | null): (ctx: Context) => boolean {
  if (token === null) return () => true;
  const expected = digestOf(token);
  return (ctx) => isSameDigest(digestOf(chosenBearerOf(ctx.get('Authorization')) ?? ''), expected);
}
