/**
 * The outgoing webhook: takes facts from the outbox in order and delivers them in batches, one process at a time. A
 * batch is taken out once the receiver said 2xx; until then it is tried again, less and less often, for as long as it
 * takes. So each fact arrives at least once, and the next only after it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '#telemetry/log.ts';
import type { Metrics } from '#telemetry/metrics.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Leases } from '#waiting-room/ports/leases.ts';
import type { ListEntry, OutboxStore } from '#waiting-room/ports/outbox.ts';
import { deliveryId, signedHeaders } from './signature.ts';

/** Facts in one delivery at most. */
const BATCH = 100;

/** All in ms. */
export interface WebhookTimes {
  /** Between two looks into an outbox that had no full batch. */
  readonly lookAgain: number;
  /** How long an attempt may take. */
  readonly attempt: number;
  /** From the first failure to the next attempt; doubled with each, up to `lastRetry`. */
  readonly firstRetry: number;
  readonly lastRetry: number;
  /** How long a dead process keeps the others from delivering; longer than an attempt. */
  readonly lease: number;
}

const TIMES: WebhookTimes = {
  lookAgain: 1000,
  attempt: 10_000,
  firstRetry: 1000,
  lastRetry: 5 * 60_000,
  lease: 15_000,
};

export interface WebhookDeps {
  readonly url: string;
  /** In base64. Each signs. */
  readonly keys: readonly string[];
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
  /** Ends an attempt that is under way; its batch stays. Lets another process go on at once. */
  stop(): Promise<void>;
}

export function startWebhook(deps: WebhookDeps): Webhook {
  const { outbox, leases, self, log, metrics, times = TIMES } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  let failures = 0;

  const pause = (milliseconds: number) => delay(milliseconds, undefined, { signal }).catch(() => undefined);
  const isOurs = () => leases.lease('webhook', self, times.lease);

  /** Delivers the oldest facts; whether there may be more. */
  async function deliverNext(): Promise<boolean> {
    if (!(await isOurs())) return false;
    const batch = await outbox.read(BATCH);
    if (batch.length === 0 || !(await insist(batch))) return false;
    await outbox.acknowledge(batch.map(({ id }) => id));
    return batch.length === BATCH;
  }

  /** Tries until the receiver has taken the batch; false when this process is no longer the one to deliver it. */
  async function insist(batch: readonly ListEntry[]): Promise<boolean> {
    const body = `{"activities":[${batch.map(({ entry }) => entry).join(',')}]}`;
    while (!signal.aborted) {
      const failure = await attempt({ ...deps, times }, body, signal);
      if (signal.aborted && failure) return false;
      told(failure);
      if (!failure) return true;
      if (!(await waitForRetry())) return false;
    }
    return false;
  }

  /** Each end of a time of failures is told once, as is its beginning. */
  function told(failure: object | null): void {
    metrics.delivered(failure ? 'failed' : 'delivered');
    if (failure && failures === 0) log.warn(failure, 'the webhook fails: facts wait in the outbox');
    if (!failure && failures > 0) log.info({ failures }, 'the webhook takes facts again');
    failures = failure ? failures + 1 : 0;
  }

  /** Keeps the lease meanwhile. */
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
        // That the store is away is told by the store; the facts are in it, or wait for it.
        if (!(error instanceof StoreUnavailable)) log.error({ err: error }, 'the outbox cannot be delivered');
        return false;
      });
      if (!more) await pause(times.lookAgain);
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

/** Null where the receiver took it; otherwise what to log of it, never an address or a body. */
async function attempt(
  { url, keys, now, times }: Pick<Required<WebhookDeps>, 'url' | 'keys' | 'now' | 'times'>,
  body: string,
  stopped: AbortSignal,
): Promise<{ status: number } | { err: unknown } | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'Anteroom',
        ...signedHeaders(keys, { id: deliveryId(body), at: now(), body }),
      },
      body,
      // What is signed for one receiver goes to no other.
      redirect: 'manual',
      signal: AbortSignal.any([stopped, AbortSignal.timeout(times.attempt)]),
    });
    await response.body?.cancel();
    return response.ok ? null : { status: response.status };
  } catch (error) {
    return { err: error };
  }
}
