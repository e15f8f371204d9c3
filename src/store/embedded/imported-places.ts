import type { DatabaseSync } from 'node:sqlite';
import { type ImportedPlaces, PLACES_KEPT } from '#waiting-room/ports/imported-places.ts';
import type { TokenLine } from '#waiting-room/ports/issued-tokens.ts';
import type { GroupCommit } from './group-commit.ts';

export interface ImportedPlacesDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** It has no schema version of its own: an earlier version opens the database and ignores it. */
const TABLE = `
  CREATE TABLE IF NOT EXISTS imported_places (
    line TEXT NOT NULL, id TEXT NOT NULL, number INTEGER NOT NULL, entered_at INTEGER NOT NULL, expires INTEGER NOT NULL,
    PRIMARY KEY (line, id)
  ) STRICT, WITHOUT ROWID;
`;

/** No room has a space in it. */
const keyOf = ({ room, incarnation, generation }: TokenLine) => `${room} ${incarnation} ${generation}`;

/** The places of another waiting room. The next import deletes those whose time has passed. */
export function createImportedPlaces({ database, group, now }: ImportedPlacesDeps): ImportedPlaces {
  database.exec(TABLE);
  const sql = {
    add: database.prepare(
      'INSERT OR IGNORE INTO imported_places (line, id, number, entered_at, expires) VALUES (?, ?, ?, ?, ?)',
    ),
    find: database.prepare('SELECT number, entered_at FROM imported_places WHERE line = ? AND id = ?'),
    some: database.prepare('SELECT 1 FROM imported_places WHERE line = ? LIMIT 1'),
    sweep: database.prepare('DELETE FROM imported_places WHERE expires <= ?'),
  };
  return {
    add: (line, places) =>
      group.change(() => {
        const at = now();
        sql.sweep.run(at);
        for (const { id, number, enteredAt } of places)
          sql.add.run(keyOf(line), id, number, enteredAt, at + PLACES_KEPT);
      }),
    find: (line, id) =>
      group.run(() => {
        const row = sql.find.get(keyOf(line), id);
        return row === undefined ? null : { id, number: Number(row.number), enteredAt: Number(row.entered_at) };
      }),
    exist: (line) => group.run(() => sql.some.get(keyOf(line)) !== undefined),
  };
}
