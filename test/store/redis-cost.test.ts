/** What a line costs in Redis, measured in Redis: bytes for each who waits, and microseconds for each verb. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import type { RedisServer } from '#support/redis.ts';
import { startRedis } from '#support/redis.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { RoomUnderTest } from './contract/room-under-test.ts';
import { makeRoom, seconds, T0 } from './contract/room-under-test.ts';

const LONG = 1_000_000;
const SHORT = 1000;
const ROUNDS = 15;
/** Late enough that only who is heard from anew is present. */
const LATER = T0 + seconds(900);

describe('what a line costs in Redis', () => {
  let redis: RedisServer;
  let store: Store;
  let client: Redis;

  beforeAll(async () => {
    redis = await startRedis();
    store = await openRedisStore({ url: redis.url });
    client = new Redis(redis.url);
  });

  afterAll(async () => {
    client.disconnect();
    await store.close();
    await redis.stop();
  });

  const usedMemory = async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);

  /** A line of so many, of whom every second is present at LATER. */
  async function lineOf(count: number): Promise<RoomUnderTest> {
    const room = await makeRoom(store);
    for (let joined = 0; joined < count; joined += 1000) await room.crowd(1000);
    for (let from = 0; from < count; from += 10_000) {
      const heard = Array.from({ length: Math.min(5000, count / 2) }, (_, n) => from + 2 * n + 1);
      await store.line.recordHeartbeats(room.id, { generation: 1, numbers: heard }, LATER);
    }
    return room;
  }

  /** The least microseconds that Redis took for a call, of several rounds of `times` calls. */
  async function cost(times: number, call: (n: number) => Promise<unknown>): Promise<number> {
    let least = Number.POSITIVE_INFINITY;
    let n = 0;
    // The first call brings the script.
    await call(n++);
    for (let round = 0; round < ROUNDS; round++) {
      await client.config('RESETSTAT');
      for (let time = 0; time < times; time++) await call(n++);
      const stats = await client.info('commandstats');
      const [, calls, spent] = /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(stats) ?? [];
      expect(Number(calls)).toBe(times);
      least = Math.min(least, Number(spent) / times);
    }
    return least;
  }

  async function costs(room: RoomUnderTest) {
    const { queue } = await room.counters(LATER);
    const at = (number: number) => ({ generation: 1, number, visitor: `v${number}` });
    const middle = Math.floor(queue / 2);
    const join = await cost(20, () => room.arrive('ann', { at: LATER }));
    const joinHundred = await cost(10, () => room.crowd(100, { at: LATER }));
    const heard = await cost(5, () =>
      store.line.recordHeartbeats(
        room.id,
        { generation: 1, numbers: Array.from({ length: 100 }, (_, n) => middle + n) },
        LATER,
      ),
    );
    const view = await cost(5, () => room.view(LATER));
    const place = await cost(20, (n) => room.place(at(middle + n), LATER));
    const people = Math.min(1000, Math.floor(queue / 80));
    const raise = await cost(1, async () => {
      expect((await room.raise({ people }, LATER)).raisedBy).toBeGreaterThanOrEqual(people);
    });
    const claim = await cost(8, async (n) => {
      expect(await room.claim(at(2 * n + 1), LATER)).toMatchObject({ state: 'admitted', first: true });
    });
    return { join, joinHundred, heard, place, claim, raise, view };
  }

  it('takes less than 48 bytes for each of a million who wait', async () => {
    await makeRoom(store).then((room) => room.crowd(1));
    const before = await usedMemory();
    await lineOf(LONG);
    const each = ((await usedMemory()) - before) / LONG;
    console.log(`bytes for each who waits: ${each.toFixed(2)}`);
    expect(each).toBeLessThan(48);
  });

  it('costs the same in a long line as in a short one, and little where a whole line is looked at', async () => {
    const short = await costs(await lineOf(SHORT));
    const long = await costs(await lineOf(LONG));
    console.table(
      Object.fromEntries(
        (Object.keys(short) as (keyof typeof short)[]).map((verb) => [
          verb,
          { 'µs at 1,000': short[verb], 'µs at 1,000,000': long[verb], ratio: long[verb] / short[verb] },
        ]),
      ),
    );
    // Far under what a cost that grows with the line would be, and above what a busy machine adds.
    for (const verb of ['join', 'joinHundred', 'heard', 'place', 'claim'] as const) {
      expect(long[verb] / short[verb], verb).toBeLessThan(2);
    }
    expect(long.view).toBeLessThan(2000);
    expect(long.raise).toBeLessThan(5000);
  });

  it('follows a clock that jumped back in less than 5 ms, with 100,000 inside', async () => {
    const room = await makeRoom(store, { lifetime: seconds(3600) });
    await room.raise({ numbers: 100_000 });
    for (let joined = 0; joined < 100_000; joined += 1000) await room.crowd(1000, { claim: true });
    await room.view(T0 + seconds(60));
    await client.config('RESETSTAT');
    const { counters } = await room.view(T0 - seconds(3600));
    const [, spent] = /cmdstat_evalsha:calls=1,usec=(\d+)/.exec(await client.info('commandstats')) ?? [];
    expect(counters.active).toBe(100_000);
    expect(Number(spent)).toBeLessThan(5000);
    expect((await room.counters(T0 - seconds(60) - 1)).active).toBe(100_000);
    expect((await room.counters(T0 - seconds(60))).active).toBe(0);
  });

  /** A room with an open draw of so many, of whom every second is there at LATER. */
  async function drawOf(count: number): Promise<RoomUnderTest> {
    const room = await makeRoom(store);
    await room.announceDraw();
    for (let come = 0; come < count; come += 1000) await room.crowd(1000);
    for (let from = 0; from < count; from += 10_000) {
      const there = Array.from({ length: Math.min(5000, count / 2) }, (_, n) => from + 2 * n);
      await room.heardEntrants(there, LATER);
    }
    return room;
  }

  async function drawCosts(count: number) {
    const room = await drawOf(count);
    const join = await cost(20, () => room.arrive('ann', { at: LATER }));
    const joinHundred = await cost(10, () => room.crowd(100, { at: LATER }));
    const indexes = Array.from({ length: 100 }, (_, n) => 2 * n);
    const heard = await cost(5, () =>
      store.line.recordEntrantHeartbeats(room.id, { generation: 1, draw: 1, indexes: indexes }, LATER),
    );
    const view = await cost(5, () => room.view(LATER));
    const memory = await cost(5, () =>
      store.line.viewForMemory(room.id, { generation: 1, done: 0, withEntrants: true }, LATER),
    );
    const before = await room.view(LATER);
    // Brings the script; there is no such event.
    await room.draw('encore', LATER);
    await client.config('RESETSTAT');
    await room.draw('opening', LATER);
    const [, draw] = /cmdstat_evalsha:calls=1,usec=(\d+)/.exec(await client.info('commandstats')) ?? [];
    expect((await room.counters(LATER)).present).toBe(before.entrantsPresent);
    return { join, joinHundred, heard, view, memory, draw: Number(draw) };
  }

  it('draws a million in one step of less than 20 ms, and an entrant costs the same in a large draw', async () => {
    const short = await drawCosts(SHORT);
    const long = await drawCosts(LONG);
    console.table({ 'µs at 1,000': short, 'µs at 1,000,000': long });
    for (const verb of ['join', 'joinHundred', 'heard'] as const) {
      expect(long[verb] / short[verb], verb).toBeLessThan(2);
    }
    expect(long.view).toBeLessThan(2000);
    expect(long.memory).toBeLessThan(2000);
    expect(long.draw).toBeLessThan(20_000);
  });
});
