import type { DatabaseSync } from 'node:sqlite';
import type { ListEntry, OutboxStore } from '#waiting-room/ports/outbox.ts';
import { OUTBOX_CAPACITY } from '#waiting-room/ports/outbox.ts';
import type { GroupCommit } from './group-commit.ts';

export interface OutboxDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
}

/** @param list the name of a list: texts in order, of which the oldest fall out when there is no more room. */
export function createOutbox(list: string, { database, group }: OutboxDeps): OutboxStore {
  const sql = {
    append: database.prepare('INSERT INTO lists (list, entry) VALUES (?, ?)'),
    count: database.prepare('SELECT count(*) AS entries FROM lists WHERE list = ?'),
    drop: database.prepare(
      'DELETE FROM lists WHERE seq IN (SELECT seq FROM lists WHERE list = ? ORDER BY seq LIMIT ?)',
    ),
    oldest: database.prepare('SELECT seq, entry FROM lists WHERE list = ? ORDER BY seq LIMIT ?'),
    remove: database.prepare('DELETE FROM lists WHERE list = ? AND seq = ?'),
  };

  return {
    append: (entries) =>
      group.run(() => {
        if (entries.length === 0) return 0;
        group.begin();
        for (const entry of entries) sql.append.run(list, entry);
        const excess = Math.max(0, Number(sql.count.get(list)?.entries) - OUTBOX_CAPACITY);
        if (excess > 0) sql.drop.run(list, excess);
        return excess;
      }),
    read: (max) =>
      group.run(() =>
        sql.oldest.all(list, max).map(({ seq, entry }): ListEntry => ({ id: String(seq), entry: String(entry) })),
      ),
    acknowledge: (ids) =>
      group.run(() => {
        if (ids.length === 0) return;
        group.begin();
        for (const id of ids) sql.remove.run(list, Number(id));
      }),
  };
}
