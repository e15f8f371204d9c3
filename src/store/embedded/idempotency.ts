import type { DatabaseSync } from 'node:sqlite';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { GroupCommit } from './group-commit.ts';

export interface IdempotencyDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createIdempotency({ database, group, now }: IdempotencyDeps): Idempotency {
  const sql = {
    remembered: database.prepare('SELECT value FROM remembered WHERE key = ? AND expires > ?'),
    remember: database.prepare('INSERT OR REPLACE INTO remembered (key, value, expires) VALUES (?, ?, ?)'),
    amend: database.prepare('UPDATE remembered SET value = ?, expires = ? WHERE key = ? AND expires > ?'),
    forget: database.prepare('DELETE FROM remembered WHERE key = ?'),
  };

  return {
    remember: (key, value, ttl) =>
      group.change(() => {
        const found = sql.remembered.get(key, now());
        if (found) return String(found.value);
        sql.remember.run(key, value, now() + ttl);
        return null;
      }),
    amend: (key, value, ttl) => group.change(() => void sql.amend.run(value, now() + ttl, key, now())),
    forget: (key) => group.change(() => void sql.forget.run(key)),
  };
}
