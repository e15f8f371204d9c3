import type { AlertName, Raised } from '#waiting-room/alerts.ts';
import { gatherPace, type Pace } from '#waiting-room/pace.ts';
import type { RoomId } from '#waiting-room/room.ts';
import { roomReport, wholeViewOf } from '#waiting-room/room-report.ts';
import type { Snapshot } from '#waiting-room/snapshots.ts';
import { eventText } from './event-stream.ts';

/** A room's report as an event, made once a snapshot however many streams there are. */
/** What the process that measures a room knows of it. Without a pace there, the pace is that of the snapshots. */
export interface Known {
  readonly pace: Pace | null;
  readonly alerts: Raised<AlertName>;
}

export interface Reports {
  of(snapshot: Snapshot, known: Known): { readonly text: string /** Without its time. */; readonly gist: string };
  /** Forgets the pace of the rooms that nobody watches. */
  keepOnly(isWatched: (room: RoomId) => boolean): void;
}

export function createReports(): Reports {
  const made = new WeakMap<Snapshot, ReturnType<Reports['of']>>();
  const paces = new Map<RoomId, Pace>();

  return {
    of(snapshot, known) {
      const before = made.get(snapshot);
      if (before) return before;
      const { settings, updatedAt } = snapshot;
      const pace = gatherPace(known.pace ?? paces.get(settings.id) ?? null, wholeViewOf(snapshot), updatedAt);
      paces.set(settings.id, pace);
      const report = roomReport(snapshot, pace, known.alerts);
      const { updated_at, ...timeless } = report;
      const { seconds_since_last, ...letIn } = report.let_in;
      const event = {
        text: eventText('counters', report),
        gist: JSON.stringify({ ...timeless, let_in: letIn }),
      };
      made.set(snapshot, event);
      return event;
    },
    keepOnly(isWatched) {
      for (const room of paces.keys()) if (!isWatched(room)) paces.delete(room);
    },
  };
}
