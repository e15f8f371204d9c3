import { beforeEach, describe, expect, test } from 'vitest';
import { createSharedCounts } from '#store/embedded/shared-counts.ts';
import { createJoinLimits, type JoinLimits } from '#waiting-room/entry/join-limits.ts';
import type { SharedCounts } from '#waiting-room/ports/shared-counts.ts';

const RATE = { count: 60, window: 60_000 };
/** Characters of an address and its network. */
const address = (n: number, network = 'net-0000') => `${n}`.padStart(8, '0') + network;

let at: number;
let store: SharedCounts;
let asked: number;
beforeEach(() => {
  at = 30_000_000 * 60_000;
  asked = 0;
  const { add } = createSharedCounts(() => at);
  store = {
    add(...given) {
      asked += 1;
      return add(...given);
    },
  };
});

const processes = (count: number, sharedCounts = store) =>
  Array.from({ length: count }, () => createJoinLimits({ sharedCounts, now: () => at }));

/** How many of so many joins a second, which are spread over the processes, need no proof in so many seconds. */
async function joins(limits: readonly JoinLimits[], perSecond: number, seconds: number, key = address(1)) {
  let free = 0;
  for (let second = 0; second < seconds; second++) {
    for (let n = 0; n < perSecond; n++) if (limits[n % limits.length]?.take('sale', RATE, key) === 0) free += 1;
    at += 1000;
    await Promise.all(limits.map((each) => each.share()));
  }
  return free;
}

describe('the limit on joins of an address', () => {
  test('is little higher with several processes than with one', async () => {
    const one = await joins(processes(1), 100, 120);
    const three = await joins(processes(3), 100, 120);
    expect(one).toBeLessThanOrEqual(60 + 120);
    expect(three).toBeLessThanOrEqual(one + 100);
  });

  test('is that of each process while the store does not answer', async () => {
    const away = { add: () => Promise.reject(new Error('away')) };
    const limits = processes(3, away);
    for (let n = 0; n < 300; n++) limits[n % 3]?.take('sale', RATE, address(1));
    for (const each of limits) await expect(each.share()).rejects.toThrow('away');
    expect(limits[0]?.take('sale', RATE, address(1))).toBeGreaterThan(0);
  });

  test('of a network is shared as well', async () => {
    const limits = processes(3);
    for (let n = 0; n < 900; n++) limits[n % 3]?.take('sale', RATE, address(n % 100));
    for (const _ of [1, 2]) for (const each of limits) await each.share();
    expect(limits[0]?.take('sale', RATE, address(500))).toBeGreaterThan(0);
    expect(limits[0]?.take('sale', RATE, address(500, 'net-0001'))).toBe(0);
  });

  test('asks the store for nothing where each address joins once or twice', async () => {
    const [limits] = processes(1);
    for (let n = 0; n < 1000; n++) limits?.take('sale', RATE, address(n, `${n % 500}`.padStart(8, 'n')));
    await limits?.share();
    expect(asked).toBe(0);
  });

  test('counts the first join of an address from when it was', () => {
    const [limits] = processes(1);
    const take = (key: string) => limits?.take('sale', { count: 1, window: 60_000 }, key);
    expect(take(address(1))).toBe(0);
    at += 20_000;
    expect(take(address(2))).toBe(0);
    expect([take(address(1)), take(address(2))]).toEqual([40_000, 60_000]);
    at += 40_000;
    expect([take(address(1)), take(address(2))]).toEqual([0, 20_000]);
  });

  test('counts the first join of a network among those that all its addresses may have', () => {
    const [limits] = processes(1);
    const taken = Array.from({ length: 11 }, (_, n) => limits?.take('sale', { count: 1, window: 60_000 }, address(n)));
    expect(taken).toEqual([...Array(10).fill(0), 6000]);
  });

  test('makes nobody wait longer where the clock jumps back', () => {
    const [limits] = processes(1);
    const take = () => limits?.take('sale', { count: 1, window: 60_000 }, address(1));
    expect(take()).toBe(0);
    at -= 3_600_000;
    expect(take()).toBe(60_000);
    at += 60_000;
    expect(take()).toBe(0);
  });

  test('says how often the busiest address joined within the minute, in all processes', async () => {
    const limits = processes(2);
    for (let n = 0; n < 40; n++) limits[n % 2]?.take('sale', RATE, address(n < 30 ? 1 : n));
    expect(limits[0]?.busiest('sale')).toBe(15);
    for (const _ of [1, 2]) for (const each of limits) await each.share();
    expect(limits.map((each) => each.busiest('sale'))).toEqual([30, 30]);
    expect(limits[0]?.busiest('other')).toBe(0);
  });

  test('keeps what the busiest address of the last minute joined, until the next one is over', async () => {
    const [limits] = processes(1);
    const joinOften = (times: number) => {
      for (let n = 0; n < times; n++) limits?.take('sale', RATE, address(1));
    };
    const minutesLater = (minutes: number) => {
      at += minutes * 60_000;
      return limits?.busiest('sale');
    };
    joinOften(30);
    expect(minutesLater(1)).toBe(30);
    joinOften(3);
    expect(limits?.busiest('sale')).toBe(30);
    expect(minutesLater(1)).toBe(3);
    expect(minutesLater(1)).toBe(0);
    joinOften(5);
    expect(minutesLater(2)).toBe(0);
    joinOften(2);
    expect(limits?.busiest('sale')).toBe(2);
    limits?.take('other', RATE, address(1));
    expect(limits?.busiest('other')).toBe(1);
  });

  test('begins again a minute later in all processes', async () => {
    const limits = processes(2);
    await joins(limits, 100, 10);
    expect(limits[1]?.take('sale', RATE, address(1))).toBeGreaterThan(0);
    at += 70_000;
    await Promise.all(limits.map((each) => each.share()));
    expect(limits[1]?.take('sale', RATE, address(1))).toBe(0);
  });
});
