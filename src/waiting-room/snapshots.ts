/**
 * What each process knows of each room: settings and the line's view, at most a second old, so that a poll costs
 * the store nothing. While the store is away the last snapshot goes on answering for some seconds; its `updatedAt` says
 * how old it is.
 */
import { peopleAhead } from './ahead.ts';
import { RoomNotFound } from './errors.ts';
import { perMinute, type Range, readMeter } from './estimate.ts';
import type { LineView } from './line/counters.ts';
import type { Holder, Place } from './line/place.ts';
import type { LineStore } from './ports/line.ts';
import type { SettingsStore } from './ports/settings.ts';
import type { RoomEvent, RoomId, RoomSettings } from './room.ts';
import { eventAt, settingsAt } from './settings-at.ts';

/** Older than this, a snapshot is replaced before it answers. */
const MAX_AGE = 1000;
/** Older than this, a new one is fetched while the old one answers. */
const REFRESH_AGE = 700;
/** Older than this, a snapshot answers nobody, also while the store is away: it would be no news but fiction. */
const TOO_OLD = 10_000;
/** How long the store is left alone after it did not answer: a crowd of polls must not become a crowd of tries. */
const REST = 500;
/** Rooms known at most of which nothing was heard, so that made-up names cannot fill the memory. */
const KNOWN = 1000;

export interface Snapshot {
  /** As they hold at `updatedAt`: with what an event changes. */
  readonly settings: RoomSettings;
  readonly view: LineView;
  /** The event whose prequeue has begun and which has not ended. */
  readonly event: RoomEvent | null;
  /** People a minute whose turn comes; null when unknown. */
  readonly speed: Range | null;
  readonly updatedAt: number;
  /** Present people with a smaller unserved number. */
  readonly ahead: (number: number) => number;
  /** Where those whose turn came stand, asked of the store once a snapshot. */
  readonly places: Map<number, Promise<Place>>;
}

export interface Snapshots {
  /** The snapshot if it may answer now, without waiting. */
  now(room: RoomId): Snapshot | undefined;
  /** Rejects with RoomNotFound, or with StoreUnavailable when nothing was heard of the room for ten seconds. */
  get(room: RoomId): Promise<Snapshot>;
  place(snapshot: Snapshot, holder: Holder): Promise<Place>;
  /** The room changed: the next answer is a new one. */
  expire(room: RoomId): void;
  /** Those that this process has, however old. */
  known(): Iterable<Snapshot>;
}

export interface SnapshotsDeps {
  readonly store: { readonly line: Pick<LineStore, 'view' | 'place'>; readonly settings: Pick<SettingsStore, 'room'> };
  readonly now: () => number;
}

interface Entry {
  snapshot?: Snapshot;
  fetching?: Promise<Snapshot>;
  /** How the last fetch failed: answer with what there is rather than wait for the next one. */
  failure?: { readonly at: number; readonly error: unknown };
  /** Changes with each expiry, so that a fetch begun before it does not pass for a new one. */
  revision: number;
}

export function createSnapshots({ store, now }: SnapshotsDeps): Snapshots {
  const entries = new Map<RoomId, Entry>();

  async function fetchSnapshot(room: RoomId): Promise<Snapshot> {
    const at = now();
    const [settings, view] = await Promise.all([store.settings.room(room), store.line.view(room, at)]);
    if (!settings) throw new RoomNotFound(room);
    return {
      settings: settingsAt(settings, at),
      view,
      event: eventAt(settings, at),
      speed: perMinute(readMeter(view.notes.meter), at),
      updatedAt: at,
      ahead: peopleAhead(view),
      places: new Map(),
    };
  }

  function refresh(room: RoomId, entry: Entry): Promise<Snapshot> {
    if (entry.fetching) return entry.fetching;
    const { revision } = entry;
    const fetching = fetchSnapshot(room)
      .then((snapshot) => {
        if (entry.revision === revision) {
          entry.snapshot = snapshot;
          delete entry.failure;
        }
        return snapshot;
      })
      .catch((error: unknown) => {
        if (error instanceof RoomNotFound) delete entry.snapshot;
        if (error instanceof RoomNotFound || (!entry.snapshot && entries.size > KNOWN)) entries.delete(room);
        entry.failure = { at: now(), error };
        throw error;
      })
      .finally(() => {
        if (entry.fetching === fetching) delete entry.fetching;
      });
    entry.fetching = fetching;
    return fetching;
  }

  function rests({ failure }: Entry): boolean {
    return failure !== undefined && now() >= failure.at && now() - failure.at < REST;
  }

  /** Fetches in the background; a failure shows in the age of what is there. */
  function refreshBehind(room: RoomId, entry: Entry): void {
    if (!rests(entry)) refresh(room, entry).catch(() => undefined);
  }

  function answerable(room: RoomId, entry: Entry): Snapshot | undefined {
    if (!entry.snapshot) return undefined;
    const age = now() - entry.snapshot.updatedAt;
    if (age < 0 || age >= (entry.failure ? TOO_OLD : MAX_AGE)) return undefined;
    if (age >= REFRESH_AGE) refreshBehind(room, entry);
    return entry.snapshot;
  }

  return {
    now(room) {
      const entry = entries.get(room);
      return entry && answerable(room, entry);
    },
    async get(room) {
      let entry = entries.get(room);
      if (!entry) {
        entry = { revision: 0 };
        entries.set(room, entry);
      }
      const there = answerable(room, entry);
      if (there) return there;
      if (rests(entry)) throw entry.failure?.error;
      return refresh(room, entry).catch((error: unknown) => {
        const last = answerable(room, entry);
        if (last) return last;
        throw error;
      });
    },
    place(snapshot, holder) {
      const { places, settings, view } = snapshot;
      // Within a generation a number has one holder; a ticket newer than the snapshot is not of its line.
      if (holder.generation !== view.generation) return store.line.place(settings.id, holder, now());
      let place = places.get(holder.number);
      if (!place) {
        place = store.line.place(settings.id, holder, now());
        places.set(holder.number, place);
        place.catch(() => places.delete(holder.number));
      }
      return place;
    },
    expire(room) {
      const entry = entries.get(room);
      if (!entry) return;
      entry.revision += 1;
      delete entry.snapshot;
      delete entry.fetching;
      delete entry.failure;
    },
    *known() {
      for (const { snapshot } of entries.values()) if (snapshot) yield snapshot;
    },
  };
}
