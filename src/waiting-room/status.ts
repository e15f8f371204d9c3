/** The status that all visitors of a room share: small, the same for everyone, and cacheable for a second. */
import { aheadCurve } from './ahead.ts';
import { pollAfter } from './poll-intervals.ts';
import type { RoomId } from './room.ts';
import type { Snapshot, Snapshots } from './snapshots.ts';

/** The JSON document of the status as bytes, made once a snapshot. */
export interface SharedStatus {
  /** Undefined if the snapshot has to be fetched first. */
  now(room: RoomId): Buffer | undefined;
  get(room: RoomId): Promise<Buffer>;
}

export function createSharedStatus(snapshots: Snapshots): SharedStatus {
  const documents = new WeakMap<Snapshot, Buffer>();

  function documentOf(snapshot: Snapshot): Buffer {
    let document = documents.get(snapshot);
    if (!document) {
      document = Buffer.from(JSON.stringify(status(snapshot)));
      documents.set(snapshot, document);
    }
    return document;
  }

  return {
    now(room) {
      const snapshot = snapshots.now(room);
      return snapshot && documentOf(snapshot);
    },
    get: async (room) => documentOf(await snapshots.get(room)),
  };
}

function status({ settings, view, ahead, speed, updatedAt }: Snapshot) {
  return {
    room: settings.id,
    mode: settings.mode,
    serving: view.counters.serving,
    waiting: view.counters.waiting,
    ahead: aheadCurve(view, ahead),
    per_minute: speed && settings.mode === 'queue' && !view.alarm ? [speed.low, speed.high] : null,
    poll_after: pollAfter(settings, view.counters.waiting),
    message: settings.message,
    updated_at: new Date(updatedAt).toISOString(),
    ...(settings.mode === 'closed' && settings.closed_reason ? { closed_reason: settings.closed_reason } : {}),
  };
}
