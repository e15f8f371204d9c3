/** What the measuring process knows of a room between two views: a plain value, which another process can continue. */
import { type AlertChanges, decideRoomAlerts, type Raised, type RoomAlert } from '../alerts.ts';
import type { LineView } from '../line/counters.ts';
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
  readonly at: number;
  readonly pace: Pace;
  readonly minute: number;
  /** At the beginning of the minute. */
  readonly start: Totals;
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

/** The measurement after another view. */
export function measureView(before: Measurement | null, view: LineView, now: number): Measurement {
  const { incarnation, generation } = view;
  const isSame = before?.incarnation === incarnation && before.generation === generation;
  const minute = minuteOf(now);
  const isOver = before !== null && minute > before.minute;
  const totals = totalsOf(view);
  const doWait = view.mode === 'queue' && view.counters.present > 0;
  return {
    incarnation,
    generation,
    at: now,
    pace: gatherPace(isSame ? before.pace : null, view, now),
    minute: before ? Math.max(minute, before.minute) : minute,
    start: isOver || !isSame ? totals : before.start,
    alerts: before?.alerts,
    abuseAt: before?.abuseAt,
    waitSince: doWait ? Math.min(now, (isSame ? before.waitSince : undefined) ?? now) : undefined,
    closed: [
      ...(before?.closed ?? []),
      // What a reset took away is not known.
      ...(isOver ? [closeMinute(before.minute, isSame ? before.start : totals, totals, view)] : []),
    ],
  };
}

function closeMinute(minute: number, start: Totals, end: Totals, { counters, inside }: LineView): ClosedMinute {
  const flows = Object.fromEntries(
    (Object.keys(end) as (keyof Totals)[]).map((name) => [name, Math.max(0, end[name] - start[name])]),
  ) as unknown as Totals;
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
