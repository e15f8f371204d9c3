/**
 * The measurements of rooms, minute by minute, and how fast each lets visitors in. The process that ticks measures; all
 * others read. It owns what is measured and how it is kept; ports/time-series.ts keeps it. It imports the words of
 * waiting-room.
 */
import type { Emit } from '../activity.ts';
import type { Raised, RoomAlert } from '../alerts.ts';
import type { LineView } from '../line/counters.ts';
import type { Pace } from '../pace.ts';
import type { SharedCounts } from '../ports/shared-counts.ts';
import type { TimeSeries } from '../ports/time-series.ts';
import type { RoomId } from '../room.ts';
import {
  alertsAfter,
  type ClosedMinute,
  isIdleSoFar,
  type Measurement,
  measureView,
  minuteOf,
  parseMeasurement,
} from './measurement.ts';
import { formatRow, isIdle, type MinuteRow, parseRow } from './minute-row.ts';
import { createWaitCounts, type WaitCounts } from './wait-counts.ts';

export type { MinuteRow } from './minute-row.ts';

/** How often a room is measured, and how often others learn of it, in ms. */
const EVERY = 1000;
const WRITTEN_EVERY = 2000;
/** How long after a minute its row is written, in ms: processes report their waits each second. */
const REPORTED_AFTER = 5000;

export interface Measurements {
  /** Begins the measurements of a room that was created just now, unless they have begun. */
  begin(room: RoomId, view: LineView): Promise<void>;
  /** Measures a room. For the one process that ticks. */
  measure(room: RoomId, view: LineView): Promise<void>;
  /** The same for a room that has not changed from its last measurement until `at`, in ms. It makes no call to the store. */
  measureAtRest(room: RoomId, view: LineView, at: number): void;
  /**
   * Whether nothing of a room is left to write or to clear, as long as nothing happens in it. In the minute of
   * `occupiedAt`, when somebody was last there, processes may still report visitors who left.
   */
  isComplete(room: RoomId, view: LineView, occupiedAt: number): boolean;
  /** How fast a room lets visitors in, as the measuring process knew it a few seconds ago. Null if none has. */
  pace(room: RoomId): Promise<Pace | null>;
  /** The same of its alerts. */
  alerts(room: RoomId): Promise<Raised<RoomAlert>>;
  /** The alerts of the rooms that this process measures. */
  measuredAlerts(room: RoomId): Raised<RoomAlert> | null;
  /** The rows from one time to before another, in ms, oldest first. Minutes without anything have none. */
  rows(room: RoomId, from: number, before: number): Promise<readonly MinuteRow[]>;
  remove(room: RoomId): Promise<void>;
  readonly waits: Pick<WaitCounts, 'compare' | 'left' | 'abused' | 'flush'>;
}

export interface MeasurementsDeps {
  readonly store: { readonly timeSeries: TimeSeries; readonly sharedCounts: SharedCounts };
  readonly now: () => number;
  readonly emit: Emit;
  /** Whether a room has not changed since its last measurement, however old that is. */
  readonly isAtRest: (room: RoomId) => boolean;
}

interface Known {
  readonly measurement: Measurement;
  /** When, and what: to skip a room where nothing happens. */
  readonly writtenAt: number;
  readonly written: string;
}

export function createMeasurements({ store, now, emit, isAtRest }: MeasurementsDeps): Measurements {
  const { timeSeries } = store;
  const waits = createWaitCounts(store.sharedCounts, now);
  const known = new Map<RoomId, Known>();

  async function before(room: RoomId): Promise<Known | null> {
    const here = known.get(room);
    // Another process measured in between.
    if (here && Math.abs(now() - here.measurement.at) < 10 * EVERY) return here;
    const measurement = parseMeasurement(await timeSeries.latest(room));
    return measurement && { measurement, writtenAt: 0, written: '' };
  }

  /** Writes the rows of minutes whose waits have been reported. */
  async function writeRows(room: RoomId, measured: Measurement): Promise<Measurement> {
    const { closed } = measured;
    const isDue = ({ minute }: ClosedMinute) => now() >= (minute + 1) * 60_000 + REPORTED_AFTER;
    const rows = await Promise.all(
      closed.filter(isDue).map(async (each) => ({ ...each, ...(await waits.of(room, each.minute)) })),
    );
    const some = rows.filter((row) => !isIdle(row)).map((row) => ({ minute: row.minute, row: formatRow(row) }));
    if (some.length > 0) await timeSeries.write(room, some);
    const abused = rows.some(({ abuse }) => abuse > 0) ? { abuseAt: now() } : {};
    return { ...measured, ...abused, closed: closed.filter((each) => !isDue(each)) };
  }

  /** What changes where something happens. */
  const gistOf = ({ counters, held, provisional, inside }: LineView, { alerts = {} }: Measurement) => {
    const isEmpty = counters.waiting === 0 && inside === 0 && held === 0;
    return isEmpty ? JSON.stringify([counters, provisional, Object.keys(alerts)]) : '';
  };

  return {
    waits,
    async begin(room, view) {
      if ((await timeSeries.latest(room)) !== null) return;
      await timeSeries.writeLatest(room, JSON.stringify(measureView(null, view, now())));
    },
    async measure(room, view) {
      const last = known.get(room)?.measurement.at ?? Number.NEGATIVE_INFINITY;
      if (now() - last >= 0 && now() - last < EVERY) return;
      const from = await before(room);
      const measured = measureView(from?.measurement ?? null, view, now());
      // Kept first: a failed write is tried again with the next view.
      known.set(room, { writtenAt: 0, written: '', ...from, measurement: measured });
      const written = await writeRows(room, measured);
      const { raised, began, ended } = alertsAfter(written, view);
      const measurement = { ...written, alerts: raised };
      known.set(room, { writtenAt: 0, written: '', ...from, measurement });
      for (const alert of began) emit('alert.raised', { room, alert });
      for (const alert of ended) emit('alert.cleared', { room, alert });
      const gist = gistOf(view, measurement);
      const isQuiet = from !== null && gist !== '' && gist === from.written;
      const isDue = !isQuiet && Math.abs(now() - (from?.writtenAt ?? 0)) >= WRITTEN_EVERY;
      if (isDue) await timeSeries.writeLatest(room, JSON.stringify(measurement));
      known.set(room, {
        measurement,
        writtenAt: isDue ? now() : (from?.writtenAt ?? 0),
        written: isDue ? gist : (from?.written ?? ''),
      });
    },
    measureAtRest(room, view, at) {
      const here = known.get(room);
      if (!here) return;
      const { measurement } = here;
      const isOver = minuteOf(at) > measurement.minute;
      // A minute without anything has no row.
      const measured = isOver ? { ...measureView(measurement, view, at), closed: [] } : { ...measurement, at };
      known.set(room, { ...here, measurement: measured });
    },
    isComplete(room, view, occupiedAt) {
      const here = known.get(room);
      if (!here || here.written !== gistOf(view, here.measurement)) return false;
      return minuteOf(occupiedAt) < here.measurement.minute && isIdleSoFar(here.measurement, view);
    },
    async pace(room) {
      const here = known.get(room)?.measurement;
      if (here && (isAtRest(room) || Math.abs(now() - here.at) < 2 * EVERY)) return here.pace;
      return parseMeasurement(await timeSeries.latest(room))?.pace ?? null;
    },
    async alerts(room) {
      return this.measuredAlerts(room) ?? parseMeasurement(await timeSeries.latest(room))?.alerts ?? {};
    },
    measuredAlerts(room) {
      const here = known.get(room)?.measurement;
      return here && (isAtRest(room) || Math.abs(now() - here.at) < 10 * EVERY) ? (here.alerts ?? {}) : null;
    },
    async rows(room, from, before) {
      const rows = await timeSeries.read(room, minuteOf(from), minuteOf(before - 1) + 1);
      return rows.map(({ minute, row }) => parseRow(minute, row)).filter((row) => row !== null);
    },
    async remove(room) {
      known.delete(room);
      await timeSeries.remove(room);
    },
  };
}
