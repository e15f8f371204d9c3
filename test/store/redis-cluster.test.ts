import { openRedisStore } from '#store/redis/index.ts';
import { startRedisCluster } from '#support/redis.ts';
import { describeStore } from './contract/store.ts';

describeStore('the Redis store on a cluster of three', async () => {
  const cluster = await startRedisCluster();
  const store = await openRedisStore({ url: cluster.url });
  return {
    store,
    openSecond: () => openRedisStore({ url: cluster.url }),
    async close() {
      await store.close();
      await cluster.stop();
    },
  };
});
