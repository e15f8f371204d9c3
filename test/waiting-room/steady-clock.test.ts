import { expect, test } from 'vitest';
import { createSteadyClock } from '#waiting-room/steady-clock.ts';

test('a steady clock runs on where the clock jumps back, as often as that happens, and follows it forward', () => {
  let at = 1_000_000;
  const now = createSteadyClock(() => at);
  const after = (ms: number) => {
    at += ms;
    return now();
  };
  expect(now()).toBe(1_000_000);
  expect(after(10)).toBe(1_000_010);
  expect(after(-3_600_000)).toBe(1_000_010);
  expect(after(5)).toBe(1_000_015);
  expect(after(-1)).toBe(1_000_015);
  expect(after(1000)).toBe(1_001_015);
});
