import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { lineKey } from '#store/redis/keys.ts';
import { type RedisCluster, startRedisCluster } from '#support/redis.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { makeRoom, T0 } from './contract/room-under-test.ts';

let cluster: RedisCluster;
let store: Store;
const warnings: string[] = [];

beforeAll(async () => {
  cluster = await startRedisCluster();
  const log = { info: () => undefined, warn: (_: object, message: string) => void warnings.push(message) };
  store = await openRedisStore({ url: cluster.url, log });
});
afterAll(async () => {
  await store?.close();
  await cluster?.stop();
});

/** The run_id of each node, by whether it has the line. */
async function serverOf(room: string): Promise<string> {
  for (const { port } of cluster.nodes) {
    const node = new Redis({ port });
    const id = /run_id:(\w+)/.exec(await node.info('server'))?.[1] ?? '';
    const found = await node.hexists(lineKey(room, 'line'), 'mode').catch(() => 0);
    node.disconnect();
    if (found) return id;
  }
  throw new Error('no node has the line');
}

async function withField<T>(room: string, use: (node: Redis) => Promise<T>): Promise<T> {
  for (const { port } of cluster.nodes) {
    const node = new Redis({ port });
    try {
      return await use(node);
    } catch {
      // Another node has the line.
    } finally {
      node.disconnect();
    }
  }
  throw new Error(`no node has ${room}`);
}

test('each line is signed by the node of its slot, and fenced if another node wrote it last', async () => {
  for (let n = 0; n < 12; n++) {
    const room = await makeRoom(store);
    await room.crowd(3);
    expect(await withField(room.id, (node) => node.hget(lineKey(room.id, 'line'), 'primary'))).toBe(
      await serverOf(room.id),
    );
    expect((await room.arrive('ann')).number).toBe(4);
    expect(warnings).toEqual([]);

    await withField(room.id, (node) => node.hset(lineKey(room.id, 'line'), 'primary', 'f'.repeat(40)));
    const joined = await store.line.join(room.id, [{ visitor: 'bob', claim: false }], T0);
    expect(joined?.[0]?.number).toBeGreaterThan(104);
    expect(warnings).toHaveLength(1);
    warnings.length = 0;
  }
});
