/**
 * The outgoing webhook: delivers events from the outbox in order and in batches, one process at a time. A batch leaves
 * the outbox when the receiver answers 2xx. Until then it is retried, ever less often, without a limit. So each event
 * arrives at least once, and never after a later one.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Outbound } from '#outbound/index.ts';
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Leases } from '#waiting-room/ports/leases.ts';
import type { ListEntry, OutboxStore } from '#waiting-room/ports/outbox.ts';
import { deliveryId, signedHeaders } from './signature.ts';

/** The most events in one delivery. */
const BATCH = 100;

/** Durations in ms. */
export interface WebhookTimes {
  /** The pause after a batch that was not full. */
  readonly pollInterval: number;
  /** The time limit of an attempt. */
  readonly attempt: number;
  /** The pause after the first failure; doubled with each failure, up to `lastRetry`. */
  readonly firstRetry: number;
  readonly lastRetry: number;
  /** How long a dead process blocks the others; longer than an attempt. */
  readonly lease: number;
}

const TIMES: WebhookTimes = {
  pollInterval: 1000,
  attempt: 10_000,
  firstRetry: 1000,
  lastRetry: 5 * 60_000,
  lease: 15_000,
};

export interface WebhookDeps {
  readonly url: string;
  /** In base64. Each key signs. */
  readonly keys: readonly string[];
  readonly outbound: Pick<Outbound, 'send'>;
  readonly outbox: Pick<OutboxStore, 'read' | 'acknowledge'>;
  readonly leases: Leases;
  /** This process, for the lease. */
  readonly self: string;
  readonly now: () => number;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly metrics: Pick<Metrics, 'delivered'>;
  readonly times?: WebhookTimes;
}

export interface Webhook {
  /** Aborts the current attempt, whose batch stays, and releases the lease so that another process can continue. */
  stop(): Promise<void>;
}

export function startWebhook(deps: WebhookDeps): Webhook {
  const { outbox, leases, self, log, metrics, times = TIMES } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  let failures = 0;

  const pause = (milliseconds: number) => delay(milliseconds, undefined, { signal }).catch(() => undefined);
  const isOurs = () => leases.lease('webhook', self, times.lease);

  /** Delivers the oldest events. Returns whether there may be more. */
  async function deliverNext(): Promise<boolean> {
    if (!(await isOurs())) return false;
    const batch = await outbox.read(BATCH);
    if (batch.length === 0 || !(await deliver(batch))) return false;
    await outbox.acknowledge(batch.map(({ id }) => id));
    return batch.length === BATCH;
  }

  /** Retries until the receiver takes the batch. Returns false if this process lost the lease. */
  async function deliver(batch: readonly ListEntry[]): Promise<boolean> {
    const body = `{"activities":[${batch.map(({ entry }) => entry).join(',')}]}`;
    while (!signal.aborted) {
      const failure = await attempt({ ...deps, times }, body, signal);
      if (signal.aborted && failure) return false;
      record(failure);
      if (!failure) return true;
      if (!(await waitForRetry())) return false;
    }
    return false;
  }

  /** Logs the first failure and the first success after failures. */
  function record(failure: object | null): void {
    metrics.delivered(failure ? 'failed' : 'delivered');
    if (failure && failures === 0) log.warn(failure, 'webhook delivery failed, events wait in the outbox');
    if (!failure && failures > 0) log.info({ failures }, 'webhook delivery recovered');
    failures = failure ? failures + 1 : 0;
  }

  /** Keeps the lease during the pause. Returns false if this process lost it. */
  async function waitForRetry(): Promise<boolean> {
    const { firstRetry, lastRetry, lease } = times;
    const wait = Math.min(firstRetry * 2 ** Math.min(failures - 1, 20), lastRetry) * (0.8 + 0.4 * Math.random());
    for (let left = wait; left > 0; left -= lease / 3) {
      await pause(Math.min(left, lease / 3));
      if (signal.aborted || !(await isOurs())) return false;
    }
    return !signal.aborted;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const more = await deliverNext().catch((error: unknown) => {
        // The store logs its own outages.
        if (!(error instanceof StoreUnavailable)) log.error({ err: error }, 'webhook outbox failed');
        return false;
      });
      if (!more) await pause(times.pollInterval);
    }
  }

  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
      await leases.release('webhook', self).catch(() => undefined);
    },
  };
}

/** Null if the receiver took the delivery; otherwise fields to log, never an address or a body. */
async function attempt(
  { url, keys, outbound, now, times }: Pick<Required<WebhookDeps>, 'url' | 'keys' | 'outbound' | 'now' | 'times'>,
  body: string,
  stopped: AbortSignal,
): Promise<{ status: number } | { err: unknown } | null> {
  try {
    // A delivery is signed for one receiver; `send` follows no redirect.
    const response = await outbound.send(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'Anteroom',
        ...signedHeaders(keys, { id: deliveryId(body), at: now(), body }),
      },
      body,
      signal: AbortSignal.any([stopped, AbortSignal.timeout(times.attempt)]),
    });
    response.discard();
    return response.ok ? null : { status: response.status };
  } catch (error) {
    return { err: error };
  }
}
