import type { Inlet, Sized } from './inlet.ts';
import { formatState, hasNumbers, parseState } from './inlet.ts';

/** `increment` numbers in each period. */
export interface PeriodicInlet extends Sized {
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

interface State {
  /** The last period served. */
  readonly period: number;
  /** The beginning and length of period 0. Other settings make this state invalid. */
  readonly of: readonly [start: number, every: number];
}

const isState = (value: object) =>
  hasNumbers(value, 'period') && 'of' in value && Array.isArray(value.of) && hasNumbers(value.of, '0', '1');

/**
 * `increment` numbers at the beginning of each period. A period is served once. A period missed by more than a minute is
 * reported and not served: serving all of them at once would flood the site.
 */
export const periodic: Inlet<PeriodicInlet> = ({ increment, every, start, end }, { now, state }) => {
  const of = [start ?? 0, every] as const;
  const before = parseState<State>(state, 'periodic', isState);
  const known = before && before.of[0] === of[0] && before.of[1] === of[1] ? before : null;
  const periodAt = (time: number) => Math.floor((time - of[0]) / every);

  const running = periodAt(now);
  const current = Math.min(running, end === undefined ? Number.POSITIVE_INFINITY : periodAt(end - 1));
  // An inlet that begins in the middle of a period serves that period only if the settings have a start.
  const served = known?.period ?? (start === undefined || running > current ? current : Math.max(-1, current - 1));
  if (current <= served) return { raise: null, state: formatState('periodic', { period: served, of }) };

  const inTime = Math.ceil((now - MADE_UP_FOR - of[0]) / every);
  const oldest = Math.max(0, Math.min(running, current + 1, inTime));
  const skipped = Math.max(0, oldest - served - 1);
  const due = current - served - skipped;
  return {
    raise: due > 0 ? { numbers: increment * due } : null,
    state: formatState('periodic', { period: current, of }),
    ...(skipped > 0 ? { skipped } : {}),
  };
};
