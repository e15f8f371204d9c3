/** The inlet of a room at rest: how long it can do without ticks, which places it leaves open, and how it ticks again. */
import { type InletSettings, tickInlet } from './index.ts';
import { parseState, type Signal, type Step, type Tick } from './inlet.ts';
import { nextPeriod } from './target.ts';
import type { Bucket, TickTime } from './token-bucket.ts';
import { burstOfOneSecond, isBucket } from './token-bucket.ts';

/** The process that ticks fills the bucket of a room that is awake more often than this, in ms. */
const FILLED_EVERY = 1000;

/** Until when ticks change nothing while nobody is there, in ms of the line's time; `now` where they always may. */
export function restsUntil(inlet: InletSettings, now: number, signal: Signal | null): number {
  if (inlet.strategy === 'periodic') return nextPeriod(inlet, now) ?? Number.POSITIVE_INFINITY;
  // Its rate follows what is measured.
  if (inlet.strategy === 'adaptive' && signal !== null) return now;
  return Number.POSITIVE_INFINITY;
}

/**
 * How many places ticks leave open for newcomers, at most; fewer where the size is smaller. Null where ticks open none,
 * or only as a period begins.
 */
export function placesLeftOpen(inlet: InletSettings): number | null {
  switch (inlet.strategy) {
    case 'max-size':
      return inlet.size;
    case 'rate':
      return Math.ceil(inlet.burst ?? burstOfOneSecond(inlet.per_minute));
    case 'adaptive':
      return Math.ceil(burstOfOneSecond(inlet.min_per_minute));
    default:
      return null;
  }
}

/**
 * Whether a room may be at rest in the process that ticks. Its places stand open, and its bucket was not filled since.
 * Only that process knows for how long: another that filled the bucket would let a second burst in.
 */
export function mayRestElsewhere(inlet: InletSettings, { state, now, shifted }: Tick): boolean {
  if (inlet.strategy !== 'rate' && inlet.strategy !== 'adaptive') return false;
  const bucket = parseState<Bucket>(state, inlet.strategy, isBucket);
  return bucket !== null && now - shifted - (bucket.at - (bucket.shifted ?? shifted)) > FILLED_EVERY;
}

/** The first tick after a rest. `rested` is the time of the last tick at rest; null if the room was not at rest. */
export function tickAfterRest(inlet: InletSettings, tick: Tick, rested: TickTime | null): Step {
  if (!rested) return tickInlet(inlet, tick);
  // Jumps of clocks since then don't count as time.
  const now = Math.min(rested.now - rested.shifted, tick.now - tick.shifted) + tick.shifted;
  const { state } = tickInlet(inlet, { ...tick, now, own: rested.own, rested: true });
  return tickInlet(inlet, { ...tick, state });
}
