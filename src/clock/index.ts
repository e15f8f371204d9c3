/**
 * Door 5: time. In one process at a time the inlets get their ticks and origins are asked how they do; in every process
 * what was heard is flushed, and relying parties are told of ends. Each raise is one atomic step in the store, so two
 * clocks at once would do no harm: the lease saves the work.
 */

import type { Advance } from '#waiting-room/advance.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { Leases } from '#waiting-room/ports/leases.ts';
import { createContinuity } from './continuity.ts';
import { every } from './every.ts';
import type { Origins } from './origin-health.ts';

/** How often the inlets are asked, in ms. */
const TICK = 250;
/** How often what was heard goes to the store, and origins are looked after, in ms. */
const FLUSH = 1000;
/** How long a dead process keeps the others from taking over, in ms. */
const LEASE = 3000;

export interface ClockDeps {
  readonly advance: Pick<Advance, 'all' | 'heartbeatsContinuousSince'>;
  /** Hands on what this process gathered. */
  readonly flush: () => Promise<void>;
  /** Tells whom it concerns of admissions that ended. */
  readonly tell: () => Promise<void>;
  /** How the origins of adaptive rooms do. */
  readonly origins: Origins;
  readonly leases: Leases;
  readonly idempotency: Pick<Idempotency, 'remember' | 'amend'>;
  /** This process, for the lease. */
  readonly self: string;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

export interface Clock {
  /** Ends the ticks, flushes what was heard, and lets another process take over at once. */
  stop(): Promise<void>;
}

export function startClock({
  advance,
  flush,
  origins,
  tell,
  leases,
  idempotency,
  self,
  now,
  onError,
}: ClockDeps): Clock {
  const runsSince = createContinuity(idempotency, now);
  let isOurs = false;
  let lookedAt = Number.NEGATIVE_INFINITY;

  /** Whoever ticks has to know of gaps; all processes keep them from being one. */
  async function lookForGap(): Promise<void> {
    if (Math.abs(now() - lookedAt) < FLUSH) return;
    advance.heartbeatsContinuousSince(await runsSince());
    lookedAt = now();
  }

  const ticks = every(
    TICK,
    async () => {
      await lookForGap();
      isOurs = await leases.lease('clock', self, LEASE);
      if (isOurs) await advance.all();
    },
    onError,
  );
  const flushes = every(FLUSH, flush, onError);
  const told = every(FLUSH, tell, onError);
  const looks = every(FLUSH, () => (isOurs ? origins.look() : origins.rest()), onError);

  return {
    async stop() {
      await Promise.all([ticks, flushes, told, looks].map((each) => each.stop()));
      await origins.rest();
      await flush().catch(onError);
      await leases.release('clock', self).catch(onError);
    },
  };
}
