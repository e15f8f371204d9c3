import { expect, test } from 'vitest';
import {
  bucketOf,
  formatHistogram,
  LAST_BUCKET,
  parseHistogram,
  percentile,
  sumOf,
} from '#waiting-room/time-series/histogram.ts';

const of = (...seconds: readonly number[]) => sumOf(seconds.map((each) => new Map([[bucketOf(each), 1]])));

test.each([1, 5, 30, 61, 600, 4000, 86_400, 604_000])('%i seconds are known within a tenth', (seconds) => {
  const known = percentile(of(seconds), 0.5) ?? Number.NaN;
  expect(Math.abs(known - seconds)).toBeLessThanOrEqual(Math.max(1, seconds * 0.1));
});

test('percentiles count visitors, not buckets', () => {
  const waits = of(...Array.from({ length: 89 }, () => 10), ...Array.from({ length: 11 }, () => 1000));
  const [half, most] = [percentile(waits, 0.5), percentile(waits, 0.9)];
  expect(half).toBe(percentile(of(10), 0.5));
  expect(most).toBe(percentile(of(1000), 0.5));
  expect(percentile(of(), 0.5)).toBeNull();
});

test.each([[-5], [0], [Number.NaN], [1e12], [Number.POSITIVE_INFINITY]])('%s has a bucket', (seconds) => {
  expect(bucketOf(seconds)).toBeGreaterThanOrEqual(0);
  expect(bucketOf(seconds)).toBeLessThanOrEqual(LAST_BUCKET);
});

test('its text is read back', () => {
  for (const waits of [of(), of(3, 3, 700)]) expect(parseHistogram(formatHistogram(waits))).toEqual(waits);
});
