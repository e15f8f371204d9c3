/**
 * Each process's snapshots of rooms: the settings and the line's view, at most a second old, so that a poll costs no
 * store command. While the store is slow or unavailable, the last snapshot answers for some seconds; `updatedAt` gives its
 * age.
 */
import { peopleAhead } from './ahead.ts';
import { RoomNotFound } from './errors.ts';
import { perMinute, type Range, readMeter, timeOf } from './estimate.ts';
import { type Lane, type LaneName, type LineId, lanesOf } from './lanes.ts';
import type { LineView } from './line/counters.ts';
import type { Holder, Place } from './line/place.ts';
import type { LineStore } from './ports/line.ts';
import type { SettingsStore } from './ports/settings.ts';
import type { RoomEvent, RoomId, RoomSettings } from './room.ts';
import { eventAt, settingsAt } from './settings-at.ts';
import { stockLeft } from './stock.ts';
import type { SupportCodes } from './support-code.ts';
import type { Ticket } from './ticket.ts';

/** Older than this, a snapshot is replaced before it answers. */
const MAX_AGE = 1000;
/** Older than this, a snapshot still answers while a new one is fetched. */
const REFRESH_AGE = 700;
/** Older than this, a snapshot never answers, even while the store is slow or unavailable. */
const TOO_OLD = 10_000;
/** How long a poll waits for a new snapshot while an older one could answer, in ms. */
const PATIENCE = 250;
/** The pause after a failed fetch, so that polls do not overload a failing store. */
const REST = 500;
/** So far the clocks of processes may differ, in ms. */
const SKEW = 2000;
/** The most rooms without a snapshot in memory, so that invented ids cannot fill it. */
const KNOWN = 1000;

export interface Snapshot {
  /** The settings that apply at `updatedAt`, including those of an event. */
  readonly settings: RoomSettings;
  /** The line that is viewed: of a lane, or of the room, which is that of the default lane. */
  readonly line: LineId;
  /** Undefined for the default lane, and in a room without lanes. */
  readonly lane?: LaneName | undefined;
  /** In the snapshot of a room: those of its lanes besides the default lane. */
  readonly lanes: readonly Snapshot[];
  /** People who are present in all lanes. */
  readonly present: number;
  /** What is left to sell; null where the room has no stock. */
  readonly stock: number | null;
  readonly view: LineView;
  /** The event whose prequeue has begun and which has not ended. */
  readonly event: RoomEvent | null;
  /** People a minute whose turn comes; null when unknown. */
  readonly speed: Range | null;
  readonly updatedAt: number;
  /** Present people with a smaller unserved number. */
  readonly ahead: (number: number) => number;
  /** Where a challenge of the room is. */
  readonly challengeUrl?: string;
  /** The code of a number for the support desk. */
  readonly supportCode?: SupportCodes['of'] | undefined;
  /** The places of served numbers, fetched from the store once a snapshot. */
  readonly places: Map<number, Promise<Place>>;
}

export interface Snapshots {
  /** The snapshot, if it is recent enough to answer. */
  now(room: RoomId): Snapshot | undefined;
  /** Rejects with RoomNotFound, or with StoreUnavailable if no snapshot younger than ten seconds exists. */
  get(room: RoomId): Promise<Snapshot>;
  /** Like `get`, of the lane of a ticket. Null where the room does not have the lane any more. */
  ofTicket(ticket: Pick<Ticket, 'room' | 'lane' | 'joinedAt'>): Promise<Snapshot | null>;
  place(snapshot: Snapshot, holder: Holder): Promise<Place>;
  /** Drops the snapshot of a room that changed, so that the next answer is new. */
  expire(room: RoomId): void;
  /** All snapshots of this process, however old. */
  known(): Iterable<Snapshot>;
}

export interface SnapshotsDeps {
  readonly store: { readonly line: Pick<LineStore, 'view' | 'place'>; readonly settings: Pick<SettingsStore, 'room'> };
  readonly now: () => number;
  /** A monotonic clock in ms. Unlike `now`, it never jumps. */
  readonly elapsed?: () => number;
  /** How long a poll waits for a new snapshot while an older one could answer, in ms. */
  readonly patience?: number;
  /** The URL of a challenge of a room. */
  readonly challengeUrl?: ((room: RoomId) => string) | undefined;
  readonly supportCode?: SupportCodes['of'] | undefined;
}

interface Entry {
  snapshot?: Snapshot;
  fetching?: Promise<Snapshot>;
  /** When the running fetch, or the last one, began, by `elapsed`. */
  fetchedAt: number;
  /** How long the last fetch took, in ms. */
  took: number;
  /** The failure of the last fetch. While it is set, an older snapshot may answer. */
  failure?: { readonly at: number; readonly error: unknown };
  /** Increases with each expiry, so that a fetch that began before it is not kept. */
  revision: number;
}

/** The snapshot of a lane; null where the room does not have it any more. */
export function snapshotOfLane(snapshot: Snapshot, lane: LaneName | undefined): Snapshot | null {
  if (lane === undefined) return snapshot;
  return snapshot.lanes.find((each) => each.lane === lane) ?? null;
}

export function createSnapshots({
  store,
  now,
  elapsed = () => performance.now(),
  patience = PATIENCE,
  challengeUrl = (room) => `/rooms/${room}/challenge`,
  supportCode,
}: SnapshotsDeps): Snapshots {
  const entries = new Map<RoomId, Entry>();

  async function fetchSnapshot(room: RoomId): Promise<Snapshot> {
    const at = now();
    const [settings, view] = await Promise.all([store.settings.room(room), store.line.view(room, at)]);
    if (!settings) throw new RoomNotFound(room);
    const [own, ...named] = lanesOf(settings);
    const views = await Promise.all(named.map((lane) => store.line.view(lane.line, at)));
    const present = [view, ...views].reduce((sum, { counters }) => sum + counters.present, 0);
    const stock = stockLeft(settings, [{ view }, ...views.map((each) => ({ view: each }))]);
    const of = { settings: settingsAt(settings, at), event: eventAt(settings, at), updatedAt: at, present, stock };
    const lanes = named.map((lane, i) => snapshotOf(lane, views[i] as LineView, of, []));
    return snapshotOf(own, view, of, lanes);
  }

  function snapshotOf(
    { name, line }: Lane,
    view: LineView,
    of: Pick<Snapshot, 'settings' | 'event' | 'updatedAt' | 'present' | 'stock'>,
    lanes: readonly Snapshot[],
  ): Snapshot {
    return {
      ...of,
      line,
      lane: name,
      lanes,
      view,
      speed: perMinute(readMeter(view.notes.meter), timeOf(view)),
      ahead: peopleAhead(view),
      challengeUrl: challengeUrl(of.settings.id),
      supportCode,
      places: new Map(),
    };
  }

  function refresh(room: RoomId, entry: Entry): Promise<Snapshot> {
    if (entry.fetching) return entry.fetching;
    const { revision } = entry;
    entry.fetchedAt = elapsed();
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
        if (entry.fetching !== fetching) return;
        delete entry.fetching;
        entry.took = elapsed() - entry.fetchedAt;
      });
    entry.fetching = fetching;
    return fetching;
  }

  function rests({ failure }: Entry): boolean {
    return failure !== undefined && now() >= failure.at && now() - failure.at < REST;
  }

  /** Fetches in the background. A failure only shows in the age of the snapshot. */
  function refreshBehind(room: RoomId, entry: Entry): void {
    if (!rests(entry)) refresh(room, entry).catch(() => undefined);
  }

  function isSlow({ fetching, fetchedAt, took }: Entry): boolean {
    return took >= patience || (fetching !== undefined && elapsed() - fetchedAt >= patience);
  }

  /** The snapshot, unless it is too old for any answer. */
  function lastOf({ snapshot }: Entry): Snapshot | undefined {
    const age = snapshot ? now() - snapshot.updatedAt : -1;
    return age >= 0 && age < TOO_OLD ? snapshot : undefined;
  }

  /** Reads the clock once: every poll and every check of the gate calls it. */
  function answerable(room: RoomId, entry: Entry): Snapshot | undefined {
    const { snapshot } = entry;
    if (!snapshot) return undefined;
    const age = now() - snapshot.updatedAt;
    if (age >= 0 && age < REFRESH_AGE) return snapshot;
    if (age < 0 || age >= (entry.failure || isSlow(entry) ? TOO_OLD : MAX_AGE)) return undefined;
    refreshBehind(room, entry);
    return snapshot;
  }

  /** A new snapshot, or the last one if the store takes long. */
  function newestInTime(room: RoomId, entry: Entry): Promise<Snapshot> {
    const fetching = refresh(room, entry);
    if (!lastOf(entry)) return fetching;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const last = lastOf(entry);
        if (last) resolve(last);
      }, patience);
      fetching.finally(() => clearTimeout(timer)).then(resolve, reject);
    });
  }

  async function get(room: RoomId): Promise<Snapshot> {
    let entry = entries.get(room);
    if (!entry) {
      entry = { revision: 0, fetchedAt: 0, took: 0 };
      entries.set(room, entry);
    }
    const there = answerable(room, entry);
    if (there) return there;
    if (rests(entry)) throw entry.failure?.error;
    return newestInTime(room, entry).catch((error: unknown) => {
      const last = answerable(room, entry);
      if (last) return last;
      throw error;
    });
  }

  function expire(room: RoomId): void {
    const entry = entries.get(room);
    if (!entry) return;
    entry.revision += 1;
    delete entry.snapshot;
    delete entry.fetching;
    delete entry.failure;
  }

  return {
    now(room) {
      const entry = entries.get(room);
      return entry && answerable(room, entry);
    },
    get,
    expire,
    async ofTicket({ room, lane, joinedAt }) {
      const snapshot = await get(room);
      const found = snapshotOfLane(snapshot, lane);
      if (found || snapshot.updatedAt >= joinedAt + SKEW) return found;
      // Another process gave the ticket, and may have seen the lane before this one.
      expire(room);
      return snapshotOfLane(await get(room), lane);
    },
    place(snapshot, holder) {
      const { places, line, view } = snapshot;
      // Within a generation a number has one holder. A ticket of another line or generation is not of the snapshot's.
      // A place that is asked for without its visitor must not be kept for them.
      const isOfThisLine =
        holder.visitor !== '' &&
        holder.generation === view.generation &&
        (holder.incarnation ?? '') === view.incarnation;
      if (!isOfThisLine) return store.line.place(line, holder, now());
      let place = places.get(holder.number);
      if (!place) {
        place = store.line.place(line, holder, now());
        places.set(holder.number, place);
        place.catch(() => places.delete(holder.number));
      }
      return place;
    },
    *known() {
      for (const { snapshot } of entries.values()) if (snapshot) yield snapshot;
    },
  };
}
