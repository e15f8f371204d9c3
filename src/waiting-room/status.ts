/** The status that all visitors of a room share: small, the same for everyone, and cacheable for a second. */
import { aheadCurve } from './ahead.ts';
import { eventOfDraw } from './facts.ts';
import { laneTitle } from './lanes.ts';
import { messageId } from './page-settings.ts';
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

/** What is of one lane: numbers are. */
function statusOfLane({ settings, view, ahead, speed }: Snapshot) {
  return {
    serving: view.counters.serving,
    waiting: view.counters.waiting,
    ahead: aheadCurve(view, ahead),
    per_minute: speed && settings.mode === 'queue' && !view.alarm ? [speed.low, speed.high] : null,
  };
}

/** Of a room with lanes: the default lane, how many wait in all, and each lane by name. */
function status(snapshot: Snapshot) {
  const { settings, view, updatedAt } = snapshot;
  const draw = view.draws.findLast(({ drawnAt, opensAt }) => drawnAt === null && opensAt <= updatedAt);
  const event = eventOfDraw(snapshot, draw);
  const lanes = [snapshot, ...snapshot.lanes];
  const message_id = messageId(settings);
  const own = statusOfLane(snapshot);
  const waiting = lanes.reduce((sum, { view }) => sum + view.counters.waiting, 0);
  return {
    room: settings.id,
    mode: settings.mode,
    ...own,
    waiting,
    poll_after: pollAfter(settings, waiting),
    message: settings.message,
    ...(message_id === undefined ? {} : { message_id }),
    updated_at: new Date(updatedAt).toISOString(),
    ...(snapshot.stock == null ? {} : { stock: snapshot.stock }),
    ...(event && (draw || updatedAt < event.start) ? { starts_at: new Date(event.start).toISOString() } : {}),
    ...(settings.mode === 'closed' && settings.closed_reason ? { closed_reason: settings.closed_reason } : {}),
    ...(lanes.length > 1
      ? { lanes: Object.fromEntries(lanes.map((each) => [laneTitle(each.lane), statusOfLane(each)])) }
      : {}),
  };
}
