import type { OidcRecord, OidcRecords } from '#waiting-room/ports/oidc-records.ts';
import { type Database, type Expression, itemKey } from './database.ts';
import { grantIndex, recordKey } from './keys.ts';
import { type Item, N, packed, S, textOf, unpacked } from './values.ts';

export interface OidcRecordsDeps {
  readonly database: Pick<Database, 'get' | 'put' | 'update' | 'remove' | 'later'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The models that a grant takes with it when it is revoked. */
const GRANTED = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);
/** When a record without an end ends, for the index: never. */
const NEVER = Number.MAX_SAFE_INTEGER;

export function createOidcRecords({ database, now }: OidcRecordsDeps): OidcRecords {
  const isLive = (): Expression => ({
    text: '(attribute_not_exists(expires) OR expires > :now)',
    values: { ':now': N(now()) },
  });

  return {
    async upsert(model, id, { consumed, ...payload }, expiresIn) {
      const expires = expiresIn === undefined ? undefined : now() + Math.max(1, Math.ceil(expiresIn)) * 1000;
      const { grantId } = payload;
      const indexed = typeof grantId === 'string' && GRANTED.has(model);
      await database.put({
        ...itemKey(recordKey(model, id)),
        payload: packed(JSON.stringify(payload)),
        ...(typeof consumed === 'number' ? { consumed_at: N(consumed) } : {}),
        ...(expires === undefined ? {} : { expires: N(expires), ttl: N(Math.ceil(expires / 1000)) }),
        ...(indexed ? { ix: S(grantIndex(grantId)), at: N(expires ?? NEVER) } : {}),
      });
    },
    async find(model, id) {
      const item = await database.get(recordKey(model, id));
      return item && !isOver(item, now()) ? recordOf(item) : undefined;
    },
    consume(model, id, at) {
      const { text, values } = isLive();
      return database.update(
        recordKey(model, id),
        { text: 'SET consumed_at = :at', values: { ':at': N(Math.floor(at / 1000)) } },
        {
          text: `attribute_exists(pk) AND attribute_not_exists(consumed_at) AND ${text}`,
          ...(values ? { values } : {}),
        },
      );
    },
    async destroy(model, id) {
      await database.remove(recordKey(model, id));
    },
    async revokeByGrantId(grantId) {
      const items = await database.later(grantIndex(grantId), now());
      await Promise.all(items.map(({ pk, sk }) => database.remove({ pk: textOf(pk), sk: textOf(sk) })));
    },
  };
}

/** DynamoDB removes what expired within days. */
function isOver({ expires }: Item, now: number): boolean {
  return expires?.N !== undefined && Number(expires.N) <= now;
}

function recordOf({ payload, consumed_at: consumed }: Item): OidcRecord {
  const record: OidcRecord = JSON.parse(unpacked(payload));
  return consumed?.N === undefined ? record : { ...record, consumed: Number(consumed.N) };
}
