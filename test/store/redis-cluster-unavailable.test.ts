import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import type { RedisCluster } from '#support/redis.ts';
import { startRedisCluster } from '#support/redis.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { RoomUnderTest } from './contract/room-under-test.ts';
import { makeRoom } from './contract/room-under-test.ts';

describe('a Redis cluster that fails', () => {
  let cluster: RedisCluster;
  let store: Store;
  /** Enough to have some on each node. */
  let rooms: RoomUnderTest[];

  beforeAll(async () => {
    cluster = await startRedisCluster();
    store = await openRedisStore({ url: cluster.url });
    rooms = await Promise.all(Array.from({ length: 16 }, () => makeRoom(store)));
  });

  afterAll(async () => {
    await store.close();
    await cluster.stop();
  });

  const viewAll = () => Promise.all(rooms.map((room) => room.view()));
  const back = () => vi.waitFor(viewAll, { timeout: 10_000, interval: 50 });
  const signal = (name: NodeJS.Signals) => {
    for (const { pid } of cluster.nodes) process.kill(pid, name);
  };

  it('works again after all connections broke', async () => {
    for (const { url } of cluster.nodes) {
      const admin = new Redis(url);
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal');
      admin.disconnect();
    }
    await back();
    expect((await Promise.all(rooms.map((room) => room.arrive('ann')))).map(({ number }) => number)).toEqual(
      rooms.map(() => 1),
    );
  });

  it('is unavailable within three seconds if no node answers, and works again when they do', async () => {
    signal('SIGSTOP');
    try {
      for (let round = 0; round < 3; round++) {
        const from = performance.now();
        const outcomes = await Promise.allSettled(rooms.map((room) => room.arrive('bob')));
        expect(performance.now() - from).toBeLessThan(3000);
        for (const outcome of outcomes) {
          expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
        }
      }
    } finally {
      signal('SIGCONT');
    }
    await back();
  });
});
