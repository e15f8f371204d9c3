import type { OidcRecord, OidcRecords } from '#waiting-room/ports/oidc-records.ts';
import type { RedisClient } from './client.ts';
import { keyScripts } from './key-scripts.ts';
import { grantKey, recordKey } from './keys.ts';
import type { Run } from './script.ts';
import { answered } from './unavailable.ts';

/** The models that are indexed by their grant. A code lives for a minute and is no use without its grant. */
const GRANTED = new Set(['AccessToken', 'RefreshToken']);

/** Records as JSON, a key each, with an index by grant; all are gone when their time has passed. */
export function createOidcRecords(client: RedisClient, run: Run): OidcRecords {
  function put(key: string, value: string, seconds: number | undefined): Promise<unknown> {
    return answered(seconds === undefined ? client.set(key, value) : client.set(key, value, 'EX', seconds));
  }

  async function read(key: string): Promise<OidcRecord | undefined> {
    const json = await answered(client.get(key));
    return json === null ? undefined : (JSON.parse(json) as OidcRecord);
  }

  return {
    // The keys lie on different nodes of a cluster; asked for in one turn they share a round trip.
    async upsert(model, id, payload, expiresIn) {
      const key = recordKey(model, id);
      const seconds = expiresIn === undefined ? undefined : Math.max(1, Math.ceil(expiresIn));
      const { grantId } = payload;
      await Promise.all([
        put(key, encode(payload), seconds),
        typeof grantId === 'string' &&
          GRANTED.has(model) &&
          run(keyScripts.indexGrant, [grantKey(grantId)], key, seconds ?? 0),
      ]);
    },
    find: (model, id) => read(recordKey(model, id)),
    consume: (model, id, now) => run(keyScripts.consume, [recordKey(model, id)], Math.floor(now / 1000)),
    async destroy(model, id) {
      await answered(client.del(recordKey(model, id)));
    },
    async revokeByGrantId(grantId) {
      const index = grantKey(grantId);
      const keys = await answered(client.smembers(index));
      if (keys.length === 0) return;
      await Promise.all(keys.map((key) => answered(client.del(key))));
      // Not the whole index: it may have got another record meanwhile, and stays for a second attempt if this fails.
      await answered(client.srem(index, ...keys));
    },
  };
}

/** JSON with `consumed` in front, where consume.lua looks for it. */
function encode({ consumed, ...payload }: OidcRecord): string {
  return JSON.stringify(consumed === undefined ? payload : { consumed, ...payload });
}
