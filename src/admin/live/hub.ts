import type { ServerResponse } from 'node:http';
import { type Activity, isVisitorEvent } from '#waiting-room/activity.ts';
import { RoomNotFound } from '#waiting-room/errors.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { ServiceAlerts } from '#waiting-room/service-alerts.ts';
import type { Snapshot, Snapshots } from '#waiting-room/snapshots.ts';
import type { Measurements } from '#waiting-room/time-series/index.ts';
import { createEventStream, type EventStream, eventText } from './event-stream.ts';
import { createReports, type Known } from './reports.ts';

/** How often streams get the counters, in ms. A snapshot is at most a second old by then. */
const TICK = 900;
/** The most streams of a process. */
export const MOST_STREAMS = 10_000;

/** Why a stream ended. Its client gets the reason. */
export type CloseReason = 'shutting_down' | 'room_deleted' | 'session_ended';

export interface Watch {
  /** Null: all rooms. */
  readonly room: RoomId | null;
  /** Whether the operator may still read. */
  readonly isAllowed: () => boolean;
}

export interface Hub {
  /** Whether there is room for another stream. */
  hasRoom(): boolean;
  /** Serves a stream until its client leaves. To be called after the headers were sent. */
  open(res: ServerResponse, watch: Watch): void;
}

export interface HubDeps {
  readonly snapshots: Pick<Snapshots, 'get'>;
  /** What the process that measures a room knows of it. */
  readonly measurements: Pick<Measurements, 'pace' | 'alerts'>;
  readonly serviceAlerts: Pick<ServiceAlerts, 'raised'>;
  readonly rooms: () => Promise<readonly { readonly id: RoomId }[]>;
  readonly subscribe: (sink: (activity: Activity) => void) => void;
  readonly draining: () => boolean;
  readonly now: () => number;
}

interface Watcher extends Watch {
  readonly stream: EventStream;
  /** What a stream of all rooms was sent last of each. */
  readonly sent: Map<RoomId, string>;
}

/** Serves all streams of the process from one look a second at the rooms that somebody watches. */
export function createHub({ snapshots, measurements, serviceAlerts, rooms, subscribe, draining, now }: HubDeps): Hub {
  const watchers = new Set<Watcher>();
  const reports = createReports();
  let timer: NodeJS.Timeout | undefined;

  subscribe((activity) => {
    if (watchers.size === 0 || isVisitorEvent(activity.type) || activity.type === 'room.metrics') return;
    const room = roomOf(activity);
    const text = eventText('activity', activity);
    for (const { stream, room: watched } of watchers) {
      if (watched === null || watched === room) stream.sendEvent(text);
    }
  });

  function end(watcher: Watcher, reason: CloseReason): void {
    watcher.stream.close(reason);
    watchers.delete(watcher);
  }

  function endForbidden(): void {
    for (const watcher of watchers) {
      if (draining()) end(watcher, 'shutting_down');
      else if (!watcher.isAllowed()) end(watcher, 'session_ended');
    }
  }

  async function watchedBy(some: Iterable<Watcher>): Promise<ReadonlySet<RoomId>> {
    const ids = new Set<RoomId>();
    let all = false;
    for (const { room } of some) {
      if (room === null) all = true;
      else ids.add(room);
    }
    if (all) for (const { id } of await rooms()) ids.add(id);
    return ids;
  }

  function send(snapshot: Snapshot, known: Known, to: Iterable<Watcher>): void {
    const { id } = snapshot.settings;
    const { text, gist } = reports.of(snapshot, known);
    for (const { room, stream, sent } of to) {
      if (room === id) stream.sendLatest(text);
      else if (room === null && sent.get(id) !== gist) {
        sent.set(id, gist);
        stream.sendLatest(text);
      }
    }
  }

  async function look(room: RoomId, to: Iterable<Watcher>): Promise<void> {
    try {
      const [snapshot, pace, alerts] = await Promise.all([
        snapshots.get(room),
        measurements.pace(room),
        measurements.alerts(room),
      ]);
      send(snapshot, { pace, alerts: { ...serviceAlerts.raised(), ...alerts } }, to);
    } catch (error) {
      if (!(error instanceof RoomNotFound)) throw error;
      for (const watcher of watchers) {
        watcher.sent.delete(room);
        if (watcher.room === room) end(watcher, 'room_deleted');
      }
    }
  }

  /** Streams of all rooms get only what changed; this says that they have the newest. */
  function confirm(to: Iterable<Watcher>): void {
    const text = eventText('current', { updated_at: new Date(now()).toISOString() });
    for (const { room, stream } of to) if (room === null) stream.sendLatest(text);
  }

  async function refresh(to: ReadonlySet<Watcher>): Promise<void> {
    try {
      const ids = await watchedBy(to);
      if (to === watchers) reports.keepOnly((room) => ids.has(room));
      const looks = await Promise.allSettled([...ids].map((room) => look(room, to)));
      const failed = looks.find((each) => each.status === 'rejected');
      if (failed) throw failed.reason;
      confirm(to);
    } catch {
      // The store logs its own outages. The clients see that nothing newer comes, and why.
      const text = eventText('unavailable', { code: 'store_unavailable', at: new Date(now()).toISOString() });
      for (const { stream } of to) stream.sendLatest(text);
    }
  }

  async function tick(): Promise<void> {
    const start = performance.now();
    endForbidden();
    if (watchers.size > 0) await refresh(watchers);
    timer = undefined;
    plan(Math.max(0, TICK - (performance.now() - start)));
  }

  function plan(after: number): void {
    if (timer === undefined && watchers.size > 0) timer = setTimeout(() => void tick(), after);
  }

  return {
    hasRoom: () => watchers.size < MOST_STREAMS,
    open(res, watch) {
      // The client may have gone while its request was checked: then no `close` comes any more.
      if (res.destroyed) return;
      const watcher = { ...watch, stream: createEventStream(res, now), sent: new Map() };
      watchers.add(watcher);
      res.once('close', () => watchers.delete(watcher));
      void refresh(new Set([watcher]));
      plan(TICK);
    },
  };
}

function roomOf(activity: Activity): RoomId | null {
  if ('room' in activity) return activity.room;
  return activity.type === 'operator.acted' ? activity.subject : null;
}
