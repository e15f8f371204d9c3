import type { SettingsStore } from './ports/settings.ts';
import type { RestingRooms } from './resting-rooms.ts';
import type { RoomSettings } from './room.ts';

/** How old the settings of rooms at rest may be, in ms. */
const FRESH_FOR = 2000;

export interface RoomsOfTick {
  readonly all: readonly RoomSettings[];
  /** Those that are not at rest, with settings as they are now. */
  readonly awake: readonly RoomSettings[];
}

export interface RoomsOfTickDeps {
  readonly settings: Pick<SettingsStore, 'rooms'>;
  readonly resting: Pick<RestingRooms, 'look' | 'awake'>;
  readonly now: () => number;
}

/**
 * Reads the settings of the rooms that a tick advances, and every two seconds those of all. As long as none has changed,
 * all are the same array.
 */
export function createRoomsOfTick({ settings, resting, now }: RoomsOfTickDeps): () => Promise<RoomsOfTick> {
  let known: readonly RoomSettings[] = [];
  let readAt = Number.NEGATIVE_INFINITY;

  async function read(): Promise<readonly RoomSettings[]> {
    const awake = resting.awake(known);
    const isMostlyAtRest = awake.length * 2 < known.length;
    if (!isMostlyAtRest || Math.abs(now() - readAt) >= FRESH_FOR) {
      const rooms = await settings.rooms();
      readAt = now();
      return isSame(rooms, known) ? known : rooms;
    }
    if (awake.length === 0) return known;
    const fresh = new Map((await settings.rooms(awake.map(({ id }) => id))).map((room) => [room.id, room]));
    if (awake.every((room) => fresh.get(room.id) === room)) return known;
    const before = new Set(awake);
    return known.flatMap((room) => (before.has(room) ? (fresh.get(room.id) ?? []) : [room]));
  }

  return async () => {
    await resting.look();
    known = await read();
    return { all: known, awake: resting.awake(known) };
  };
}

const isSame = (rooms: readonly RoomSettings[], others: readonly RoomSettings[]) =>
  rooms === others || (rooms.length === others.length && rooms.every((room, n) => room === others[n]));
