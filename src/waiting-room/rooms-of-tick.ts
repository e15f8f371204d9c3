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
  readonly resting: Pick<RestingRooms, 'look' | 'awake' | 'isAtRest' | 'count'>;
  readonly now: () => number;
}

/** Reads the settings of the rooms that a tick advances, and every two seconds those of all. */
export function createRoomsOfTick({ settings, resting, now }: RoomsOfTickDeps): () => Promise<RoomsOfTick> {
  let known: readonly RoomSettings[] = [];
  let readAt = Number.NEGATIVE_INFINITY;

  async function read(): Promise<readonly RoomSettings[]> {
    const awake = known.filter(({ id }) => !resting.isAtRest(id)).map(({ id }) => id);
    const isMostlyAtRest = awake.length * 2 < known.length;
    if (!isMostlyAtRest || Math.abs(now() - readAt) >= FRESH_FOR) {
      known = await settings.rooms();
      readAt = now();
    } else if (awake.length > 0) {
      const fresh = new Map((await settings.rooms(awake)).map((room) => [room.id, room]));
      known = known.flatMap((room) => (resting.isAtRest(room.id) ? [room] : (fresh.get(room.id) ?? [])));
    }
    return known;
  }

  return async () => {
    await resting.look();
    const all = await read();
    return { all, awake: resting.awake(all) };
  };
}
