import type { DatabaseSync } from 'node:sqlite';
import { type Revision, revisionOf } from '#waiting-room/ports/revision.ts';
import type { RoomRecords } from '#waiting-room/ports/room-records.ts';
import type { GroupCommit } from './group-commit.ts';

export interface RoomRecordsDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
}

/** The table has no schema version of its own: an earlier version opens the database and ignores it. */
export function createRoomRecords({ database, group }: RoomRecordsDeps): RoomRecords {
  database.exec('CREATE TABLE IF NOT EXISTS room_records (id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT');
  const sql = {
    one: database.prepare('SELECT text FROM room_records WHERE id = ?'),
    put: database.prepare('INSERT OR REPLACE INTO room_records (id, text) VALUES (?, ?)'),
    remove: database.prepare('DELETE FROM room_records WHERE id = ?'),
  };
  const textOf = (id: string) => (sql.one.get(id)?.text as string | undefined) ?? null;
  function is(id: string, expected: Revision | null | undefined): boolean {
    if (expected === undefined) return true;
    const text = textOf(id);
    return (text === null ? null : revisionOf(text)) === expected;
  }
  return {
    text: (id) => group.run(() => textOf(id)),
    put: (id, text, expected) =>
      group.change(() => {
        if (!is(id, expected)) return null;
        sql.put.run(id, text);
        return revisionOf(text);
      }),
    remove: (id, expected) => group.change(() => is(id, expected) && sql.remove.run(id).changes > 0),
  };
}
