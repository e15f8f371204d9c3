import type { DatabaseSync } from 'node:sqlite';
import type { AuditStore } from '#waiting-room/ports/audit.ts';
import { AUDIT_CAPACITY } from '#waiting-room/ports/audit.ts';
import type { ListEntry, OutboxStore } from '#waiting-room/ports/outbox.ts';
import { OUTBOX_CAPACITY } from '#waiting-room/ports/outbox.ts';
import type { GroupCommit } from './group-commit.ts';

export interface ListsDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
}

/** The outbox and the audit: texts in order, of which the oldest fall out when there is no more room. */
export function createLists({ database, group }: ListsDeps): {
  readonly outbox: OutboxStore;
  readonly audit: AuditStore;
} {
  const sql = {
    append: database.prepare('INSERT INTO lists (list, entry) VALUES (?, ?)'),
    count: database.prepare('SELECT count(*) AS entries FROM lists WHERE list = ?'),
    drop: database.prepare(
      'DELETE FROM lists WHERE seq IN (SELECT seq FROM lists WHERE list = ? ORDER BY seq LIMIT ?)',
    ),
    oldest: database.prepare('SELECT seq, entry FROM lists WHERE list = ? ORDER BY seq LIMIT ?'),
    newest: database.prepare('SELECT entry FROM lists WHERE list = ? ORDER BY seq DESC LIMIT ?'),
    remove: database.prepare('DELETE FROM lists WHERE list = ? AND seq = ?'),
  };

  const append = (list: string, room: number, entries: readonly string[]): Promise<number> =>
    group.run(() => {
      if (entries.length === 0) return 0;
      group.begin();
      for (const entry of entries) sql.append.run(list, entry);
      const excess = Math.max(0, Number(sql.count.get(list)?.entries) - room);
      if (excess > 0) sql.drop.run(list, excess);
      return excess;
    });

  return {
    outbox: {
      append: (entries) => append('outbox', OUTBOX_CAPACITY, entries),
      read: (max) =>
        group.run(() =>
          sql.oldest.all('outbox', max).map(({ seq, entry }): ListEntry => ({ id: String(seq), entry: String(entry) })),
        ),
      acknowledge: (ids) =>
        group.run(() => {
          if (ids.length === 0) return;
          group.begin();
          for (const id of ids) sql.remove.run('outbox', Number(id));
        }),
    },
    audit: {
      async append(entries) {
        await append('audit', AUDIT_CAPACITY, entries);
      },
      newest: (max) => group.run(() => sql.newest.all('audit', max).map(({ entry }) => String(entry))),
    },
  };
}
