import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { lineKey } from '#store/redis/keys.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { makeRoom, type RoomUnderTest, T0 } from './contract/room-under-test.ts';

const ANOTHER_SERVER = 'f'.repeat(40);

const proxies: Server[] = [];

/** The URL of a proxy whose `INFO` names a server that no command goes to. */
async function behindProxy(port: number): Promise<string> {
  const proxy = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.pipe(far);
    far.on('data', (chunk) => {
      near.write(String(chunk.toString('latin1')).replace(/run_id:\w{40}/, `run_id:${'e'.repeat(40)}`), 'latin1');
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('close', () => other.destroy()).on('error', () => undefined);
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  proxies.push(proxy);
  return `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

describe('a line in Redis that may have gone back in time', () => {
  let redis: RedisServer;
  let client: Redis;
  const stores: Store[] = [];
  const warnings: string[] = [];
  let room: RoomUnderTest;
  /** The same line, in another process that knows nothing of it. */
  let there: Store;

  const log = { info: () => undefined, warn: (_: object, message: string) => void warnings.push(message) };
  async function open(url = redis.url): Promise<Store> {
    const store = await openRedisStore({ url, log });
    stores.push(store);
    return store;
  }

  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
  });
  beforeEach(async () => {
    room = await makeRoom(await open());
    there = await open();
    warnings.length = 0;
  });
  afterAll(async () => {
    for (const store of stores) await store.close();
    for (const proxy of proxies) proxy.close();
    client.disconnect();
    await redis.stop();
  });

  const set = (fields: Record<string, string | number>) => client.hset(lineKey(room.id, 'line'), fields);
  async function joinAt(store: Store): Promise<number> {
    const joined = await store.line.join(room.id, [{ visitor: 'somebody', claim: false }], T0);
    return joined?.[0]?.number ?? 0;
  }

  test('issues no number that the previous server may have issued', async () => {
    await room.crowd(5);
    await set({ primary: ANOTHER_SERVER });
    expect(await joinAt(there)).toBeGreaterThan(105);
    expect(await room.counters()).toMatchObject({ waiting: 6 });
    expect(warnings).toEqual(['Redis may have lost writes: the numbers in between are not issued']);
  });

  test('moves on by three seconds of the highest join rate', async () => {
    await room.crowd(400);
    await set({ primary: ANOTHER_SERVER });
    expect(await joinAt(there)).toBeGreaterThan(1600);
  });

  test('moves on once, however many processes notice at once', async () => {
    await room.crowd(5);
    await set({ primary: ANOTHER_SERVER });
    const stores = await Promise.all([open(), open(), open(), open()]);
    const numbers = await Promise.all(stores.map(joinAt));
    expect(new Set(numbers).size).toBe(4);
    expect(Math.max(...numbers)).toBeLessThan(205);
    expect(await joinAt(there)).toBe(Math.max(...numbers) + 1);
  });

  test('continues with the next number at the same server, also after a reconnect', async () => {
    await room.crowd(5);
    expect(await joinAt(there)).toBe(6);
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await vi.waitFor(async () => expect(await joinAt(there)).toBe(7), { timeout: 5000 });
  });

  test('issues no number that any process has seen', async () => {
    await room.crowd(1000);
    await set({ queue: 20, join_peak: 0, primary: ANOTHER_SERVER });
    // This process knows nothing of the other numbers, until the other one speaks.
    expect(await joinAt(there)).toBe(121);
    await room.view();
    expect(await joinAt(there)).toBeGreaterThan(1000);
  });

  test('issues no place in an open draw that another entrant may have', async () => {
    await room.announceDraw();
    await room.crowd(5);
    await set({ primary: ANOTHER_SERVER });
    const first = await there.line.join(room.id, [{ visitor: 'somebody', claim: false }], T0);
    expect(first?.[0]?.entry?.index).toBe(105);
    // The ticket of an entrant whose arrival was lost counts.
    await there.line.recordEntrantHeartbeats(room.id, { ...(await room.view()), draw: 1, indexes: [50] }, T0);
    expect((await room.view()).entrantsPresent).toBe(7);

    await set({ arrivals: 2, primary: ANOTHER_SERVER });
    const second = await there.line.join(room.id, [{ visitor: 'another', claim: false }], T0);
    expect(second?.[0]?.entry?.index).toBeGreaterThan(105);
  });

  test('is fenced by every verb before it answers', async () => {
    await room.crowd(5);
    for (const verb of [
      () => there.line.view(room.id, T0),
      () => there.line.claim(room.id, { generation: 1, number: 1, visitor: 'somebody' }, T0),
      () => there.line.raise(room.id, { numbers: 1 }, T0),
      () => there.line.place(room.id, { generation: 1, number: 1, visitor: 'somebody' }, T0),
    ]) {
      await set({ primary: ANOTHER_SERVER });
      await verb();
      expect(await client.hget(lineKey(room.id, 'line'), 'primary')).not.toBe(ANOTHER_SERVER);
    }
  });

  test('is not fenced if the server has no run_id, and the log says so', async () => {
    await client.call('ACL', 'SETUSER', 'restricted', 'on', '>secret', '~*', '+@all', '-info');
    const restricted = await open(redis.url.replace('//', '//restricted:secret@'));
    await room.crowd(5);
    await set({ primary: ANOTHER_SERVER });
    expect(await joinAt(restricted)).toBe(6);
    expect(warnings).toEqual(['Redis does not say its run_id: numbers may be issued twice after a failover']);
  });

  test('is not fenced behind a proxy that answers for another server, and the log says so', async () => {
    const proxied = await open(await behindProxy(redis.port));
    await room.crowd(5);
    expect(await joinAt(proxied)).toBe(6);
    expect(await joinAt(proxied)).toBe(7);
    expect(warnings).toEqual(['Redis does not say its run_id: numbers may be issued twice after a failover']);
  });

  test('warns of a primary that accepts writes without its replicas', async () => {
    const replica = await startRedis();
    const at = new Redis(replica.url);
    await at.replicaof('127.0.0.1', redis.port);
    await vi.waitFor(async () => expect(await at.info('replication')).toContain('master_link_status:up'), {
      timeout: 10_000,
    });
    await open();
    expect(warnings).toEqual([
      'min-replicas-to-write is 0: a primary cut off from its replicas accepts writes that a failover loses',
    ]);
    await client.config('SET', 'min-replicas-to-write', '1');
    warnings.length = 0;
    await open();
    expect(warnings).toEqual([]);
    await client.config('SET', 'min-replicas-to-write', '0');
    at.disconnect();
    await replica.stop();
  });
});
