/** Reads the settings of rooms only after somebody has written them. */
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import type { RoomId, RoomSettings } from '#waiting-room/room.ts';
import { ROOMS } from './keys.ts';
import type { WatchedKeys } from './write-watch.ts';

/** How often they are read all the same, in ms. */
const READ_EVERY = 60_000;

interface Known {
  readonly rooms: readonly RoomSettings[];
  readonly byId: ReadonlyMap<RoomId, RoomSettings>;
  readonly readAt: number;
}

/** The same array is answered as long as it holds. */
export function createUnchangedRooms(read: SettingsStore['rooms'], watched: WatchedKeys): SettingsStore['rooms'] {
  let known: Known | null = null;
  let revision = 0;

  async function readAll(): Promise<readonly RoomSettings[]> {
    revision += 1;
    const own = revision;
    const readAt = performance.now();
    await watched.watch([ROOMS]);
    const rooms = await read();
    // A later call may have learned of a later write.
    if (own === revision) known = { rooms, byId: new Map(rooms.map((room) => [room.id, room])), readAt };
    return rooms;
  }

  return async (only) => {
    if (known || !only) {
      const isWritten = (await watched.written()).has(ROOMS);
      if (isWritten || (known && performance.now() - known.readAt >= READ_EVERY)) {
        known = null;
        revision += 1;
      }
    }
    if (!known) return only ? read(only) : readAll();
    const { rooms, byId } = known;
    return only ? [...only].sort().flatMap((id) => byId.get(id) ?? []) : rooms;
  };
}
