import type { Raise } from '../line/raise.ts';
import type { Counted, Inlet, Sized } from './inlet.ts';
import { formatState, hasNumbers, mayHaveNumber, parseState } from './inlet.ts';

/** `increment` people, or numbers, in each period. */
export interface PeriodicInlet extends Sized, Counted {
  readonly strategy: 'periodic';
  readonly increment: number;
  readonly every: number;
  /** The beginning of the first period; without it periods are counted from the epoch. */
  readonly start?: number | undefined;
  /** No period begins at or after this time. */
  readonly end?: number | undefined;
}

/**
 * Periods that were missed because no process ran are made up for if they began at most this long ago, in ms. The
 * current period is always served.
 */
const MADE_UP_FOR = 60_000;

/** How exactly the length of a jump is known, in ms: some time passed since a process last called the line. */
const SLACK = 500;

interface State {
  /** The last period served. */
  readonly period: number;
  /** How far the line's time was shifted when it was served, in ms. Early versions kept no shift. */
  readonly shifted?: number | undefined;
  /** The beginning and length of period 0. Other settings make this state invalid. */
  readonly of: readonly [start: number, every: number];
}

const isState = (value: object) =>
  hasNumbers(value, 'period') &&
  mayHaveNumber(value, 'shifted') &&
  'of' in value &&
  Array.isArray(value.of) &&
  hasNumbers(value.of, '0', '1');

/**
 * `increment` people, or numbers, at the beginning of each period. A period is served once. A period missed by more than a minute is
 * reported and not served: serving all of them at once would flood the site. After a clock jumped back, the periods of
 * its new time are served, although periods of that name were served before the jump.
 */
export const periodic: Inlet<PeriodicInlet> = (
  { increment, every, start, end, unit = 'people' },
  { now, shifted, state },
) => {
  const of = [start ?? 0, every] as const;
  const before = parseState<State>(state, 'periodic', isState);
  const known = before && before.of[0] === of[0] && before.of[1] === of[1] ? before : null;
  const periodAt = (time: number) => Math.floor((time - of[0]) / every);

  const running = periodAt(now);
  const current = Math.min(running, end === undefined ? Number.POSITIVE_INFINITY : periodAt(end - 1));
  // An inlet that begins in the middle of a period serves that period only if the settings have a start.
  const served = known
    ? servedBy(known, every, shifted)
    : start === undefined || running > current
      ? current
      : Math.max(-1, current - 1);
  const stateOf = (period: number) => formatState('periodic', { period, shifted, of } satisfies State);
  if (current <= served) return { raise: null, state: known?.shifted === undefined ? stateOf(served) : state };

  const inTime = Math.ceil((now - MADE_UP_FOR - of[0]) / every);
  const oldest = Math.max(0, Math.min(running, current + 1, inTime));
  const skipped = Math.max(0, oldest - served - 1);
  const due = current - served - skipped;
  return {
    raise: due > 0 ? raiseBy(increment * due, increment, unit) : null,
    state: stateOf(current),
    ...(skipped > 0 ? { skipped } : {}),
  };
};

/** Periods without enough people leave places for the newcomers of one period: those of a night would flood the site. */
const raiseBy = (count: number, credits: number, unit: 'people' | 'numbers'): Raise =>
  unit === 'numbers' ? { numbers: count } : { people: count, credits };

/**
 * The last period served, in the line's time as it is now: where a jump moved its beginning, or the period that begins
 * next after that. So the next period begins no earlier than one period after the last, whatever clocks do.
 */
function servedBy({ period, shifted }: State, every: number, shiftedNow: number): number {
  const moved = shiftedNow - (shifted ?? shiftedNow);
  return period + Math.ceil((moved - Math.min(SLACK, every / 2)) / every);
}
