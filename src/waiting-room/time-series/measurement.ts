/** What the measuring process knows of a room between two views: a plain value, which another process can continue. */
import { type AlertChanges, decideRoomAlerts, type Raised, type RoomAlert } from '../alerts.ts';
import type { LineView } from '../line/counters.ts';
import { lineageOf } from '../line/succession.ts';
import {
  gatherPace,
  letInLastMinute,
  type Pace,
  presentMinuteAgo,
  reachedTurns,
  secondsSinceLastTurn,
} from '../pace.ts';
import type { MinuteRow } from './minute-row.ts';

const MINUTE = 60_000;

/** Counters that only grow within a generation. */
interface Totals {
  readonly inflow: number;
  readonly outflow: number;
  readonly claimed: number;
  readonly missed: number;
  readonly within: number;
  readonly outside: number;
}

/** A minute that is over. Its waits are still being reported by other processes. */
export type ClosedMinute = Omit<MinuteRow, 'left' | 'actual' | 'predicted'>;

/** It is stored as JSON, so its field names must not change. */
export interface Measurement {
  readonly incarnation: string;
  readonly generation: number;
  /** The incarnation that its lineage began with (line/succession.ts). Missing in those of the version before. */
  readonly lineage?: string | undefined;
  readonly at: number;
  readonly pace: Pace;
  readonly minute: number;
  /** At the beginning of the minute: what is more than this happened in it. */
  readonly start: Totals;
  /** At the last view. Missing in those of the version before. */
  readonly seen?: Totals | undefined;
  readonly closed: readonly ClosedMinute[];
  readonly alerts?: Raised<RoomAlert> | undefined;
  /** When abuse was suspected last; missing: never. */
  readonly abuseAt?: number | undefined;
  /** Since when people are present in the mode `queue`; missing: they are not. */
  readonly waitSince?: number | undefined;
}

export const minuteOf = (time: number): number => Math.floor(time / MINUTE);

const totalsOf = ({ counters, predictions }: LineView): Totals => ({
  inflow: counters.queue,
  outflow: Math.max(0, counters.claimed - counters.active),
  claimed: counters.claimed,
  missed: counters.expired,
  within: predictions.within,
  outside: predictions.outside,
});

const NONE: Totals = { inflow: 0, outflow: 0, claimed: 0, missed: 0, within: 0, outside: 0 };

const combine = (one: Totals, other: Totals, by: (one: number, other: number) => number): Totals =>
  Object.fromEntries(
    (Object.keys(one) as (keyof Totals)[]).map((name) => [name, by(one[name], other[name])]),
  ) as unknown as Totals;
const minus = (one: Totals, other: Totals) => combine(one, other, (a, b) => a - b);

/**
 * Where the minute began, in the counts of the line of a view. A line that a reset began counts from 0, and one that an
 * undo brought back from where it was. What happened in the minute before stays counted.
 */
function startOf(before: Measurement | null, view: LineView): Totals {
  const totals = totalsOf(view);
  if (!before) return totals;
  if (before.incarnation === view.incarnation && before.generation === view.generation) return before.start;
  const isReset = before.lineage === lineageOf(view) && view.generation > before.generation;
  const counted = minus(before.seen ?? before.start, before.start);
  return minus(isReset ? NONE : totals, counted);
}

/** The measurement after another view. */
export function measureView(before: Measurement | null, view: LineView, now: number): Measurement {
  const { incarnation, generation } = view;
  const start = startOf(before, view);
  const isSame = before?.incarnation === incarnation && before.generation === generation;
  const minute = minuteOf(now);
  const isOver = before !== null && minute > before.minute;
  const totals = totalsOf(view);
  const doWait = view.mode === 'queue' && view.counters.present > 0;
  return {
    incarnation,
    generation,
    lineage: lineageOf(view),
    at: now,
    pace: gatherPace(isSame ? before.pace : null, view, now),
    minute: before ? Math.max(minute, before.minute) : minute,
    start: isOver ? totals : start,
    seen: totals,
    alerts: before?.alerts,
    abuseAt: before?.abuseAt,
    waitSince: doWait ? Math.min(now, (isSame ? before.waitSince : undefined) ?? now) : undefined,
    closed: [...(before?.closed ?? []), ...(isOver ? [closeMinute(before.minute, start, totals, view)] : [])],
  };
}

function closeMinute(minute: number, start: Totals, end: Totals, { counters, inside }: LineView): ClosedMinute {
  const flows = combine(end, start, (at, from) => Math.max(0, at - from));
  return { minute, ...flows, waiting: counters.waiting, present: counters.present, inside };
}

/** Whether nothing happened in the minute so far, no earlier one is left to write, and no alert is raised. */
export function isIdleSoFar({ start, closed, alerts = {}, ...of }: Measurement, view: LineView): boolean {
  const isSame = of.incarnation === view.incarnation && of.generation === view.generation;
  const totals = totalsOf(view);
  const isIdle = Object.entries(start).every(([name, value]) => totals[name as keyof Totals] === value);
  return isSame && isIdle && closed.length === 0 && Object.keys(alerts).length === 0;
}

/** The alerts of the room after a measurement. */
export function alertsAfter(measured: Measurement, view: LineView): AlertChanges<RoomAlert> {
  const { pace, at, alerts = {}, abuseAt = null, waitSince = at } = measured;
  const { mode, counters, held } = view;
  const condition = {
    ...{ mode, present: counters.present, held, abuseAt, ...reachedTurns(pace) },
    presentMinuteAgo: presentMinuteAgo(pace, at),
    letInLastMinute: letInLastMinute(pace, view, at),
    secondsWithoutTurn: Math.min(secondsSinceLastTurn(pace, at), Math.floor((at - waitSince) / 1000)),
  };
  return decideRoomAlerts(alerts, condition, at);
}

/** Reads what another process wrote. Null for anything else. */
export function parseMeasurement(text: string | null): Measurement | null {
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as Partial<Measurement> | null;
    const isComplete = value?.pace?.samples && value.pace.outcomes && value.start && value.closed;
    return isComplete && Number.isFinite(value.minute) ? (value as Measurement) : null;
  } catch {
    return null;
  }
}
