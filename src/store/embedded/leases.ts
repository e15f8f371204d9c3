import type { DatabaseSync } from 'node:sqlite';
import type { Leases } from '#waiting-room/ports/leases.ts';
import type { GroupCommit } from './group-commit.ts';

export interface LeasesDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createLeases({ database, group, now }: LeasesDeps): Leases {
  const sql = {
    lease: database.prepare(`
      INSERT INTO leases (name, holder, expires) VALUES (:name, :holder, :expires)
      ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires = excluded.expires
      WHERE holder = excluded.holder OR expires <= :now`),
    release: database.prepare('DELETE FROM leases WHERE name = ? AND holder = ?'),
  };

  return {
    lease: (name, holder, ttl) =>
      group.change(() => sql.lease.run({ name, holder, expires: now() + ttl, now: now() }).changes > 0),
    release: (name, holder) => group.change(() => void sql.release.run(name, holder)),
  };
}
