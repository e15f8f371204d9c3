import type { DatabaseSync } from 'node:sqlite';
import {
  FAILURES_KEPT,
  NOTICES_KEPT,
  type Notice,
  type NoticeLine,
  type NoticeQueue,
} from '#waiting-room/ports/notice-queue.ts';
import type { GroupCommit } from './group-commit.ts';

export interface NoticeQueueDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The tables have no schema version of their own: an earlier version opens the database and ignores them. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS notices (
    line TEXT NOT NULL, visitor TEXT NOT NULL, incarnation TEXT NOT NULL, generation INTEGER NOT NULL,
    number INTEGER NOT NULL, not_before INTEGER NOT NULL, attempts INTEGER NOT NULL, sealed TEXT NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (line, visitor)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS notices_by_number ON notices (line, number);
  CREATE INDEX IF NOT EXISTS notices_by_expiry ON notices (expires);
  CREATE TABLE IF NOT EXISTS failed_notices (
    line TEXT NOT NULL, visitor TEXT NOT NULL, expires INTEGER NOT NULL,
    PRIMARY KEY (line, visitor)
  ) STRICT, WITHOUT ROWID;
`;

/** Notices, a row each. */
export function createNoticeQueue({ database, group, now }: NoticeQueueDeps): NoticeQueue {
  database.exec(TABLES);
  const sql = {
    any: database.prepare('SELECT incarnation, generation FROM notices WHERE line = ? LIMIT 1'),
    find: database.prepare('SELECT 1 FROM notices WHERE line = ? AND visitor = ?'),
    count: database.prepare('SELECT count(*) AS count FROM notices WHERE line = ?'),
    put: database.prepare('INSERT OR REPLACE INTO notices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    due: database.prepare(
      'SELECT visitor, number, not_before, attempts, sealed FROM notices WHERE line = ? AND number <= ? AND not_before <= ? ORDER BY number LIMIT ?',
    ),
    remove: database.prepare('DELETE FROM notices WHERE line = ? AND visitor = ?'),
    clear: database.prepare('DELETE FROM notices WHERE line = ?'),
    sweep: database.prepare('DELETE FROM notices WHERE expires <= ?'),
    fail: database.prepare('INSERT OR REPLACE INTO failed_notices VALUES (?, ?, ?)'),
    hasFailed: database.prepare('SELECT 1 FROM failed_notices WHERE line = ? AND visitor = ?'),
    countFailed: database.prepare('SELECT count(*) AS count FROM failed_notices WHERE line = ?'),
    unfail: database.prepare('DELETE FROM failed_notices WHERE line = ? AND visitor = ?'),
    clearFailed: database.prepare('DELETE FROM failed_notices WHERE line = ?'),
    sweepFailed: database.prepare('DELETE FROM failed_notices WHERE expires <= ?'),
  };

  /** Of those that were taken, what is sealed, by line and visitor. One process has the database. */
  const taken = new Map<string, Map<string, string>>();

  function clear(line: string): void {
    taken.delete(line);
    sql.clear.run(line);
    sql.clearFailed.run(line);
  }

  /** Ends the mark of a visitor's notice. */
  function settle(line: string, visitor: string): void {
    const ofLine = taken.get(line);
    ofLine?.delete(visitor);
    if (ofLine?.size === 0) taken.delete(line);
  }

  function write({ line, incarnation, generation }: NoticeLine, notice: Notice): void {
    const { visitor, number, notBefore, attempts, sealed } = notice;
    settle(line, visitor);
    sql.unfail.run(line, visitor);
    const expires = now() + NOTICES_KEPT;
    sql.put.run(line, visitor, incarnation, generation, number, notBefore, attempts, sealed, expires);
  }

  /** Whether the notices of a line are of this generation. Drops those of an earlier one, or of another line. */
  function isCurrent({ line, incarnation, generation }: NoticeLine): boolean {
    const known = sql.any.get(line);
    if (!known || (known.incarnation === incarnation && known.generation === generation)) return true;
    if (known.incarnation === incarnation && Number(known.generation) > generation) return false;
    clear(line);
    return true;
  }

  return {
    put: (of, notice, capacity) =>
      group.change(() => {
        sql.sweep.run(now());
        sql.sweepFailed.run(now());
        if (!isCurrent(of)) return true;
        const isThere = sql.find.get(of.line, notice.visitor);
        if (!isThere && Number(sql.count.get(of.line)?.count) >= capacity) return false;
        write(of, notice);
        return true;
      }),
    forget: ({ line }, visitor) =>
      group.change(() => {
        settle(line, visitor);
        sql.remove.run(line, visitor);
        sql.unfail.run(line, visitor);
      }),
    take: (of, upTo, max, at) =>
      group.run(() => {
        if (!sql.any.get(of.line)) return [];
        group.begin();
        if (!isCurrent(of)) return [];
        const due = sql.due.all(of.line, upTo, at, max).map(noticeOf);
        const marks = taken.get(of.line) ?? new Map<string, string>();
        if (due.length > 0) taken.set(of.line, marks);
        for (const { visitor, sealed } of due) {
          sql.remove.run(of.line, visitor);
          marks.set(visitor, sealed);
        }
        return due;
      }),
    putBack: (of, notice) =>
      group.change(() => {
        if (isCurrent(of) && taken.get(of.line)?.get(notice.visitor) === notice.sealed) write(of, notice);
      }),
    settle: ({ line }, { visitor, sealed }, hasFailed) =>
      group.change(() => {
        if (taken.get(line)?.get(visitor) !== sealed) return;
        settle(line, visitor);
        if (!hasFailed || Number(sql.countFailed.get(line)?.count) >= FAILURES_KEPT) return;
        sql.fail.run(line, visitor, now() + NOTICES_KEPT);
      }),
    progress: ({ line }, visitor) =>
      group.run(() => {
        if (sql.find.get(line, visitor)) return 'waiting';
        return sql.hasFailed.get(line, visitor) ? 'failed' : 'sent';
      }),
    clear: (line) => group.change(() => clear(line)),
  };
}

const noticeOf = (row: Record<string, unknown>): Notice => ({
  visitor: String(row.visitor),
  number: Number(row.number),
  sealed: String(row.sealed),
  notBefore: Number(row.not_before),
  attempts: Number(row.attempts),
});
