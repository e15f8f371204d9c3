/**
 * How fast a room lets visitors in: what the last minute and the latest turns show, gathered from views of its line. A
 * plain value, so that one process can gather it for the others.
 */
import type { LineView } from './line/counters.ts';

/** Samples are at least so far apart, in ms, and as old as this at most. */
const EVERY = 2000;
const WINDOW = 66_000;
const MINUTE = 60_000;
/** Clocks of processes may differ by so much, in ms. */
const SKEW = 5000;
/** The share of turns that reached the site is that of so many turns. */
export const LATEST_TURNS = 100;

/** When, admissions ever, and how many were present. */
export type PaceSample = readonly [at: number, claimed: number, present: number];

export interface Pace {
  readonly generation: number;
  /** When the first view was gathered, in ms. */
  readonly since: number;
  /** Oldest first. */
  readonly samples: readonly PaceSample[];
  /** When a turn was given last; null if none was since `since`. */
  readonly lastTurnAt: number | null;
  /** Turns that ended, and how many of those reached the site: the latest, oldest first. */
  readonly outcomes: readonly (readonly [ended: number, reached: number])[];
  /** What the last view showed. */
  readonly seen: { readonly given: number; readonly ended: number; readonly reached: number };
}

const seenIn = ({ turns, held, counters, provisional, lapses }: LineView): Pace['seen'] => ({
  given: Math.max(turns, counters.claimed),
  // A turn whose admission is not confirmed yet has not ended.
  ended: Math.max(0, turns - held - provisional),
  reached: Math.max(0, counters.claimed - provisional - lapses),
});

/** The pace after another view. */
export function gatherPace(before: Pace | null, view: LineView, now: number): Pace {
  const seen = seenIn(view);
  const { claimed, present } = view.counters;
  const isStale =
    before === null ||
    before.generation !== view.generation ||
    seen.given < before.seen.given ||
    now < before.since - SKEW ||
    (before.samples.at(-1)?.[0] ?? now) > now + SKEW;
  if (isStale) {
    const samples = [[now, claimed, present]] as const;
    return { generation: view.generation, since: now, samples, lastTurnAt: null, outcomes: [], seen };
  }
  const isDue = now - (before.samples.at(-1)?.[0] ?? 0) >= EVERY;
  return {
    ...before,
    samples: isDue ? [...before.samples.filter(([at]) => now - at <= WINDOW), [now, claimed, present]] : before.samples,
    lastTurnAt: seen.given > before.seen.given ? now : before.lastTurnAt,
    ...gatherOutcomes(before, seen),
  };
}

function gatherOutcomes(before: Pace, seen: Pace['seen']): Pick<Pace, 'outcomes' | 'seen'> {
  const ended = seen.ended - before.seen.ended;
  // An exit or a new hold may move a count back for a moment: what ended is counted once it has grown again.
  if (ended <= 0) return { outcomes: before.outcomes, seen: { ...before.seen, given: seen.given } };
  const reached = Math.min(ended, Math.max(0, seen.reached - before.seen.reached));
  const outcomes = [...before.outcomes, [ended, reached] as const];
  let total = outcomes.reduce((sum, [each]) => sum + each, 0);
  while (outcomes.length > 1 && total - (outcomes[0]?.[0] ?? 0) >= LATEST_TURNS) total -= outcomes.shift()?.[0] ?? 0;
  return { outcomes, seen };
}

/** The sample of a minute ago, or the oldest if there is none. */
function minuteAgo({ samples }: Pace, now: number): PaceSample | undefined {
  return samples.findLast(([at]) => now - at >= MINUTE) ?? samples[0];
}

/** Admissions within the last minute, or since the first view if that is later. */
export function letInLastMinute(pace: Pace, { counters }: LineView, now: number): number {
  return Math.max(0, counters.claimed - (minuteAgo(pace, now)?.[1] ?? counters.claimed));
}

/** How many were present a minute ago; null if that is not known. */
export function presentMinuteAgo(pace: Pace, now: number): number | null {
  const sample = minuteAgo(pace, now);
  return sample && now - sample[0] >= MINUTE ? sample[2] : null;
}

/** Seconds since the last turn was given, or since the first view if none was. */
export function secondsSinceLastTurn({ lastTurnAt, since }: Pace, now: number): number {
  return Math.max(0, Math.floor((now - (lastTurnAt ?? since)) / 1000));
}

/** How many of the latest turns reached the site: the visitor claimed, and came back with the admission. */
export function reachedTurns({ outcomes }: Pace): { readonly turns: number; readonly reached: number } {
  const sum = (which: 0 | 1) => outcomes.reduce((total, each) => total + each[which], 0);
  return { turns: sum(0), reached: sum(1) };
}
