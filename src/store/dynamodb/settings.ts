import { type Revision, revisionOf, type Stored, stored } from '#waiting-room/ports/revision.ts';
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomId, RoomSettings } from '#waiting-room/room.ts';
import { type Database, type Expression, itemKey, NEW } from './database.ts';
import { RELYING_PARTIES, ROOMS } from './keys.ts';
import { packed, S, unpacked } from './values.ts';

type SettingsDatabase = Pick<Database, 'get' | 'put' | 'remove' | 'all'>;

export interface SettingsDeps {
  readonly database: SettingsDatabase;
  /** Deletes the line of a room, before the room. */
  readonly deleteLine: (room: RoomId) => Promise<void>;
}

const is = (revision: Revision): Expression => ({ text: 'revision = :revision', values: { ':revision': S(revision) } });

/** Rooms and relying parties, a partition of JSON texts each, in the order of the ids. */
export function createSettingsStore({ database, deleteLine }: SettingsDeps): SettingsStore {
  const rooms = createTexts<RoomSettings>(database, ROOMS);
  const parties = createTexts<RelyingParty>(database, RELYING_PARTIES);

  /**
   * The line goes first: if a later step fails, the room is still there to be deleted again. A new revision, a text with
   * one space more, comes before: no request that read the old one can change the room from then on.
   */
  async function deleteExpected(id: RoomId, expected: Revision): Promise<boolean> {
    const text = await rooms.text(id);
    if (text === null || revisionOf(text) !== expected) return false;
    const closing = await rooms.putText(id, `${text} `, expected);
    if (closing === null) return false;
    await deleteLine(id);
    await rooms.remove(id, closing);
    return true;
  }

  return {
    rooms: rooms.all,
    room: async (id) => (await rooms.get(id))?.value ?? null,
    storedRoom: rooms.get,
    putRoom: (settings, expected) => rooms.put(settings.id, settings, expected),
    async deleteRoom(id, expected) {
      if (expected !== undefined) return deleteExpected(id, expected);
      await deleteLine(id);
      return rooms.remove(id);
    },
    relyingParties: parties.all,
    relyingParty: async (clientId) => (await parties.get(clientId))?.value ?? null,
    storedRelyingParty: parties.get,
    putRelyingParty: (party, expected) => parties.put(party.client_id, party, expected),
    deleteRelyingParty: parties.remove,
  };
}

function createTexts<T extends object>(database: SettingsDatabase, pk: string) {
  async function text(id: string): Promise<string | null> {
    const item = await database.get({ pk, sk: id });
    return item ? unpacked(item.text) : null;
  }

  async function putText(id: string, json: string, expected: Revision | null | undefined): Promise<Revision | null> {
    const revision = revisionOf(json);
    const item = { ...itemKey({ pk, sk: id }), text: packed(json), revision: S(revision) };
    const condition = expected === null ? NEW : expected === undefined ? undefined : is(expected);
    return (await database.put(item, condition)) ? revision : null;
  }

  return {
    text,
    putText,
    all: async (): Promise<T[]> => (await database.all(pk)).map((item) => JSON.parse(unpacked(item.text)) as T),
    async get(id: string): Promise<Stored<T> | null> {
      const json = await text(id);
      return json === null ? null : stored<T>(json);
    },
    put: (id: string, value: T, expected: Revision | null | undefined) => putText(id, JSON.stringify(value), expected),
    async remove(id: string, expected?: Revision): Promise<boolean> {
      const { held, item } = await database.remove({ pk, sk: id }, expected === undefined ? undefined : is(expected));
      return held && item !== undefined;
    },
  };
}
