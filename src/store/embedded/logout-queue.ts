import type { DatabaseSync } from 'node:sqlite';
import type { EndedLogin, LogoutQueue } from '#waiting-room/ports/logout-queue.ts';
import { LOGOUT_KEPT } from '#waiting-room/ports/logout-queue.ts';
import type { GroupCommit } from './group-commit.ts';

export interface LogoutQueueDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
}

/** Logins whose end must be notified, a row each. */
export function createLogoutQueue({ database, group }: LogoutQueueDeps): LogoutQueue {
  const sql = {
    expect: database.prepare(
      'INSERT OR REPLACE INTO logouts (client_id, room, visitor, sid, due, since) VALUES (?, ?, ?, ?, ?, NULL)',
    ),
    hasten: database.prepare('UPDATE logouts SET due = min(due, ?) WHERE client_id = ? AND room = ? AND visitor = ?'),
    hastenRoom: database.prepare('UPDATE logouts SET due = min(due, ?) WHERE client_id = ? AND room = ?'),
    due: database.prepare(
      'SELECT room, visitor, sid, coalesce(since, ?) AS since FROM logouts WHERE client_id = ? AND due <= ? AND due >= ? ORDER BY due LIMIT ?',
    ),
    hold: database.prepare('UPDATE logouts SET due = ?, since = ? WHERE client_id = ? AND room = ? AND visitor = ?'),
    prolong: database.prepare(
      'UPDATE logouts SET due = ?, since = NULL WHERE client_id = ? AND room = ? AND visitor = ? AND due = ?',
    ),
    stale: database.prepare('SELECT 1 FROM logouts WHERE client_id = ? AND due < ? LIMIT 1'),
    drop: database.prepare('DELETE FROM logouts WHERE client_id = ? AND due < ?'),
    postpone: database.prepare(
      'UPDATE logouts SET due = ? WHERE client_id = ? AND room = ? AND visitor = ? AND due = ?',
    ),
    settle: database.prepare('DELETE FROM logouts WHERE client_id = ? AND room = ? AND visitor = ? AND due = ?'),
    forget: database.prepare('DELETE FROM logouts WHERE client_id = ?'),
  };

  return {
    expect: (clientId, { room, visitor, sid }, at) =>
      group.change(() => void sql.expect.run(clientId, room, visitor, sid, at)),
    hasten: (clientId, room, visitors, at) =>
      group.change(() => {
        for (const visitor of visitors) sql.hasten.run(at, clientId, room, visitor);
      }),
    hastenRoom: (clientId, room, at) => group.change(() => void sql.hastenRoom.run(at, clientId, room)),
    take: (clientId, max, now, heldUntil) =>
      group.run(() => {
        const rows = sql.due.all(now, clientId, now, now - LOGOUT_KEPT, max);
        const isStale = sql.stale.get(clientId, now - LOGOUT_KEPT) !== undefined;
        if (rows.length > 0 || isStale) group.begin();
        if (isStale) sql.drop.run(clientId, now - LOGOUT_KEPT);
        return rows.map((row): EndedLogin => {
          const [room, visitor, since] = [String(row.room), String(row.visitor), Number(row.since)];
          sql.hold.run(heldUntil, since, clientId, room, visitor);
          return { room, visitor, sid: row.sid === null ? null : String(row.sid), since, heldUntil };
        });
      }),
    prolong: (clientId, { room, visitor, heldUntil }, at) =>
      group.change(() => void sql.prolong.run(at, clientId, room, visitor, heldUntil)),
    postpone: (clientId, { room, visitor, heldUntil }, at) =>
      group.change(() => void sql.postpone.run(at, clientId, room, visitor, heldUntil)),
    settle: (clientId, { room, visitor, heldUntil }) =>
      group.change(() => void sql.settle.run(clientId, room, visitor, heldUntil)),
    forget: (clientId) => group.change(() => void sql.forget.run(clientId)),
  };
}
