/** Keys beside the lines that Redis loses alone, by eviction or an operator's DEL. */
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import type { Store } from '#waiting-room/ports/index.ts';

const T0 = 1_800_000_000_000;
const MINUTE = 60_000;

let redis: RedisServer;
let store: Store;
let commands: Redis;

beforeEach(async () => {
  redis = await startRedis();
  store = await openRedisStore({ url: redis.url });
  commands = new Redis(redis.url);
});
afterEach(async () => {
  commands.disconnect();
  await store.close();
  await redis.stop();
});

describe('the audit log', () => {
  let written: number;
  beforeEach(async () => {
    written = 0;
    for (const actor of ['ann', 'bob', 'ann']) await write(actor);
  });

  /** An entry of its own, that says its number. */
  async function write(actor: string): Promise<void> {
    const n = ++written;
    const entry = JSON.stringify({ by: actor, n });
    const record = { id: `id-${n}`, actor, action: 'room.put', same: `${n}`, at: T0 + n, count: 1, entry };
    await store.audit.append([record]);
  }
  const newest = async (actor?: string) =>
    (await store.audit.newest({ max: 100, actor })).map(({ entry }) => (JSON.parse(entry) as { n: number }).n);

  test.each([
    ['sequence'],
    ['latest'],
    ['latest:ann'],
    ['sequence', 'latest'],
    ['sequence', 'latest', 'latest:ann'],
    ['repeats:room.put:ann'],
    ['kept:room.put:ann'],
  ])('keeps what it has where %s %s %s is lost', async (...parts) => {
    expect(await commands.del(...parts.map((part) => `anteroom:{audit}:${part}`))).toBe(parts.length);
    await write('ann');
    await write('bob');
    expect(await newest()).toEqual([5, 4, 3, 2, 1]);
    expect(await newest('ann')).toEqual([4, 3, 1]);
    expect(await newest('bob')).toEqual([5, 2]);
  });
});

describe('the logins that relying parties will be notified of', () => {
  const login = (visitor: string) => ({ room: 'sale', visitor, sid: `session of ${visitor}` });
  const take = async (now: number) => {
    const taken = await store.logoutQueue.take('shop', 10, now, now + MINUTE);
    return taken.map(({ visitor, sid }) => [visitor, sid]).sort();
  };

  beforeEach(async () => {
    for (const visitor of ['ann', 'bob']) {
      await store.logoutQueue.expect('shop', login(visitor), T0 + 10 * MINUTE, T0);
    }
  });

  test('are due at once where it is lost when they are due: whoever is still inside is put off', async () => {
    await commands.del('anteroom:{logouts:shop}:due');
    expect(await take(T0)).toEqual([
      ['ann', 'session of ann'],
      ['bob', 'session of bob'],
    ]);
    expect(await take(T0)).toEqual([]);
    expect(await take(T0 + MINUTE)).toHaveLength(2);
  });

  test('are due at once as well where another login comes first', async () => {
    await commands.del('anteroom:{logouts:shop}:due');
    await store.logoutQueue.expect('shop', login('cem'), T0 + 10 * MINUTE, T0);
    expect(await take(T0)).toHaveLength(2);
    expect(await take(T0 + 10 * MINUTE)).toHaveLength(3);
  });

  test('are due when they were where their sessions are lost', async () => {
    await commands.del('anteroom:{logouts:shop}:known');
    expect(await take(T0)).toEqual([]);
    expect(await take(T0 + 10 * MINUTE)).toEqual([
      ['ann', null],
      ['bob', null],
    ]);
  });

  test('that are settled are not due again', async () => {
    const taken = await store.logoutQueue.take('shop', 10, T0 + 10 * MINUTE, T0 + 11 * MINUTE);
    for (const ended of taken) await store.logoutQueue.settle('shop', ended);
    expect(await take(T0 + 12 * MINUTE)).toEqual([]);
  });
});
