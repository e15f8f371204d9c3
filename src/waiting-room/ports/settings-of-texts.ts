/** The settings of a store that keeps rooms and relying parties as texts, apart from the lines. */
import type { RelyingParty } from '../relying-party.ts';
import type { RoomId, RoomSettings } from '../room.ts';
import { followTexts, type ReadChanged } from './followed-texts.ts';
import { type Revision, revisionOf, type Stored, stored } from './revision.ts';
import type { SettingsStore } from './settings.ts';

/** JSON texts by id. A change that names a revision happens only if that one is stored, and `null` names none. */
export interface TextTable {
  /** In the order of the ids. */
  all(): Promise<readonly string[]>;
  text(id: string): Promise<string | null>;
  /** Resolves to the new revision; to null if another one than the expected one is stored. */
  put(id: string, text: string, expected: Revision | null | undefined): Promise<Revision | null>;
  remove(id: string, expected?: Revision): Promise<boolean>;
}

export interface TextTables {
  readonly rooms: TextTable;
  readonly changedRooms: ReadChanged;
  readonly relyingParties: TextTable;
  readonly deleteLine: (room: RoomId) => Promise<unknown>;
}

export function settingsOfTexts({ rooms, changedRooms, relyingParties, deleteLine }: TextTables): SettingsStore {
  const followed = followTexts<RoomSettings>(changedRooms);
  const [room, party] = [valuesOf<RoomSettings>(rooms), valuesOf<RelyingParty>(relyingParties)];

  /**
   * The line goes first: if a later step fails, the room is still there to be deleted again. A new revision, a text with
   * one space more, comes before: no request that read the old one can change the room from then on.
   */
  async function deleteExpected(id: RoomId, expected: Revision): Promise<boolean> {
    const text = await rooms.text(id);
    if (text === null || revisionOf(text) !== expected) return false;
    const closing = await rooms.put(id, `${text} `, expected);
    if (closing === null) return false;
    await deleteLine(id);
    // If this fails, the room was created again after its line was deleted.
    await rooms.remove(id, closing);
    return true;
  }

  return {
    rooms: (only) => (only ? followed.some(only) : followed.all()),
    room: followed.one,
    storedRoom: room.get,
    putRoom: (settings, expected) => room.put(settings.id, settings, expected),
    async deleteRoom(id, expected) {
      if (expected !== undefined) return deleteExpected(id, expected);
      await deleteLine(id);
      return rooms.remove(id);
    },
    relyingParties: party.all,
    relyingParty: async (clientId) => (await party.get(clientId))?.value ?? null,
    storedRelyingParty: party.get,
    putRelyingParty: (settings, expected) => party.put(settings.client_id, settings, expected),
    deleteRelyingParty: relyingParties.remove,
  };
}

function valuesOf<T>(table: TextTable) {
  return {
    all: async (): Promise<T[]> => (await table.all()).map((text) => JSON.parse(text) as T),
    async get(id: string): Promise<Stored<T> | null> {
      const text = await table.text(id);
      return text === null ? null : stored<T>(text);
    },
    put: (id: string, value: T, expected: Revision | null | undefined) =>
      table.put(id, JSON.stringify(value), expected),
  };
}
