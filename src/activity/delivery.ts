/**
 * Delivers the events of an outbox in batches, one process at a time. What was delivered leaves the outbox; the rest is
 * retried, ever less often, without a limit. So each event arrives at least once.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '#telemetry/log.ts';
import type { DeliveryOutcome } from '#telemetry/metrics.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Leases } from '#waiting-room/ports/leases.ts';
import type { ListEntry, OutboxStore } from '#waiting-room/ports/outbox.ts';

/** The most events in one attempt. */
const BATCH = 100;

/** Durations in ms. */
export interface DeliveryTimes {
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

const TIMES: DeliveryTimes = {
  pollInterval: 1000,
  attempt: 10_000,
  firstRetry: 1000,
  lastRetry: 5 * 60_000,
  lease: 15_000,
};

/** What became of a batch. */
export interface Attempted {
  /** Null if all of it arrived; otherwise fields to log, never an address or a body. */
  readonly failure: object | null;
  /** What has to be sent again. */
  readonly left: readonly ListEntry[];
}

/** @param signal aborts an attempt that takes too long, or when the process stops. */
export type Attempt = (batch: readonly ListEntry[], signal: AbortSignal) => Promise<Attempted>;

export interface DeliveryDeps {
  /** The name of the lease. */
  readonly name: string;
  /** The receiver, in log messages. */
  readonly receiver: string;
  readonly attempt: Attempt;
  readonly outbox: Pick<OutboxStore, 'read' | 'acknowledge'>;
  readonly leases: Leases;
  /** This process, for the lease. */
  readonly self: string;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly delivered: (outcome: DeliveryOutcome) => void;
  readonly times?: DeliveryTimes | undefined;
}

export interface Delivery {
  /** Aborts the current attempt, whose events stay, and releases the lease so that another process can continue. */
  stop(): Promise<void>;
}

export function startDelivery(deps: DeliveryDeps): Delivery {
  const { name, receiver, attempt, outbox, leases, self, log, delivered, times = TIMES } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  let failures = 0;

  const pause = (milliseconds: number) => delay(milliseconds, undefined, { signal }).catch(() => undefined);
  const isOurs = () => leases.lease(name, self, times.lease);

  /** Delivers the oldest events. Returns whether there may be more. */
  async function deliverNext(): Promise<boolean> {
    if (!(await isOurs())) return false;
    const batch = await outbox.read(BATCH);
    return batch.length > 0 && (await deliver(batch)) && batch.length === BATCH;
  }

  /** Retries until the receiver has taken the batch. Returns false if this process stops or lost the lease. */
  async function deliver(batch: readonly ListEntry[]): Promise<boolean> {
    let left = batch;
    while (!signal.aborted) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(times.attempt)]);
      const attempted = await attempt(left, limit);
      if (!signal.aborted || !attempted.failure) record(attempted.failure);
      const still = new Set(attempted.left);
      await outbox.acknowledge(left.filter((entry) => !still.has(entry)).map(({ id }) => id));
      if (!attempted.failure) return true;
      left = attempted.left;
      if (!(await waitForRetry())) return false;
    }
    return false;
  }

  /** Logs the first failure and the first success after failures. */
  function record(failure: object | null): void {
    delivered(failure ? 'failed' : 'delivered');
    if (failure && failures === 0) log.warn(failure, `${receiver} delivery failed, events wait in the outbox`);
    if (!failure && failures > 0) log.info({ failures }, `${receiver} delivery recovered`);
    failures = failure ? failures + 1 : 0;
  }

  /** Keeps the lease during the pause. Returns false if this process lost it. */
  async function waitForRetry(): Promise<boolean> {
    const { firstRetry, lastRetry, lease } = times;
    const wait = Math.min(firstRetry * 2 ** Math.min(failures - 1, 20), lastRetry) * (0.8 + 0.4 * Math.random());
    for (let rest = wait; rest > 0; rest -= lease / 3) {
      await pause(Math.min(rest, lease / 3));
      if (signal.aborted || !(await isOurs())) return false;
    }
    return !signal.aborted;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const more = await deliverNext().catch((error: unknown) => {
        // The store logs its own outages.
        if (!(error instanceof StoreUnavailable)) log.error({ err: error }, `${receiver} outbox failed`);
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
      await leases.release(name, self).catch(() => undefined);
    },
  };
}
