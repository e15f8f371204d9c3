/**
 * Estimates a wait as a range, from the number of turns in the last minutes. A turn is a place held for a present
 * visitor, so visitors who left and numbers that were passed over count on neither side of the division. There is no
 * estimate until enough was measured.
 */
import type { LineView } from './line/counters.ts';

/** A time further ahead than this means that the clock jumped back, not that two clocks differ. In ms. */
const JUMPED = 1000;
/** How often turns are measured, and for how long a measurement counts, in ms. */
const EVERY = 5000;
const WINDOW = 5 * 60_000;
/** The least measured time, in ms, and the least number of turns for an estimate. */
const ENOUGH_TIME = 30_000;
const ENOUGH_TURNS = 5;
/** The range comes from the speeds of stretches of this length, in ms. */
const STRETCH = 30_000;
/** Limits of the range, as parts of the mean speed. */
const SLOWEST = { least: 0.5, most: 0.8 };
const FASTEST = { least: 1.25, most: 2 };

/** When turns were counted ({@link timeOf}), and how many there had been so far; oldest first. */
export type Meter = readonly (readonly [at: number, turns: number])[];

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The time that turns are measured by, in ms: the line's, without the jumps of clocks. */
export function timeOf({ clock, shifted, stopped }: Pick<LineView, 'clock' | 'shifted' | 'stopped'>): number {
  return clock - (shifted - stopped);
}

export function readMeter(note: string): Meter {
  return note === '' ? [] : (JSON.parse(note) as Meter);
}

/** The meter with a new measurement, or null if the last one is too recent. */
export function measure(meter: Meter, turns: number, now: number): Meter | null {
  const last = meter.at(-1);
  const jumped = last !== undefined && last[0] > now + JUMPED;
  if (last && !jumped && now - last[0] < EVERY) return null;
  // Start again if the counter went back (the room was reset) or the clock did.
  const kept = jumped || (last && turns < last[1]) ? [] : meter.filter(([at]) => now - at <= WINDOW);
  return [...kept, [now, turns]];
}

/** Turns a minute; null if unknown. */
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

/** Turns per ms in each whole stretch, newest first. */
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

/** Seconds until the turn of a visitor behind `peopleAhead`, whose page notices it at most `delay` seconds late; null when unknown. */
export function estimatedWait(peopleAhead: number, speed: Range | null, delay: number): Range | null {
  if (!speed || speed.low <= 0) return null;
  const low = (peopleAhead / speed.high) * 60;
  const high = ((peopleAhead + 1) / speed.low) * 60 + delay;
  return { low: Math.floor(low / 5) * 5, high: Math.ceil(high / 5) * 5 };
}

/** Speeds below ten have one decimal place. */
function round(speed: number): number {
  return speed >= 10 ? Math.round(speed) : Math.round(speed * 10) / 10;
}
