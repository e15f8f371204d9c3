import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import type { Store } from '#waiting-room/ports/index.ts';

export interface RedisInUse {
  readonly url: string;
  readonly store: Store;
  /** Sees the keys behind the store. */
  readonly client: Redis;
}

/** A server of their own for the tests around, from the first to the last. */
export function useRedis(): RedisInUse {
  let server: RedisServer;
  let store: Store;
  let client: Redis;
  beforeAll(async () => {
    server = await startRedis();
    store = await openRedisStore({ url: server.url });
    client = new Redis(server.url);
  });
  afterAll(async () => {
    client?.disconnect();
    await store?.close();
    await server?.stop();
  });
  return {
    get url() {
      return server.url;
    },
    get store() {
      return store;
    },
    get client() {
      return client;
    },
  };
}
