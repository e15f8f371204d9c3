/**
 * How long somebody will wait, as a range from what was measured: how many turns came in the last minutes. A turn is
 * a place held for somebody who was there, so those who left, and numbers passed over, are in neither side of the
 * division. Nothing is said until there is enough to say.
 */

/** How often the turns are written down, in ms, and for how long they count. */
const EVERY = 5000;
const WINDOW = 5 * 60_000;
/** Less than this says nothing: ms measured, and turns. */
const ENOUGH_TIME = 30_000;
const ENOUGH_TURNS = 5;
/** The speed of a single stretch of this length counts towards the range, in ms. */
const STRETCH = 30_000;
/** The range is never narrower and never wider than this, as parts of the mean speed. */
const SLOWEST = { least: 0.5, most: 0.8 };
const FASTEST = { least: 1.25, most: 2 };

/** When turns were counted, and how many there had been: oldest first. */
export type Meter = readonly (readonly [at: number, turns: number])[];

export interface Range {
  readonly low: number;
  readonly high: number;
}

export function readMeter(note: string): Meter {
  return note === '' ? [] : (JSON.parse(note) as Meter);
}

/** The meter with the turns as they are now, or null while it is too early for another look. */
export function measure(meter: Meter, turns: number, now: number): Meter | null {
  const last = meter.at(-1);
  if (last && now >= last[0] && now - last[0] < EVERY) return null;
  // A counter that went back began anew, and a clock that did tells nothing of the time between.
  const kept = last && (turns < last[1] || now < last[0]) ? [] : meter.filter(([at]) => now - at <= WINDOW);
  return [...kept, [now, turns]];
}

/** People a minute whose turn comes; null when unknown. */
export function perMinute(meter: Meter, now: number): Range | null {
  const [first] = meter;
  const last = meter.at(-1);
  if (!first || !last || now - last[0] > WINDOW) return null;
  const [span, turns] = [last[0] - first[0], last[1] - first[1]];
  if (span < ENOUGH_TIME || turns < ENOUGH_TURNS) return null;
  const mean = turns / span;
  const speeds = stretches(meter);
  const within = (value: number, { least, most }: { least: number; most: number }) =>
    Math.min(most * mean, Math.max(least * mean, value));
  return {
    low: round(within(Math.min(...speeds), SLOWEST) * 60_000),
    high: round(within(Math.max(...speeds), FASTEST) * 60_000),
  };
}

/** Turns per ms in each whole stretch, from the newest back. */
function stretches(meter: Meter): number[] {
  const speeds: number[] = [];
  let end = meter.length - 1;
  for (let begin = end - 1; begin >= 0; begin--) {
    const [from, to] = [meter[begin], meter[end]];
    if (!from || !to || to[0] - from[0] < STRETCH) continue;
    speeds.push((to[1] - from[1]) / (to[0] - from[0]));
    end = begin;
  }
  return speeds;
}

/**
 * Seconds until the turn of somebody with so many people ahead; null when unknown. `hears` is how long, in seconds,
 * their page may take to find out.
 */
export function estimatedWait(peopleAhead: number, speed: Range | null, hears: number): Range | null {
  if (!speed || speed.low <= 0) return null;
  const low = (peopleAhead / speed.high) * 60;
  const high = ((peopleAhead + 1) / speed.low) * 60 + hears;
  return { low: Math.floor(low / 5) * 5, high: Math.ceil(high / 5) * 5 };
}

/** Speeds are told to two significant digits, or whole from ten on. */
function round(speed: number): number {
  return speed >= 10 ? Math.round(speed) : Math.round(speed * 10) / 10;
}
