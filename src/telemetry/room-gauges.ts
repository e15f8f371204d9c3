import type { Snapshot, Snapshots } from '#waiting-room/snapshots.ts';
import type { Metrics, RoomGauges } from './metrics.ts';

/** A snapshot older than this, in ms, is not a measurement: another process has a newer one. */
const RECENT = 10_000;

/** What this process knows of each room from its recent snapshots. */
function* roomGauges(snapshots: Iterable<Snapshot>, now: number): Iterable<RoomGauges> {
  for (const { settings, view, updatedAt } of snapshots) {
    if (now - updatedAt >= RECENT) continue;
    const { counters, predictions, provisional, lapses } = view;
    yield { room: settings.id, counters, predictions, admissions: { provisional, lapsed: lapses } };
  }
}

/** Measures each room whenever the metrics are read. */
export function watchRooms(
  metrics: Pick<Metrics, 'watchRooms'>,
  snapshots: Pick<Snapshots, 'known'>,
  now: () => number,
) {
  metrics.watchRooms(() => roomGauges(snapshots.known(), now()));
}
