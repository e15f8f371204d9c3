import type { DatabaseSync } from 'node:sqlite';
import type { CoordinationStore } from '#waiting-room/ports.ts';
import type { GroupCommit } from './group-commit.ts';

export interface CoordinationDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createCoordinationStore({ database, group, now }: CoordinationDeps): CoordinationStore {
  const sql = {
    lease: database.prepare(`
      INSERT INTO leases (name, holder, expires) VALUES (:name, :holder, :expires)
      ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires = excluded.expires
      WHERE holder = excluded.holder OR expires <= :now`),
    release: database.prepare('DELETE FROM leases WHERE name = ? AND holder = ?'),
    remembered: database.prepare('SELECT value FROM remembered WHERE key = ? AND expires > ?'),
    remember: database.prepare('INSERT OR REPLACE INTO remembered (key, value, expires) VALUES (?, ?, ?)'),
    amend: database.prepare('UPDATE remembered SET value = ?, expires = ? WHERE key = ? AND expires > ?'),
    forget: database.prepare('DELETE FROM remembered WHERE key = ?'),
  };

  return {
    lease: (name, holder, ttl) =>
      group.change(() => sql.lease.run({ name, holder, expires: now() + ttl, now: now() }).changes > 0),
    release: (name, holder) => group.change(() => void sql.release.run(name, holder)),
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
