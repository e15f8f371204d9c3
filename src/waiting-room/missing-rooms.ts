import { RoomNotFound, StoreUnavailable } from './errors.ts';
import { type LineId, roomOfLine } from './lanes.ts';
import type { SettingsStore } from './ports/settings.ts';
import type { RoomId } from './room.ts';

/**
 * Rooms whose lines the store lost, and which this process leaves to others for a moment, as they may know more. Until
 * somebody opens the lines, nobody can join these rooms. It opens those that it may.
 */
export type MissingRooms = () => Promise<readonly RoomId[]>;

export interface MissingRoomsDeps {
  readonly stored: Pick<SettingsStore, 'rooms'>;
  /** The rooms that this process remembers. */
  readonly known: ReadonlyMap<RoomId, unknown>;
  /** The lines that it found missing, and nobody has opened since as far as it knows. */
  readonly missing: Map<LineId, unknown>;
  /** Looks at the line of a room that the store does not have. Rejects with StoreUnavailable while it is left to others. */
  readonly isLost: (room: RoomId) => Promise<unknown>;
  /** The same for a line, and with RoomNotFound for one of a room that was deleted. */
  readonly view: (line: LineId) => Promise<unknown>;
}

export function createMissingRooms({ stored, known, missing, isLost, view }: MissingRoomsDeps): MissingRooms {
  async function look(line: LineId): Promise<void> {
    try {
      await view(line);
    } catch (error) {
      if (!(error instanceof RoomNotFound)) throw error;
      missing.delete(line);
    }
  }

  return async () => {
    const rooms = new Set((await stored.rooms()).map(({ id }) => id));
    const lost = [...known.keys()].filter((id) => !rooms.has(id));
    const refused = await Promise.all([
      ...lost.map((id) => ifRefused(id, isLost(id))),
      ...[...missing.keys()].map((line) => ifRefused(roomOfLine(line), look(line))),
    ]);
    return [...new Set(refused.filter((room) => room !== null))];
  };
}

/** The room if the look at its line is refused, otherwise null. */
async function ifRefused(room: RoomId, look: Promise<unknown>): Promise<RoomId | null> {
  try {
    await look;
    return null;
  } catch (error) {
    if (error instanceof StoreUnavailable) return room;
    throw error;
  }
}
