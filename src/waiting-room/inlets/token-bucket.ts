import type { Tick } from './inlet.ts';
import { hasNumbers, mayHaveNumber } from './inlet.ts';

/**
 * How long, in ms, the line's time may stand still before the bucket goes by the clock of the process that ticks. The
 * line's time stands still while all processes that call it are behind the one that set it.
 */
const STILL = 500;
/** How often an inlet ticks at most, in ms. A bucket that a tick fills with less than it may give out never overflows. */
const TICK = 250;

/** The time of a tick: the line's, and that of the process. */
export type TickTime = Pick<Tick, 'now' | 'shifted' | 'own' | 'rested'>;

/** A token bucket whose tokens are people. */
export interface Bucket {
  /** The line's time when it was last filled, and how far that was shifted, in ms. Early versions kept no shift. */
  readonly at: number;
  readonly shifted?: number | undefined;
  /** Its content, including fractions of a person. */
  readonly tokens: number;
  /** Set while the line's time stands still. */
  readonly still?: Still | undefined;
}

/** While the line's time stands still: the clocks of the processes that ticked, in ms. */
interface Still {
  readonly since: number;
  readonly last: number;
  /** How much time the bucket was filled for while it stood still, in ms. */
  readonly filled: number;
}

export const isBucket = (value: object) =>
  hasNumbers(value, 'at', 'tokens') && mayHaveNumber(value, 'shifted') && hasStill(value);

const hasStill = (value: { readonly still?: unknown }) =>
  !('still' in value) ||
  (typeof value.still === 'object' && value.still !== null && hasNumbers(value.still, 'since', 'last', 'filled'));

/**
 * Fills the bucket up to the line's time and takes out all whole people, at most `most`. The line's time passes once,
 * however many processes with different clocks bring it on, and jumps of clocks don't count as time. While a room was at
 * rest, whole people passed with each tick, and only the fraction stayed.
 */
export function takeTokens(
  bucket: Bucket | null,
  perMinute: number,
  most: number,
  time: TickTime,
): { readonly people: number; readonly bucket: Bucket } {
  const before: Bucket = { at: time.now, shifted: time.shifted, tokens: 0, ...bucket };
  const { passed, still } = timeSince(before, time);
  const filled = before.tokens + (passed * perMinute) / 60_000;
  // The tolerance makes up for rounding: a sum of many parts of a minute may fall just short of a whole person.
  const people = Math.floor(Math.min(filled, most) + 1e-9);
  // The fraction beyond `most` stays; otherwise a slow rate would lose a little with each person.
  const left = time.rested && perMinute * TICK <= most * 60_000 ? filled - Math.floor(filled + 1e-9) : filled - people;
  const tokens = Math.min(1, Math.max(0, left));
  return { people, bucket: { at: time.now, shifted: time.shifted, tokens, still } };
}

/** How much time to fill a bucket for, in ms. */
function timeSince(
  { at, shifted, still }: Bucket,
  { now, shifted: shiftedNow, own }: TickTime,
): { readonly passed: number; readonly still?: Still } {
  const ofLine = now - shiftedNow - (at - (shifted ?? shiftedNow));
  // A bucket from the future belongs to another line, or to an early version.
  if (ofLine < 0) return { passed: 0 };
  // What the bucket was filled for while the line's time stood still is not filled again.
  if (ofLine > 0) return { passed: Math.max(0, ofLine - (still?.filled ?? 0)) };
  const filled = still?.filled ?? 0;
  // A clock that is far from the one before belongs to another process.
  if (!still || own < still.last || own - still.last > STILL) {
    return { passed: 0, still: { since: own, last: own, filled } };
  }
  const { since, last } = still;
  if (own - since < STILL) return { passed: 0, still: { since, last: own, filled } };
  const passed = own - (last - since < STILL ? since : last);
  return { passed, still: { since, last: own, filled: filled + passed } };
}

/** How many places may stand unused: those of one second, but at least one, or a rate below one a second would serve nobody. */
export function burstOfOneSecond(perMinute: number): number {
  return Math.max(1, perMinute / 60);
}
