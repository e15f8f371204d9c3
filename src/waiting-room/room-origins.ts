/**
 * The web origins of a room: those in `origins`, or else those of its `return_urls` and of its relying parties' redirect
 * URIs. Only their pages may call the tickets API in a browser.
 */
import type { SettingsStore } from './ports/settings.ts';
import type { RoomId, RoomSettings } from './room.ts';
import type { Snapshots } from './snapshots.ts';

/** For how long, in ms, an origin that was found counts. One that was not found is looked for again after `RETRY`. */
const MAX_AGE = 10_000;
const RETRY = 1000;

export interface RoomOrigins {
  /** Whether pages of the origin may call. Not a promise where this process knows. Rejects with RoomNotFound. */
  allows(room: RoomId, origin: string): boolean | Promise<boolean>;
  /** All of them. Rejects with RoomNotFound. */
  of(room: RoomId): Promise<readonly string[]>;
}

export interface RoomOriginsDeps {
  readonly snapshots: Pick<Snapshots, 'now' | 'get'>;
  readonly settings: Pick<SettingsStore, 'relyingParties'>;
  readonly now: () => number;
}

type ByRoom = ReadonlyMap<RoomId, ReadonlySet<string>>;
type Rooms = Pick<RoomSettings, 'id' | 'origins' | 'return_urls'>;

const NONE: ReadonlySet<string> = new Set();

export function createRoomOrigins({ snapshots, settings, now }: RoomOriginsDeps): RoomOrigins {
  /** Kept as long as the settings that they were made of: URLs are expensive to parse. */
  const named = new WeakMap<Rooms, ReadonlySet<string>>();
  let parties: { readonly at: number; readonly byRoom: ByRoom } | null = null;
  let fetching: Promise<ByRoom> | null = null;

  function namedBy(room: Rooms): ReadonlySet<string> {
    let found = named.get(room);
    if (!found) {
      found = new Set(room.origins?.length ? room.origins : originsOf(room.return_urls));
      named.set(room, found);
    }
    return found;
  }

  /** While the store is unavailable, the last known answer stands. */
  function fetchParties(): Promise<ByRoom> {
    const at = now();
    fetching ??= settings
      .relyingParties()
      .then(
        (all) => {
          const byRoom = new Map<RoomId, Set<string>>();
          for (const { room, redirect_uris } of all) {
            const origins = byRoom.get(room) ?? new Set();
            for (const origin of originsOf(redirect_uris)) origins.add(origin);
            byRoom.set(room, origins);
          }
          return byRoom;
        },
        (error) => {
          if (parties) return parties.byRoom;
          throw error;
        },
      )
      .then((byRoom) => {
        parties = { at, byRoom };
        return byRoom;
      })
      .finally(() => {
        fetching = null;
      });
    return fetching;
  }

  function check(room: Rooms, origin: string): boolean | Promise<boolean> {
    if (namedBy(room).has(origin)) return true;
    if (room.origins?.length) return false;
    const age = parties ? now() - parties.at : Number.POSITIVE_INFINITY;
    const isKnown = parties?.byRoom.get(room.id)?.has(origin) ?? false;
    if (age >= 0 && age < (isKnown ? MAX_AGE : RETRY)) return isKnown;
    return fetchParties().then((byRoom) => byRoom.get(room.id)?.has(origin) ?? false);
  }

  return {
    allows(room, origin) {
      const snapshot = snapshots.now(room);
      return snapshot
        ? check(snapshot.settings, origin)
        : snapshots.get(room).then((fetched) => check(fetched.settings, origin));
    },
    async of(room) {
      const settingsOfRoom = (await snapshots.get(room)).settings;
      const own = namedBy(settingsOfRoom);
      if (settingsOfRoom.origins?.length) return [...own];
      return [...new Set([...own, ...((await fetchParties()).get(room) ?? NONE)])];
    },
  };
}

/** An app's private-use scheme has no origin. */
function originsOf(urls: readonly string[]): string[] {
  return urls.map((url) => new URL(url).origin).filter((origin) => origin !== 'null');
}
