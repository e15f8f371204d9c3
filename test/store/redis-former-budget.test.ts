/** A version before kept the budget of an address in a row of its own, and the entries of networks without the address. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { lineKey } from '#store/redis/keys.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { RULES, seconds, T0 } from './contract/room-under-test.ts';

const ASKS = { ...RULES, challenge: true, unprovenPerAddress: 2, presentFromJoin: false };
const HOME = 'home-no1network1';
const FAR = 'home-no2network2';

let server: RedisServer;
let redis: Redis;
let store: Store;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  store = await openRedisStore({ url: server.url });
});

afterAll(async () => {
  redis.disconnect();
  await store.close();
  await server.stop();
});

async function come(room: string, address: string, at = T0) {
  const joined = await store.line.join(room, [{ visitor: `v${address}${at}`, claim: false, address }], at);
  return joined?.[0]?.budgeted;
}

/** A line with two visitors from home, whose budget is as the version before stored it. */
async function formerLine(room: string): Promise<void> {
  await store.line.open(room, { rules: ASKS, incarnation: 'first', checkpoint: null }, T0);
  await come(room, HOME);
  await come(room, HOME, T0 + 1);
  const [second] = /(?<=:)-?\d+/.exec((await redis.hget(lineKey(room, 'budget'), '/network1')) ?? '') ?? [];
  const entries = `1:${second}:v${HOME}${T0} 2:${second}:v${HOME}${T0 + 1}`;
  await redis.hset(lineKey(room, 'budget'), 'home-no1', entries, '/network1', entries);
  await redis.zadd(lineKey(room, 'budget:order'), 1, 'home-no1', 2, '/network1');
}

test('an address that used up its budget in the version before has none left', async () => {
  await formerLine('used-up');
  expect(await come('used-up', HOME)).toBe(false);
  expect(await come('used-up', 'home-no9network1')).toBe(true);
  expect(await come('used-up', FAR)).toBe(true);
});

test('visitors whom the version before counted lose their place when they are absent and another needs it', async () => {
  await formerLine('absent');
  const later = T0 + seconds(60);
  expect(await come('absent', HOME, later)).toBe(true);
  expect(await redis.hexists(lineKey('absent', 'budget'), 'home-no1')).toBe(0);
});

test('rows of the version before go with their visitors', async () => {
  await formerLine('gone');
  for (const [number, at] of [
    [1, T0],
    [2, T0 + 1],
  ] as const) {
    const holder = { generation: 1, incarnation: 'first', number, visitor: `v${HOME}${at}` };
    await store.line.leave('gone', holder, T0);
  }
  for (let n = 0; n < 3; n++) await come('gone', `far-${n}000network${n + 2}`);
  const rows = await redis.hkeys(lineKey('gone', 'budget'));
  expect(rows.toSorted()).toEqual(['/network2', '/network3', '/network4']);
  expect(await redis.zcard(lineKey('gone', 'budget:order'))).toBe(3);
});
