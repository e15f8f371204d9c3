import type { DatabaseSync } from 'node:sqlite';
import type { AppliedFileStore } from '#waiting-room/ports/applied-file.ts';
import type { GroupCommit } from './group-commit.ts';

export interface AppliedFileDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
}

/** A table of one row. It has no schema version of its own: an earlier version opens the database and ignores it. */
const TABLE =
  'CREATE TABLE IF NOT EXISTS applied_file (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT NOT NULL) STRICT';

export function createAppliedFile({ database, group }: AppliedFileDeps): AppliedFileStore {
  database.exec(TABLE);
  const sql = {
    read: database.prepare('SELECT text FROM applied_file'),
    write: database.prepare('INSERT OR REPLACE INTO applied_file (id, text) VALUES (1, ?)'),
  };
  return {
    read: () => group.run(() => (sql.read.get()?.text as string | undefined) ?? null),
    write: (text) => group.change(() => void sql.write.run(text)),
  };
}
