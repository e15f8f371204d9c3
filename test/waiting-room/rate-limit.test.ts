import { describe, expect, test } from 'vitest';
import { networkOf } from '#http/client-network.ts';
import { createRateLimit } from '#waiting-room/rate-limit.ts';

const MINUTE = 60_000;

function limited(capacity?: number) {
  let at = 1_000_000;
  const limit = createRateLimit({ limit: 3, window: MINUTE, now: () => at, ...(capacity ? { capacity } : {}) });
  return {
    ...limit,
    pass: (ms: number) => {
      at += ms;
    },
  };
}

describe('a rate limit', () => {
  test('lets the whole allowance pass at once, and says how long the next has to wait', () => {
    const { take } = limited();
    expect([take('a'), take('a'), take('a'), take('a'), take('b')]).toEqual([0, 0, 0, MINUTE / 3, 0]);
  });

  test('does not count what it refuses: the allowance comes back evenly', () => {
    const { take, pass } = limited();
    for (let i = 0; i < 10; i++) take('a');
    pass(MINUTE / 3 - 1);
    expect(take('a')).toBe(1);
    pass(1);
    expect([take('a'), take('a')]).toEqual([0, MINUTE / 3]);
    pass(2 * MINUTE);
    expect([take('a'), take('a'), take('a'), take('a')]).toEqual([0, 0, 0, MINUTE / 3]);
  });

  test('never lets more than twice the limit pass within a window', () => {
    const { take, pass } = limited();
    let passed = 0;
    for (let ms = 0; ms < MINUTE; ms += 100) {
      if (take('a') === 0) passed++;
      pass(100);
    }
    expect(passed).toBeLessThanOrEqual(6);
  });

  test('makes nobody wait for longer than the window after the clock jumped back', () => {
    const { take, pass } = limited();
    for (let i = 0; i < 4; i++) take('a');
    pass(-60 * MINUTE);
    expect(take('a')).toBeLessThanOrEqual(MINUTE);
    pass(MINUTE);
    expect(take('a')).toBe(0);
  });

  test('counts what happened elsewhere, as much as its limit beyond it', () => {
    const { take, add, pass } = limited();
    add('a', 1);
    expect([take('a'), take('a'), take('a')]).toEqual([0, 0, MINUTE / 3]);
    add('a', 1);
    expect(take('a')).toBe((2 * MINUTE) / 3);
    add('a', 100);
    expect(take('a')).toBe((4 * MINUTE) / 3);
    pass((4 * MINUTE) / 3);
    expect(take('a')).toBe(0);
    expect(take('b')).toBe(0);
  });

  test('exceeds a large capacity by an eighth at most, and forgets the keys used longest ago', () => {
    const { take, wait } = limited(800);
    for (let i = 0; i < 5000; i++) {
      take('often');
      take(`${i}`);
      const kept = [i - 798, i].filter((each) => each >= 0).map((each) => wait(`${each}`, 1));
      expect(kept.every((each) => each > 0)).toBe(true);
      expect(wait(`${i - 901}`, 1)).toBe(0);
    }
    expect(wait('often')).toBeGreaterThan(0);
  });

  test('keeps the keys used last, and no more than its capacity', () => {
    const { take } = limited(2);
    for (let i = 0; i < 3; i++) take('a');
    take('b');
    expect(take('a')).toBeGreaterThan(0);
    take('c');
    expect(take('a')).toBeGreaterThan(0);
    for (let i = 0; i < 1_000; i++) take(`flood ${i}`);
    expect(take('a')).toBe(0);
  });
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:0:7::1', '2001:db8:0:7::/64'],
  ['2001:db8:0:7:ffff:ffff:ffff:ffff', '2001:db8:0:7::/64'],
  ['2001:0db8:0000:0007::1', '2001:db8:0:7::/64'],
  ['2001:db8::7:1:2:3:4', '2001:db8:0:7::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['1::', '1:0:0:0::/64'],
  ['::1:2:3:4:5:6:7', '0:1:2:3::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ['unknown', 'unknown'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
