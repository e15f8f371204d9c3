import { openRedisStore } from '#store/redis/index.ts';
import { startRedis } from '#support/redis.ts';
import { describeStore } from './contract/store.ts';

describeStore('the Redis store', async () => {
  const redis = await startRedis();
  const store = await openRedisStore({ url: redis.url });
  return {
    store,
    openSecond: () => openRedisStore({ url: redis.url }),
    async close() {
      await store.close();
      await redis.stop();
    },
  };
});
