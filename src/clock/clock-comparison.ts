import type { ClockName, Metrics } from '#telemetry/metrics.ts';
import type { Clocks } from '#waiting-room/ports/clocks.ts';

/** Clocks that differ by more than this are logged, in ms. */
const FAR = 500;
/** Clocks that differ by less than this are in step again, in ms. */
const NEAR = 400;
/** An answer that took longer than this, in ms, is ignored: the clock may have been read at any moment of it. */
const PATIENCE = 500;

/** A pino logger fits. */
export interface ComparisonLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface ClockComparisonDeps {
  readonly clocks: Clocks;
  /** The id of this process. */
  readonly self: string;
  readonly now: () => number;
  readonly log: ComparisonLog;
  readonly metrics: Pick<Metrics, 'clockSkewed'>;
}

const MESSAGES: Readonly<Record<ClockName, { readonly far: string; readonly near: string }>> = {
  store: {
    far: "clock differs from the store's by more than 500 ms: keep both in step with NTP",
    near: "clock is in step with the store's again",
  },
  processes: {
    far: "clock differs from another process's by more than 500 ms: keep all in step with NTP",
    near: 'clock is in step with those of all processes again',
  },
};

/**
 * Returns a function that compares this process's clock with the store's, and so with those of all other processes.
 * Call it once a second. It logs when a clock begins to differ and when it is in step again. It decides nothing: where
 * clocks differ, the line's time counts.
 */
export function createClockComparison({ clocks, self, now, log, metrics }: ClockComparisonDeps): () => Promise<void> {
  const isFar: Record<ClockName, boolean> = { store: false, processes: false };
  let known: number | null = null;

  function report(to: ClockName, skew: number): void {
    metrics.clockSkewed(to, skew);
    const isFarNow = Math.abs(skew) > (isFar[to] ? NEAR : FAR);
    if (isFarNow !== isFar[to]) {
      log[isFarNow ? 'warn' : 'info']({ skew_ms: Math.round(skew) }, MESSAGES[to][isFarNow ? 'far' : 'near']);
    }
    isFar[to] = isFarNow;
  }

  return async () => {
    const sent = now();
    const { time, others } = await clocks.compare(self, known);
    const took = now() - sent;
    if (took < 0 || took > PATIENCE) return;
    const skew = sent + took / 2 - time;
    known = skew;
    report('store', skew);
    report('processes', others.map((other) => skew - other).reduce(further, 0));
  };
}

const further = (one: number, other: number) => (Math.abs(other) > Math.abs(one) ? other : one);
