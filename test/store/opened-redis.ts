import { openRedisStore } from '#store/redis/index.ts';
import { startRedis } from '#support/redis.ts';

/** In ms. A machine that is busy with ten thousand claims is no dead Redis. */
const DEADLINE = 30_000;

/** A store on a server of its own; `program` is another server that speaks Redis's protocol. */
export async function openedRedis(options: { readonly program?: string } = {}) {
  const redis = await startRedis(options);
  const store = await openRedisStore({ url: redis.url, deadline: DEADLINE });
  return {
    store,
    openSecond: () => openRedisStore({ url: redis.url, deadline: DEADLINE }),
    async close() {
      await store.close();
      await redis.stop();
    },
  };
}
