/**
 * A version before kept the budget of an address in a row of its own, and the entries of networks without the address.
 * Versions after it still did not count the entries of all networks.
 */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { lineKey } from '#store/redis/keys.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { ENTRIES } from '#waiting-room/line/budget.ts';
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
  // Nothing is left in the row until it is looked at.
  expect(await redis.hget(lineKey('absent', 'budget'), 'home-no1')).toBe('0:0,:');
});

/** How many rows are left of the version before, after its visitors have left and others came. */
async function rowsAfterAll(room: string, entries: number): Promise<number> {
  await formerLine(room);
  await redis.hset(lineKey(room, 'budget'), 'entries', `${entries}:0`);
  for (const [number, at] of [
    [1, T0],
    [2, T0 + 1],
  ] as const) {
    const holder = { generation: 1, incarnation: 'first', number, visitor: `v${HOME}${at}` };
    await store.line.leave(room, holder, T0);
  }
  for (let n = 0; n < 3; n++) await come(room, `far-${n}000network${n + 2}`);
  const rows = await redis.hkeys(lineKey(room, 'budget'));
  const former = rows.filter((row) => row === '/network1' || row === 'home-no1').length;
  expect(rows.length).toBe(former + 4);
  expect(await redis.zcard(lineKey(room, 'budget:order'))).toBe(former + 3);
  return former;
}

test('rows of the version before go with their visitors where the budgets are half full', async () => {
  expect(await rowsAfterAll('gone', ENTRIES / 2 - 10)).toBe(2);
  expect(await rowsAfterAll('going', ENTRIES / 2)).toBe(0);
});

/** What the version before did to the line meanwhile: so many looks, and no count. */
const lookWithoutCounting = (room: string, looks: number) =>
  redis.hincrby(lineKey(room, 'line'), 'budget_looks', looks);

const countedIn = async (room: string) =>
  Number.parseInt((await redis.hget(lineKey(room, 'budget'), 'entries')) ?? '', 10);

test('entries that the version before did not count are counted where there seems to be no room', async () => {
  await formerLine('uncounted');
  await redis.hdel(lineKey('uncounted', 'budget'), 'entries');
  await lookWithoutCounting('uncounted', 2 * ENTRIES);
  expect(await come('uncounted', FAR)).toBe(true);
  // Two in a row of the address, two in a row of the network, and the newcomer.
  expect(await countedIn('uncounted')).toBe(5);
});

test('a few looks of the version before count as entries, and do not let the bound be passed', async () => {
  await formerLine('few-looks');
  await redis.hset(lineKey('few-looks', 'budget'), 'entries', `${ENTRIES - 10}:0`);
  await redis.hset(lineKey('few-looks', 'line'), 'budget_looks', 9);
  expect(await come('few-looks', FAR)).toBe(true);
  expect(await come('few-looks', 'home-no3network3')).toBe(false);
});

describe('as many entries as there may be, by the version before', () => {
  const EACH = 200;
  const ROW = `
    for network = 1, ${ENTRIES / EACH} do
      local entries = {}
      for n = 1, ${EACH} do
        local number = (network - 1) * ${EACH} + n
        entries[n] = string.format('%d:%d,address%d:visitor-%08d', number, ARGV[1], n % 10, number)
      end
      redis.call('HSET', KEYS[1], string.format('/%08d', network), table.concat(entries, ' '))
      redis.call('ZADD', KEYS[2], network + ${EACH} / 131072, string.format('/%08d', network))
    end
    redis.call('SET', KEYS[3], string.rep('\\255', ${ENTRIES / 8 + 1}))`;

  test('take some 100 MB, refuse newcomers while they are present, and give way when they are absent', async () => {
    await store.line.open('attacked', { rules: ASKS, incarnation: 'first', checkpoint: null }, T0);
    await store.line.view('attacked', T0);
    const usedMemory = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
    const before = await usedMemory();
    const keys = (['budget', 'budget:order', 'unproven'] as const).map((part) => lineKey('attacked', part));
    await redis.eval(ROW, 3, ...keys, T0 / 1000);
    await lookWithoutCounting('attacked', ENTRIES);
    expect((await usedMemory()) - before).toBeLessThan(100e6);
    expect(await come('attacked', HOME)).toBe(false);
    expect(await countedIn('attacked')).toBe(ENTRIES);
    expect(await come('attacked', HOME, T0 + seconds(60))).toBe(true);
    expect(await countedIn('attacked')).toBe(ENTRIES - EACH + 1);
  });
});
