import type { DatabaseSync } from 'node:sqlite';
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

export function createSettingsStore({ database, group, journal }: SettingsDeps): SettingsStore {
  const sql = {
    rooms: database.prepare('SELECT settings FROM rooms ORDER BY id'),
    room: database.prepare('SELECT settings FROM rooms WHERE id = ?'),
    putRoom: database.prepare('INSERT OR REPLACE INTO rooms (id, settings) VALUES (?, ?)'),
    deleteRoom: database.prepare('DELETE FROM rooms WHERE id = ?'),
    parties: database.prepare('SELECT party FROM relying_parties ORDER BY client_id'),
    party: database.prepare('SELECT party FROM relying_parties WHERE client_id = ?'),
    putParty: database.prepare('INSERT OR REPLACE INTO relying_parties (client_id, party) VALUES (?, ?)'),
    deleteParty: database.prepare('DELETE FROM relying_parties WHERE client_id = ?'),
  };

  return {
    rooms: () => group.run(() => sql.rooms.all().map((row): RoomSettings => JSON.parse(String(row.settings)))),
    room: (id) =>
      group.run((): RoomSettings | null => {
        const row = sql.room.get(id);
        return row ? JSON.parse(String(row.settings)) : null;
      }),
    putRoom: (settings) =>
      group.change(() => {
        sql.putRoom.run(settings.id, JSON.stringify(settings));
      }),
    deleteRoom: (id) =>
      group.change(() => {
        journal.remove(id);
        return sql.deleteRoom.run(id).changes > 0;
      }),
    relyingParties: () => group.run(() => sql.parties.all().map((row): RelyingParty => JSON.parse(String(row.party)))),
    relyingParty: (clientId) =>
      group.run((): RelyingParty | null => {
        const row = sql.party.get(clientId);
        return row ? JSON.parse(String(row.party)) : null;
      }),
    putRelyingParty: (party) =>
      group.change(() => {
        sql.putParty.run(party.client_id, JSON.stringify(party));
      }),
    deleteRelyingParty: (clientId) =>
      group.change(() => {
        return sql.deleteParty.run(clientId).changes > 0;
      }),
  };
}
