/**
 * Door 5: time. In one process at a time, it ticks the inlets and measures the health of origins. In every process, it
 * flushes buffers, notifies relying parties of admissions that ended, and compares its clock with the store's. It decides
 * nothing: what a tick does is in waiting-room. Each raise is one atomic step in the store, so two clocks at once do no
 * harm, and the lease only saves work. It imports waiting-room and telemetry.
 */
import type { Advance } from '#waiting-room/advance.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { Leases } from '#waiting-room/ports/leases.ts';
import { createContinuity } from './continuity.ts';
import { every } from './every.ts';
import type { OriginHealth } from './origin-health.ts';

/** How often the inlets tick, in ms. */
const TICK = 250;
/** How often buffers are flushed, relying parties notified, clocks compared and origins measured, in ms. */
const FLUSH = 1000;
/** How soon rotated keys are taken up, in ms. */
const LOOK_AT_KEYS = 5000;
/** How long the lease of a dead process keeps the others from ticking, in ms. */
const LEASE = 3000;

export interface ClockDeps {
  readonly advance: Pick<Advance, 'all' | 'heartbeatsContinuousSince'>;
  /** Writes the buffers of this process to the store. */
  readonly flush: () => Promise<void>;
  /** Notifies relying parties of admissions that ended. */
  readonly notify: () => Promise<void>;
  /** Takes up rotated signing keys. */
  readonly lookAtKeys: () => Promise<void>;
  readonly originHealth: OriginHealth;
  /** Compares the clock of this process with the store's. */
  readonly compareClocks: () => Promise<void>;
  readonly leases: Leases;
  readonly idempotency: Pick<Idempotency, 'remember' | 'amend'>;
  /** The id of this process, for the lease. */
  readonly self: string;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

export interface Clock {
  /** Ends the ticks, flushes the buffers, and releases the lease, so that another process ticks at once. */
  stop(): Promise<void>;
}

export function startClock({
  advance,
  flush,
  originHealth,
  compareClocks,
  notify,
  lookAtKeys,
  leases,
  idempotency,
  self,
  now,
  onError,
}: ClockDeps): Clock {
  const runningSince = createContinuity(idempotency, now);
  let isLeaseOurs = false;
  let checkedAt = Number.NEGATIVE_INFINITY;

  /** All processes do this: the one that ticks needs the answer, and each that asks proves that there is no gap. */
  async function checkForGap(): Promise<void> {
    if (Math.abs(now() - checkedAt) < FLUSH) return;
    advance.heartbeatsContinuousSince(await runningSince());
    checkedAt = now();
  }

  const ticks = every(
    TICK,
    async () => {
      await checkForGap();
      isLeaseOurs = await leases.lease('clock', self, LEASE);
      if (isLeaseOurs) await advance.all();
    },
    onError,
  );
  const flushes = every(FLUSH, flush, onError);
  const notifications = every(FLUSH, notify, onError);
  const looksAtKeys = every(LOOK_AT_KEYS, lookAtKeys, onError);
  const comparisons = every(FLUSH, compareClocks, onError);
  const measurements = every(FLUSH, () => (isLeaseOurs ? originHealth.measure() : originHealth.stop()), onError);

  return {
    async stop() {
      await Promise.all(
        [ticks, flushes, notifications, looksAtKeys, comparisons, measurements].map((each) => each.stop()),
      );
      await originHealth.stop();
      await flush().catch(onError);
      await leases.release('clock', self).catch(onError);
    },
  };
}
