/** A Redis that may evict keys must not hold lines: readiness is refused, and the log says why. */
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { type RedisServer, startRedis, startRedisCluster } from '#support/redis.ts';
import type { Store } from '#waiting-room/ports/index.ts';

const EVICTS = { code: 'store_evicts', message: expect.stringMatching(/maxmemory-policy is allkeys-lru.*noeviction/) };

const closing: (() => Promise<unknown>)[] = [];
let warnings: string[];
let news: string[];

beforeEach(() => {
  [warnings, news] = [[], []];
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function started(...args: readonly string[]): Promise<RedisServer> {
  const redis = await startRedis({ args });
  closing.push(redis.stop);
  return redis;
}

async function opened(url: string, evictionEvery?: number): Promise<Store> {
  const log = {
    warn: (_: object, message: string) => void warnings.push(message),
    info: (_: object, message: string) => void news.push(message),
  };
  const store = await openRedisStore({ url, log, ...(evictionEvery && { evictionEvery }) });
  closing.push(store.close);
  return store;
}

async function adminOf({ url }: RedisServer): Promise<Redis> {
  const admin = new Redis(url);
  closing.push(async () => admin.disconnect());
  return admin;
}

const MEMORY = ['--maxmemory', '100mb', '--maxmemory-policy'];

describe('the check for eviction', () => {
  test.each([
    ['noeviction', [...MEMORY, 'noeviction']],
    ['a policy that evicts, without a limit of memory', ['--maxmemory-policy', 'allkeys-lru']],
  ])('lets a Redis with %s be ready', async (_, args) => {
    const store = await opened((await started(...args)).url);
    await store.ping();
    expect(warnings).toEqual([]);
  });

  test.each(['allkeys-lru', 'allkeys-random', 'volatile-lru', 'volatile-ttl'])(
    'refuses readiness with %s, and says so once in the log',
    async (policy) => {
      const store = await opened((await started(...MEMORY, policy)).url);
      expect(warnings).toEqual([expect.stringContaining(`maxmemory-policy is ${policy}`)]);
      for (const _ of [1, 2]) {
        await expect(store.ping()).rejects.toMatchObject({
          code: 'store_evicts',
          message: expect.stringContaining(policy),
        });
      }
      expect(warnings).toHaveLength(1);
      // Nothing else is refused: waiting visitors keep waiting.
      await store.leases.lease('clock', 'one', 1000);
    },
  );

  test('notices a change at run time, either way', async () => {
    const redis = await started(...MEMORY, 'noeviction');
    const store = await opened(redis.url, 20);
    const admin = await adminOf(redis);
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    // By itself, so that the log says it where nobody asks for readiness.
    await vi.waitFor(() => expect(warnings).toHaveLength(1), { timeout: 5000, interval: 10 });
    await expect(store.ping()).rejects.toMatchObject(EVICTS);
    await admin.config('SET', 'maxmemory-policy', 'noeviction');
    await store.ping();
    expect(news).toEqual([expect.stringContaining('no longer evicts')]);
  });

  test('needs no CONFIG, which managed services refuse', async () => {
    const redis = await started(...MEMORY, 'allkeys-lru');
    await (await adminOf(redis)).call('ACL', 'SETUSER', 'managed', 'on', '>secret', '~*', '+@all', '-config');
    const store = await opened(redis.url.replace('//', '//managed:secret@'));
    await expect(store.ping()).rejects.toMatchObject(EVICTS);
  });

  test('asks CONFIG if INFO is refused', async () => {
    const redis = await started(...MEMORY, 'allkeys-lru');
    await (await adminOf(redis)).call('ACL', 'SETUSER', 'restricted', 'on', '>secret', '~*', '+@all', '-info');
    const store = await opened(redis.url.replace('//', '//restricted:secret@'));
    await expect(store.ping()).rejects.toMatchObject(EVICTS);
  });

  test('logs once if Redis answers neither, and refuses nothing', async () => {
    const redis = await started(...MEMORY, 'allkeys-lru');
    await (await adminOf(redis)).call('ACL', 'SETUSER', 'silent', 'on', '>secret', '~*', '+@all', '-info', '-config');
    const store = await opened(redis.url.replace('//', '//silent:secret@'));
    await store.ping();
    await store.ping();
    const unknown = warnings.filter((message) => message.includes('maxmemory-policy'));
    expect(unknown).toEqual([expect.stringContaining('does not say its maxmemory-policy')]);
  });

  test('asks every primary of a cluster', async () => {
    const cluster = await startRedisCluster();
    closing.push(cluster.stop);
    const store = await opened(cluster.url);
    await store.ping();
    const [, second] = cluster.nodes;
    if (!second) throw new Error('there are three');
    const admin = await adminOf(second);
    await admin.config('SET', 'maxmemory', '100mb');
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await expect(store.ping()).rejects.toMatchObject(EVICTS);
  });
});
