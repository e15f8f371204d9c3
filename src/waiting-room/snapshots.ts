/**
 * What each process knows of each room: settings and the line's view, at most a second old, so that a poll costs
 * the store nothing. While the store is away the last snapshot goes on answering; its `updatedAt` says how old it is.
 */
import { peopleAhead } from './ahead.ts';
import { RoomNotFound } from './errors.ts';
import { perMinute, type Range, readMeter } from './estimate.ts';
import type { Holder, LineStore, LineView, Place, SettingsStore } from './ports.ts';
import type { RoomEvent, RoomId, RoomSettings } from './room.ts';
import { eventAt, settingsAt } from './room.ts';

/** Older than this, a snapshot is replaced before it answers. */
const MAX_AGE = 1000;
/** Older than this, a new one is fetched while the old one answers. */
const REFRESH_AGE = 700;

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
  /** Rejects with RoomNotFound, or with StoreUnavailable when nothing was ever heard of the room. */
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
  /** The last fetch failed: answer with what there is rather than wait for the next one. */
  failed: boolean;
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
    entry.fetching = fetchSnapshot(room)
      .then((snapshot) => {
        entry.failed = false;
        if (entry.revision === revision) entry.snapshot = snapshot;
        return snapshot;
      })
      .catch((error: unknown) => {
        if (error instanceof RoomNotFound) entries.delete(room);
        entry.failed = true;
        throw error;
      })
      .finally(() => {
        delete entry.fetching;
      });
    return entry.fetching;
  }

  /** Fetches in the background; a failure shows in the age of what is there. */
  function refreshBehind(room: RoomId, entry: Entry): void {
    refresh(room, entry).catch(() => undefined);
  }

  function answerable(room: RoomId, entry: Entry): Snapshot | undefined {
    if (!entry.snapshot) return undefined;
    const age = now() - entry.snapshot.updatedAt;
    if (age >= 0 && age < REFRESH_AGE) return entry.snapshot;
    if (age < 0 || (age >= MAX_AGE && !entry.failed)) return undefined;
    refreshBehind(room, entry);
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
        entry = { failed: false, revision: 0 };
        entries.set(room, entry);
      }
      const there = answerable(room, entry);
      if (there) return there;
      try {
        return await refresh(room, entry);
      } catch (error) {
        if (entry.snapshot && !(error instanceof RoomNotFound)) return entry.snapshot;
        throw error;
      }
    },
    place(snapshot, holder) {
      const { places, settings } = snapshot;
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
      entry.failed = false;
    },
    *known() {
      for (const { snapshot } of entries.values()) if (snapshot) yield snapshot;
    },
  };
}
