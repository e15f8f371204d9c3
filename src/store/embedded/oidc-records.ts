import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { OidcRecord, OidcRecords } from '#waiting-room/ports/oidc-records.ts';
import type { GroupCommit } from './group-commit.ts';

export interface OidcRecordsDeps {
  readonly database: DatabaseSync;
  readonly group: GroupCommit;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The models that a grant takes with it when it is revoked. */
const GRANTED = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

export function createOidcRecords({ database, group, now }: OidcRecordsDeps): OidcRecords {
  const sql = {
    upsert: database.prepare(`
      INSERT OR REPLACE INTO oidc (model, id, payload, consumed, grant_id, expires) VALUES (?, ?, ?, ?, ?, ?)`),
    find: database.prepare(`
      SELECT payload, consumed FROM oidc WHERE model = ? AND id = ? AND (expires IS NULL OR expires > ?)`),
    consume: database.prepare(`
      UPDATE oidc SET consumed = ?
      WHERE model = ? AND id = ? AND consumed IS NULL AND (expires IS NULL OR expires > ?)`),
    destroy: database.prepare('DELETE FROM oidc WHERE model = ? AND id = ?'),
    revoke: database.prepare('DELETE FROM oidc WHERE grant_id = ?'),
  };

  return {
    upsert: (model, id, payload, expiresIn) =>
      group.change(() => {
        const { consumed, grantId } = payload;
        sql.upsert.run(
          model,
          id,
          JSON.stringify(payload),
          typeof consumed === 'number' ? consumed : null,
          typeof grantId === 'string' && GRANTED.has(model) ? grantId : null,
          expiresIn === undefined ? null : now() + expiresIn * 1000,
        );
      }),
    find: (model, id) => group.run(() => recordOf(sql.find.get(model, id, now()))),
    consume: (model, id, at) =>
      group.change(() => sql.consume.run(Math.floor(at / 1000), model, id, now()).changes > 0),
    destroy: (model, id) => group.change(() => void sql.destroy.run(model, id)),
    revokeByGrantId: (grantId) => group.change(() => void sql.revoke.run(grantId)),
  };
}

function recordOf(row: Record<string, SQLOutputValue> | undefined): OidcRecord | undefined {
  if (!row) return undefined;
  const payload: OidcRecord = JSON.parse(String(row.payload));
  return row.consumed === null ? payload : { ...payload, consumed: Number(row.consumed) };
}
