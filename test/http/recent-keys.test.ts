import { expect, test } from 'vitest';
import { createRecentKeys } from '#http/recent-keys.ts';

test('a value is known for as long after the clock jumped back', () => {
  let at = 10_000_000;
  const keys = createRecentKeys<number>({ keptFor: 1000, capacity: 10, now: () => at });
  keys.set('a', 1);
  at -= 3_600_000;
  expect(keys.get('a')).toBe(1);
  at += 999;
  expect(keys.get('a')).toBe(1);
  at += 1;
  expect(keys.get('a')).toBeUndefined();
});
