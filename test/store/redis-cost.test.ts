/** What a line costs in Redis, measured in Redis: bytes for each waiting visitor, and microseconds for each verb. */
import { describe, expect, it } from 'vitest';
import { lineKey } from '#store/redis/keys.ts';
import type { RoomUnderTest } from './contract/room-under-test.ts';
import { makeRoom, seconds, T0 } from './contract/room-under-test.ts';
import { useRedis } from './use-redis.ts';

const LONG = 1_000_000;
const SHORT = 1000;
const ROUNDS = 21;
/** A verb whose cost does not grow with the line may cost at most this many times as much in a long line. */
const MOST = 1.3;
/** The key of an address in a network of its own. */
const addressAt = (n: number) => `${n}`.padStart(8, 'a') + `${n}`.padStart(8, 'n');
/** Late enough that only visitors with another heartbeat are present. */
const LATER = T0 + seconds(900);

describe('what a line costs in Redis', () => {
  const redis = useRedis();

  const usedMemory = async () => Number(/used_memory:(\d+)/.exec(await redis.client.info('memory'))?.[1]);

  /** A line of `count` visitors, of whom every second is present at LATER. */
  async function lineOf(count: number): Promise<RoomUnderTest> {
    const room = await makeRoom(redis.store);
    for (let joined = 0; joined < count; joined += 1000) await room.crowd(1000);
    for (let from = 0; from < count; from += 10_000) {
      const heard = Array.from({ length: Math.min(5000, count / 2) }, (_, n) => from + 2 * n + 1);
      await redis.store.line.recordHeartbeats(room.id, { generation: 1, numbers: heard }, LATER);
    }
    return room;
  }

  /**
   * The microseconds that Redis took for a call in each of these rooms: the median of rounds of `times` calls. The rooms
   * take turns, so that a busy machine slows all of them, and a pause in some rounds changes no median.
   */
  async function costs<R>(times: number, rooms: readonly R[], call: (room: R, n: number) => Promise<unknown>) {
    const rounds = rooms.map((): number[] => []);
    // The first call loads the script.
    for (const room of rooms) await call(room, 0);
    let n = 1;
    for (let round = 0; round < ROUNDS; round++, n += times) {
      for (const [i, room] of rooms.entries()) {
        await redis.client.config('RESETSTAT');
        for (let time = 0; time < times; time++) await call(room, n + time);
        const [, calls, spent] =
          /cmdstat_evalsha:calls=(\d+),usec=(\d+)/.exec(await redis.client.info('commandstats')) ?? [];
        expect(Number(calls)).toBe(times);
        rounds[i]?.push(Number(spent) / times);
      }
    }
    const [short = Number.NaN, long = Number.NaN] = rounds.map(median);
    return { short, long, ratio: long / short };
  }

  const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

  it('takes less than 48 bytes for each of a million waiting visitors', async () => {
    await makeRoom(redis.store).then((room) => room.crowd(1));
    const before = await usedMemory();
    await lineOf(LONG);
    const each = ((await usedMemory()) - before) / LONG;
    console.log(`bytes for each waiting visitor: ${each.toFixed(2)}`);
    expect(each).toBeLessThan(48);
  });

  it('costs the same in a long line as in a short one, and little for steps over a whole line', async () => {
    const rooms = [await lineOf(SHORT), await lineOf(LONG)];
    const middle = new Map<RoomUnderTest, number>();
    for (const room of rooms) middle.set(room, Math.floor((await room.counters(LATER)).queue / 2));
    const middleOf = (room: RoomUnderTest) => middle.get(room) ?? 0;
    const at = (number: number) => ({ generation: 1, number, visitor: `v${number}` });

    const same = {
      join: await costs(20, rooms, (room) => room.arrive('ann', { at: LATER })),
      joinHundred: await costs(10, rooms, (room) => room.crowd(100, { at: LATER })),
      heartbeats: await costs(20, rooms, (room) =>
        redis.store.line.recordHeartbeats(
          room.id,
          { generation: 1, numbers: Array.from({ length: 100 }, (_, n) => middleOf(room) + n) },
          LATER,
        ),
      ),
      place: await costs(20, rooms, (room, n) => room.place(at(middleOf(room) + n), LATER)),
      raise: await costs(1, rooms, async (room) => {
        expect((await room.raise({ people: 12 }, LATER)).raisedBy).toBeGreaterThanOrEqual(12);
      }),
    };
    // This counts a whole line.
    const view = await costs(5, rooms, (room) => room.view(LATER));
    const claim = await costs(8, rooms, async (room, n) => {
      expect(await room.claim(at(2 * n + 1), LATER)).toMatchObject({ state: 'admitted', first: true });
    });
    console.table({ ...same, claim, view });
    for (const [verb, { ratio }] of Object.entries({ ...same, claim })) expect(ratio, verb).toBeLessThan(MOST);
    expect(view.long).toBeLessThan(2000);
  });

  /** How many commands a step takes in Redis, with those of its scripts. */
  async function commandsOf(step: () => Promise<unknown>): Promise<number> {
    await redis.client.config('RESETSTAT');
    await step();
    const stats = await redis.client.info('commandstats');
    return [...stats.matchAll(/cmdstat_\w+:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
  }

  it('takes few commands for the visitors of many addresses who join at the same moment', async () => {
    const room = await makeRoom(redis.store, { challenge: true, unprovenPerAddress: 20 });
    const come = (from: number, count: number) =>
      redis.store.line.join(
        room.id,
        Array.from({ length: count }, (_, n) => ({
          visitor: `v${from + n}`,
          claim: false,
          address: addressAt(from + n),
        })),
        LATER,
      );
    // Loads the script, and makes addresses that are checked with new ones.
    await come(0, 100);
    expect(await commandsOf(() => come(100, 200))).toBeLessThan(200 * 3);
  });

  it('keeps the fields of a line in a table once somebody joined, so that a script finds each at once', async () => {
    const room = await makeRoom(redis.store);
    await room.crowd(1);
    expect(await redis.client.object('ENCODING', lineKey(room.id, 'line'))).toBe('hashtable');
  });

  it('takes few commands for the heartbeats of visitors who joined at the same moment', async () => {
    const room = await makeRoom(redis.store, { challenge: true, unprovenPerAddress: 20 });
    await room.crowd(1000, { at: LATER });
    const numbers = Array.from({ length: 1000 }, (_, n) => n + 1);
    const proven = numbers.filter((number) => number % 3 === 0);
    await room.heard([1], LATER);
    const heartbeats = () =>
      redis.store.line.recordHeartbeats(room.id, { generation: 1, numbers, proven, lasting: true }, LATER);
    expect(await commandsOf(heartbeats)).toBeLessThan(60);
    expect((await room.counters(LATER)).present).toBe(1000);
  });

  it('follows a clock that jumped back in less than 5 ms, with 100,000 inside', async () => {
    const room = await makeRoom(redis.store, { lifetime: seconds(3600) });
    await room.raise({ numbers: 100_000 });
    for (let joined = 0; joined < 100_000; joined += 1000) await room.crowd(1000, { claim: true });
    await room.view(T0 + seconds(60));
    await redis.client.config('RESETSTAT');
    const { counters } = await room.view(T0 - seconds(3600));
    const [, spent] = /cmdstat_evalsha:calls=1,usec=(\d+)/.exec(await redis.client.info('commandstats')) ?? [];
    expect(counters.active).toBe(100_000);
    expect(Number(spent)).toBeLessThan(5000);
    expect((await room.counters(T0 - seconds(60) - 1)).active).toBe(100_000);
    expect((await room.counters(T0 - seconds(60))).active).toBe(0);
  });

  /** A room with an open draw of `count` entrants, of whom every second is present at LATER. */
  async function drawOf(count: number): Promise<RoomUnderTest> {
    const room = await makeRoom(redis.store);
    await room.announceDraw();
    for (let come = 0; come < count; come += 1000) await room.crowd(1000);
    for (let from = 0; from < count; from += 10_000) {
      const there = Array.from({ length: Math.min(5000, count / 2) }, (_, n) => from + 2 * n);
      await room.heardEntrants(there, LATER);
    }
    return room;
  }

  it('draws a million in one step of less than 20 ms, and an entrant costs the same in a large draw', async () => {
    const rooms = [await drawOf(SHORT), await drawOf(LONG)];
    const indexes = Array.from({ length: 100 }, (_, n) => 2 * n);
    const same = {
      join: await costs(20, rooms, (room) => room.arrive('ann', { at: LATER })),
      joinHundred: await costs(10, rooms, (room) => room.crowd(100, { at: LATER })),
      heartbeats: await costs(20, rooms, (room) =>
        redis.store.line.recordEntrantHeartbeats(room.id, { generation: 1, draw: 1, indexes }, LATER),
      ),
    };
    // These read a whole draw.
    const view = await costs(5, rooms, (room) => room.view(LATER));
    const memory = await costs(5, rooms, (room) =>
      redis.store.line.viewForMemory(room.id, { generation: 1, done: 0, withEntrants: true }, LATER),
    );
    console.table({ ...same, view, memory });
    for (const [verb, { ratio }] of Object.entries(same)) expect(ratio, verb).toBeLessThan(MOST);
    expect(view.long).toBeLessThan(2000);
    expect(memory.long).toBeLessThan(2000);

    for (const room of rooms) {
      const before = await room.view(LATER);
      // Loads the script; there is no such event.
      await room.draw('encore', LATER);
      await redis.client.config('RESETSTAT');
      await room.draw('opening', LATER);
      const [, spent] = /cmdstat_evalsha:calls=1,usec=(\d+)/.exec(await redis.client.info('commandstats')) ?? [];
      expect((await room.counters(LATER)).present).toBe(before.entrantsPresent);
      expect(Number(spent)).toBeLessThan(20_000);
    }
  });
});
