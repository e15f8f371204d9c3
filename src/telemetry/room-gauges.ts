import { type Raised, ROOM_ALERTS, type RoomAlert } from '#waiting-room/alerts.ts';
import type { LineView } from '#waiting-room/line/counters.ts';
import type { RoomId } from '#waiting-room/room.ts';
import { roomCounters } from '#waiting-room/room-counters.ts';
import type { Snapshots } from '#waiting-room/snapshots.ts';
import type { Metrics } from './metrics.ts';
import type { RoomGauges } from './room-gauge-values.ts';

/** A snapshot older than this, in ms, is not a measurement: another process has a newer one. */
const RECENT = 10_000;

/** What this process knows of each room, with all its lanes, from its recent snapshots. */
function* roomGauges(
  { snapshots, busiestAddress, measurements, isAtRest }: WatchedRooms,
  now: number,
): Iterable<RoomGauges> {
  for (const { settings, view, lanes, updatedAt } of snapshots.known()) {
    if (now - updatedAt >= RECENT && !isAtRest(settings.id)) continue;
    const all = [view, ...lanes.map((lane) => lane.view)];
    const sum = (numberOf: (of: LineView) => number) => all.reduce((together, each) => together + numberOf(each), 0);
    yield {
      room: settings.id,
      counters: roomCounters([{ view }, ...lanes.map((lane) => ({ name: lane.lane, view: lane.view }))]),
      predictions: { within: sum((of) => of.predictions.within), outside: sum((of) => of.predictions.outside) },
      admissions: { provisional: sum(({ provisional }) => provisional), lapsed: sum(({ lapses }) => lapses) },
      busiestAddress: busiestAddress(settings.id),
      alerts: alertsOf(measurements.measuredAlerts(settings.id)),
    };
  }
}

const alertsOf = (raised: Raised<RoomAlert> | null) =>
  raised && new Map(ROOM_ALERTS.map((alert) => [alert, raised[alert] !== undefined] as const));

export interface WatchedRooms {
  readonly snapshots: Pick<Snapshots, 'known'>;
  /** Whether a room is as it was in its snapshot, however old that is. */
  readonly isAtRest: (room: RoomId) => boolean;
  readonly busiestAddress: (room: RoomId) => number;
  readonly measurements: { readonly measuredAlerts: (room: RoomId) => Raised<RoomAlert> | null };
}

/** Measures each room whenever the metrics are read. */
export function watchRooms(metrics: Pick<Metrics, 'watchRooms'>, rooms: WatchedRooms, now: () => number) {
  metrics.watchRooms(() => roomGauges(rooms, now()));
}
