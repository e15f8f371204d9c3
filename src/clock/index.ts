/**
 * Door 5: time. In one process at a time the inlets get their ticks; in every process what was heard is flushed.
 * Each raise is one atomic step in the store, so two clocks at once would do no harm: the lease saves the work.
 */

import type { Advance } from '#waiting-room/advance.ts';
import type { CoordinationStore } from '#waiting-room/ports.ts';

/** How often the inlets are asked, in ms. */
const TICK = 250;
/** How often what was heard goes to the store, in ms. */
const FLUSH = 1000;
/** How long a dead process keeps the others from taking over, in ms. */
const LEASE = 3000;

export interface ClockDeps {
  readonly advance: Pick<Advance, 'all'>;
  /** Hands on what this process gathered. */
  readonly flush: () => Promise<void>;
  readonly coordination: Pick<CoordinationStore, 'lease' | 'release'>;
  /** This process, for the lease. */
  readonly self: string;
  readonly onError: (error: unknown) => void;
}

export interface Clock {
  /** Ends the ticks, flushes what was heard, and lets another process take over at once. */
  stop(): Promise<void>;
}

export function startClock({ advance, flush, coordination, self, onError }: ClockDeps): Clock {
  const inlets = every(
    TICK,
    async () => {
      if (await coordination.lease('clock', self, LEASE)) await advance.all();
    },
    onError,
  );
  const flushes = every(FLUSH, flush, onError);

  return {
    async stop() {
      await Promise.all([inlets.stop(), flushes.stop()]);
      await flush().catch(onError);
      await coordination.release('clock', self).catch(onError);
    },
  };
}

/** Runs a task, then waits, then runs it again: never two at once, and a failure does not end it. */
function every(interval: number, task: () => Promise<void>, onError: (error: unknown) => void) {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const run = () => {
    running = task()
      .catch(onError)
      .then(() => {
        if (!stopped) timer = setTimeout(run, interval);
      });
  };
  run();
  return {
    stop(): Promise<void> {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}
