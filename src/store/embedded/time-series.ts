import type { DatabaseSync } from 'node:sqlite';
import { MINUTES_KEPT, type TimeSeries } from '#waiting-room/ports/time-series.ts';
import type { GroupCommit } from './group-commit.ts';

export interface TimeSeriesDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
}

/** Tables without a schema version of their own: an earlier version opens the database and ignores them. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS time_series (
    room TEXT NOT NULL, minute INTEGER NOT NULL, row TEXT NOT NULL, PRIMARY KEY (room, minute)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS time_series_by_minute ON time_series (minute);
  CREATE TABLE IF NOT EXISTS time_series_latest (room TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
`;

/** A row for each room and minute. Old ones go when a new hour begins. */
export function createTimeSeries({ database, group }: TimeSeriesDeps): TimeSeries {
  database.exec(TABLES);
  const sql = {
    write: database.prepare('INSERT OR REPLACE INTO time_series (room, minute, row) VALUES (?, ?, ?)'),
    read: database.prepare(
      'SELECT minute, row FROM time_series WHERE room = ? AND minute >= ? AND minute < ? ORDER BY minute',
    ),
    drop: database.prepare('DELETE FROM time_series WHERE minute < ?'),
    latest: database.prepare('SELECT text FROM time_series_latest WHERE room = ?'),
    writeLatest: database.prepare('INSERT OR REPLACE INTO time_series_latest (room, text) VALUES (?, ?)'),
    remove: database.prepare('DELETE FROM time_series WHERE room = ?'),
    removeLatest: database.prepare('DELETE FROM time_series_latest WHERE room = ?'),
  };
  let droppedAt = Number.NEGATIVE_INFINITY;

  function dropOld(minute: number): void {
    if (minute - droppedAt < 60) return;
    sql.drop.run(minute - MINUTES_KEPT);
    droppedAt = minute;
  }

  return {
    write: (room, rows) =>
      group.change(() => {
        for (const { minute, row } of rows) {
          sql.write.run(room, minute, row);
          dropOld(minute);
        }
      }),
    read: (room, from, before) =>
      group.run(() =>
        sql.read.all(room, from, before).map(({ minute, row }) => ({ minute: Number(minute), row: String(row) })),
      ),
    latest: (room) => group.run(() => (sql.latest.get(room)?.text as string | undefined) ?? null),
    writeLatest: (room, text) => group.change(() => void sql.writeLatest.run(room, text)),
    remove: (room) =>
      group.change(() => {
        sql.remove.run(room);
        sql.removeLatest.run(room);
      }),
  };
}
