import type { DatabaseSync } from 'node:sqlite';
import type { StoredText } from '#waiting-room/ports/stored-text.ts';
import type { GroupCommit } from './group-commit.ts';

export interface StoredTextDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
  readonly table: 'applied_file' | 'signing_keys';
}

/** The table has one row. It has no schema version of its own: an earlier version opens the database and ignores it. */
export function createStoredText({ database, group, table }: StoredTextDeps): StoredText {
  database.exec(
    `CREATE TABLE IF NOT EXISTS ${table} (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT NOT NULL) STRICT`,
  );
  const sql = {
    read: database.prepare(`SELECT text FROM ${table}`),
    write: database.prepare(`INSERT OR REPLACE INTO ${table} (id, text) VALUES (1, ?)`),
  };
  return {
    read: () => group.run(() => (sql.read.get()?.text as string | undefined) ?? null),
    write: (text) => group.change(() => void sql.write.run(text)),
  };
}
