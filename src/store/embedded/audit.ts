import type { DatabaseSync } from 'node:sqlite';
import type { AuditRecord, AuditRow, AuditStore } from '#waiting-room/ports/audit.ts';
import { AUDIT_AGE, AUDIT_CAPACITY, AUDIT_FIRST, AUDIT_REPEAT_WINDOW } from '#waiting-room/ports/audit.ts';
import type { GroupCommit } from './group-commit.ts';

export interface AuditDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
}

/**
 * `latest` is the order of the last changes, `id` that of the last record that the entry counts. The table has no schema
 * version of its own: an earlier version opens the database and ignores it.
 */
const TABLE = `
  CREATE TABLE IF NOT EXISTS audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT, latest INTEGER NOT NULL,
    actor TEXT NOT NULL, action TEXT NOT NULL, id TEXT NOT NULL, same TEXT NOT NULL,
    at INTEGER NOT NULL, last_at INTEGER NOT NULL, count INTEGER NOT NULL, omitted INTEGER NOT NULL,
    entry TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS audit_by_latest ON audit (latest);
  CREATE INDEX IF NOT EXISTS audit_by_actor ON audit (actor, latest);
  CREATE INDEX IF NOT EXISTS audit_by_action ON audit (actor, action, number);
  CREATE INDEX IF NOT EXISTS audit_by_same ON audit (actor, action, same, number);
`;

/** What the version before wrote is in `lists`. Its entries are older than all others, as one process at a time writes. */
const NEWEST = `
  SELECT entry, count, last_at, omitted, 1 AS part, latest AS place FROM audit WHERE actor = coalesce(:actor, actor)
  UNION ALL
  SELECT entry, 1, CAST(round(unixepoch(entry ->> 'time', 'subsec') * 1000) AS INTEGER), 0, 0, seq FROM lists
    WHERE list = 'audit' AND (entry ->> 'by') = coalesce(:actor, entry ->> 'by')
  ORDER BY part DESC, place DESC LIMIT :max OFFSET :skip
`;

export function createAuditStore({ database, group }: AuditDeps): AuditStore {
  database.exec(TABLE);
  const of = 'actor = :actor AND action = :action';
  const sql = {
    next: database.prepare('SELECT coalesce(max(latest), 0) + 1 AS latest FROM audit'),
    same: database.prepare(
      `SELECT number, at, id FROM audit WHERE ${of} AND same = :same ORDER BY number DESC LIMIT 1`,
    ),
    add: database.prepare(`
      INSERT INTO audit (latest, actor, action, id, same, at, last_at, count, omitted, entry)
      VALUES (:latest, :actor, :action, :id, :same, :at, :at, :count, 0, :entry)
    `),
    repeat: database.prepare(`
      UPDATE audit SET latest = :latest, count = count + :count, last_at = :at, id = :id WHERE number = :number
    `),
    size: database.prepare(`SELECT count(*) AS entries FROM audit WHERE ${of}`),
    at: database.prepare(`SELECT number, at, omitted FROM audit WHERE ${of} ORDER BY number LIMIT 1 OFFSET :place`),
    drop: database.prepare('DELETE FROM audit WHERE number = ?'),
    omit: database.prepare('UPDATE audit SET omitted = omitted + ? WHERE number = ?'),
    newest: database.prepare(NEWEST),
  };

  function append({ id, actor, action, same, at, count, entry }: AuditRecord): void {
    const latest = Number(sql.next.get()?.latest);
    const before = sql.same.get({ actor, action, same });
    if (before?.id === id) return;
    if (before && Math.abs(at - Number(before.at)) < AUDIT_REPEAT_WINDOW) {
      sql.repeat.run({ latest, count, at, id, number: before.number as number });
      return;
    }
    sql.add.run({ latest, actor, action, id, same, at, count, entry });
    if (Number(sql.size.get({ actor, action })?.entries) > AUDIT_CAPACITY) dropOne(actor, action, at);
  }

  function dropOne(actor: string, action: string, now: number): void {
    const entryAt = (place: number) => sql.at.get({ actor, action, place });
    const place = now - Number(entryAt(0)?.at) <= AUDIT_AGE ? AUDIT_FIRST : 0;
    const gone = entryAt(place);
    sql.drop.run(gone?.number as number);
    if (place > 0) sql.omit.run(1 + Number(gone?.omitted), entryAt(place - 1)?.number as number);
  }

  return {
    append: (records) =>
      group.run(() => {
        if (records.length > 0) group.begin();
        for (const record of records) append(record);
      }),
    newest: ({ max, skip = 0, actor = null }) =>
      group.run(() =>
        sql.newest.all({ max, skip, actor }).map(
          (row): AuditRow => ({
            entry: String(row.entry),
            count: Number(row.count),
            lastAt: Number(row.last_at),
            omitted: Number(row.omitted),
          }),
        ),
      ),
  };
}
