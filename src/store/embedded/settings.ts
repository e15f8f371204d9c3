import type { DatabaseSync } from 'node:sqlite';
import { type Revision, revisionOf, type Stored, stored } from '#waiting-room/ports/revision.ts';
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Journal } from './journal.ts';

export interface SettingsDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
  readonly journal: Pick<Journal, 'remove'>;
}

/** One table of JSON texts by id. */
function createTable<T>(database: DatabaseSync, table: string, id: string, column: string) {
  const sql = {
    all: database.prepare(`SELECT ${id} AS id, ${column} AS text FROM ${table} ORDER BY ${id}`),
    one: database.prepare(`SELECT ${column} AS text FROM ${table} WHERE ${id} = ?`),
    put: database.prepare(`INSERT OR REPLACE INTO ${table} (${id}, ${column}) VALUES (?, ?)`),
    remove: database.prepare(`DELETE FROM ${table} WHERE ${id} = ?`),
  };
  const textOf = (key: string): string | null => {
    const row = sql.one.get(key);
    return row ? String(row.text) : null;
  };
  const read = new Map<string, { readonly text: string; readonly value: T }>();
  /** The same value as long as the text is the same: that of a room with a theme is long. */
  function parsed(key: string, text: string): T {
    const known = read.get(key);
    if (known?.text === text) return known.value;
    const value = JSON.parse(text) as T;
    read.set(key, { text, value });
    return value;
  }
  function value(key: string): T | null {
    const text = textOf(key);
    if (text === null) read.delete(key);
    return text === null ? null : parsed(key, text);
  }
  return {
    all: () => sql.all.all().map((row) => parsed(String(row.id), String(row.text))),
    value,
    some: (keys: readonly string[]) =>
      [...keys]
        .sort()
        .map(value)
        .filter((each) => each !== null),
    get(key: string): Stored<T> | null {
      const text = textOf(key);
      return text === null ? null : stored<T>(text);
    },
    /** Whether the stored revision is the expected one; any is, if none is expected. */
    is(key: string, expected: Revision | null | undefined): boolean {
      if (expected === undefined) return true;
      const text = textOf(key);
      return (text === null ? null : revisionOf(text)) === expected;
    },
    put(key: string, value: T): Revision {
      const text = JSON.stringify(value);
      sql.put.run(key, text);
      return revisionOf(text);
    },
    remove: (key: string) => sql.remove.run(key).changes > 0,
  };
}

export function createSettingsStore({ database, group, journal }: SettingsDeps): SettingsStore {
  const rooms = createTable<RoomSettings>(database, 'rooms', 'id', 'settings');
  const parties = createTable<RelyingParty>(database, 'relying_parties', 'client_id', 'party');

  return {
    rooms: (only) => group.run(() => (only ? rooms.some(only) : rooms.all())),
    room: (id) => group.run(() => rooms.value(id)),
    storedRoom: (id) => group.run(() => rooms.get(id)),
    putRoom: (settings, expected) =>
      group.change(() => (rooms.is(settings.id, expected) ? rooms.put(settings.id, settings) : null)),
    deleteRoom: (id, expected) =>
      group.change(() => {
        if (!rooms.is(id, expected)) return false;
        journal.remove(id);
        return rooms.remove(id);
      }),
    relyingParties: () => group.run(parties.all),
    relyingParty: (clientId) => group.run(() => parties.value(clientId)),
    storedRelyingParty: (clientId) => group.run(() => parties.get(clientId)),
    putRelyingParty: (party, expected) =>
      group.change(() => (parties.is(party.client_id, expected) ? parties.put(party.client_id, party) : null)),
    deleteRelyingParty: (clientId, expected) =>
      group.change(() => parties.is(clientId, expected) && parties.remove(clientId)),
  };
}
