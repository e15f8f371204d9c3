import type { PeriodicInlet } from '../room.ts';
import type { Inlet } from './inlet.ts';
import { hasNumbers, keep, kept } from './inlet.ts';

/**
 * Periods that nobody served, because no process ran, are made up for if they began no longer ago than this, in ms. The
 * one that runs is served however long ago it began.
 */
const MADE_UP_FOR = 60_000;

interface State {
  /** The last period served. */
  readonly period: number;
  /** Where period 0 begins and how long each is: other settings begin anew. */
  readonly of: readonly [start: number, every: number];
}

const isState = (value: object) =>
  hasNumbers(value, 'period') && 'of' in value && Array.isArray(value.of) && hasNumbers(value.of, '0', '1');

/**
 * So many numbers in each period, at its beginning. A period is served once; one missed by more than a minute is
 * told and not served, as a flood of all that was missed is what a waiting room is there to prevent.
 */
export const periodic: Inlet<PeriodicInlet> = ({ increment, every, start, end }, { now, state }) => {
  const of = [start ?? 0, every] as const;
  const before = kept<State>(state, 'periodic', isState);
  const known = before && before.of[0] === of[0] && before.of[1] === of[1] ? before : null;
  const periodAt = (time: number) => Math.floor((time - of[0]) / every);

  const running = periodAt(now);
  const current = Math.min(running, end === undefined ? Number.POSITIVE_INFINITY : periodAt(end - 1));
  // An inlet that begins in the middle of a period serves it if it said when to start, else waits for the next.
  const served = known?.period ?? (start === undefined || running > current ? current : Math.max(-1, current - 1));
  if (current <= served) return { raise: null, state: keep('periodic', { period: served, of }) };

  const inTime = Math.ceil((now - MADE_UP_FOR - of[0]) / every);
  const oldest = Math.max(0, Math.min(running, current + 1, inTime));
  const skipped = Math.max(0, oldest - served - 1);
  const due = current - served - skipped;
  return {
    raise: due > 0 ? { numbers: increment * due } : null,
    state: keep('periodic', { period: current, of }),
    ...(skipped > 0 ? { skipped } : {}),
  };
};
