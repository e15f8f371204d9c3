/** A plain adapter after oidc-provider's example: one key per record, and indexes by uid and grant. */
import type { Redis } from 'ioredis';
import type { Adapter, AdapterPayload } from 'oidc-provider';

const DAY = 86_400;
const GRANTABLE = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

export function createRedisAdapters(client: Redis): (model: string) => Adapter {
  return (model) => {
    const keyOf = (id: string) => `oidc:${model}:${id}`;
    const uidKeyOf = (uid: string) => `oidc:uid:${uid}`;
    const grantKeyOf = (grantId: string) => `oidc:grant:${grantId}`;

    async function find(id: string): Promise<AdapterPayload | undefined> {
      const json = await client.get(keyOf(id));
      return json === null ? undefined : (JSON.parse(json) as AdapterPayload);
    }

    return {
      async upsert(id, payload, expiresIn = DAY) {
        const key = keyOf(id);
        const json = JSON.stringify(payload);
        const grantKey = payload.grantId && GRANTABLE.has(model) ? grantKeyOf(payload.grantId) : undefined;
        if (!payload.uid && !grantKey) {
          await client.set(key, json, 'EX', expiresIn);
          return;
        }
        const multi = client.multi().set(key, json, 'EX', expiresIn);
        if (payload.uid) multi.set(uidKeyOf(payload.uid), id, 'EX', expiresIn);
        if (grantKey) multi.rpush(grantKey, key).expire(grantKey, expiresIn);
        await multi.exec();
      },
      find,
      async findByUid(uid) {
        const id = await client.get(uidKeyOf(uid));
        return id === null ? undefined : find(id);
      },
      findByUserCode: async () => undefined,
      async consume(id) {
        const found = await find(id);
        if (!found) return;
        await client.set(keyOf(id), JSON.stringify({ ...found, consumed: Math.floor(Date.now() / 1000) }), 'KEEPTTL');
      },
      async destroy(id) {
        await client.del(keyOf(id));
      },
      async revokeByGrantId(grantId) {
        const keys = await client.lrange(grantKeyOf(grantId), 0, -1);
        await client.del(grantKeyOf(grantId), ...keys);
      },
    };
  };
}
