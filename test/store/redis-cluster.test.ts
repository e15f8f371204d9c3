import { openRedisStore } from '#store/redis/index.ts';
import { startRedisCluster } from '#support/redis.ts';
import { describeStore } from './contract/store.ts';

/** In ms. A machine that is busy with ten thousand claims is no dead Redis. */
const DEADLINE = 30_000;

describeStore('the Redis store on a cluster of three', async () => {
  const cluster = await startRedisCluster();
  const store = await openRedisStore({ url: cluster.url, deadline: DEADLINE });
  return {
    store,
    openSecond: () => openRedisStore({ url: cluster.url, deadline: DEADLINE }),
    async close() {
      await store.close();
      await cluster.stop();
    },
  };
});
