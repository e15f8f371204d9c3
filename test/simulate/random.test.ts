import { describe, expect, it } from 'vitest';
import { createArrivals } from '../../simulate/arrivals.ts';
import { createRandom } from '../../simulate/random.ts';

const MINUTE = 60_000;
const many = <T>(count: number, one: () => T): T[] => Array.from({ length: count }, one);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Between `of` − `by` and `of` + `by`, as parts of `of`. */
function expectNear(value: number, of: number, by: number): void {
  expect(value).toBeGreaterThan(of * (1 - by));
  expect(value).toBeLessThan(of * (1 + by));
}

describe('chance', () => {
  it('repeats for the same seed, and differs for another', () => {
    const drawn = (seed: number) => many(20, createRandom(seed).next);
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(7)).not.toEqual(drawn(8));
    expect(drawn(7)).not.toEqual(drawn(7 + 2 ** 32));
    expect(drawn(7)).not.toEqual(many(20, createRandom(7, 1).next));
  });

  it('is uniform in [0, 1), and neighbours are independent', () => {
    const random = createRandom(1);
    const values = many(100_000, random.next);
    for (let tenth = 0; tenth < 10; tenth++) {
      expectNear(values.filter((value) => Math.floor(value * 10) === tenth).length, 10_000, 0.04);
    }
    const products = values.slice(1).map((value, n) => (value - 0.5) * ((values[n] ?? 0) - 0.5));
    expect(Math.abs(mean(products))).toBeLessThan(0.002);
  });

  it('has log-normal spreads with the requested median and 95th percentile', () => {
    const random = createRandom(2);
    const values = many(50_000, () => random.logNormal(4 * MINUTE, 9 * MINUTE)).sort((a, b) => a - b);
    expectNear(values[25_000] ?? 0, 4 * MINUTE, 0.02);
    expectNear(values[47_500] ?? 0, 9 * MINUTE, 0.03);
    expect(random.logNormal(5, 5)).toBe(5);
  });

  it.each([0.02, 3, 49, 51, 5000])('counts about %d where that many are expected, as Poisson has it', (expected) => {
    const random = createRandom(3);
    const counts = many(50_000, () => random.poisson(expected));
    expectNear(mean(counts), expected, 0.05);
    expectNear(mean(counts.map((count) => (count - expected) ** 2)), expected, 0.07);
    expect(random.poisson(0)).toBe(0);
  });

  it('has exponential times with the requested mean', () => {
    const random = createRandom(4);
    expectNear(mean(many(50_000, () => random.exponential(300))), 300, 0.02);
  });
});

describe('arrivals', () => {
  /** How many come in each minute. */
  function byMinute(points: Parameters<typeof createArrivals>[0], minutes: number): number[] {
    const { arrivals } = createArrivals(points, createRandom(5));
    return Array.from({ length: minutes }, (_, minute) =>
      many(240, () => 0).reduce((sum, _, tick) => {
        const from = minute * MINUTE + tick * 250;
        return sum + arrivals(from, from + 250);
      }, 0),
    );
  }

  it('follow the straight lines of the curve', () => {
    const curve = [
      { at: 10 * MINUTE, per_minute: 6000 },
      { at: 0, per_minute: 0 },
      { at: 15 * MINUTE, per_minute: 6000 },
    ];
    const minutes = byMinute(curve, 20);
    minutes.slice(2, 10).forEach((people, n) => {
      expectNear(people, 600 * (n + 2.5), 0.1);
    });
    for (const people of minutes.slice(10, 15)) expectNear(people, 6000, 0.05);
    expect(minutes.slice(15)).toEqual([0, 0, 0, 0, 0]);
  });

  it('may jump between two points with the same time', () => {
    const minutes = byMinute(
      [
        { at: 0, per_minute: 600 },
        { at: 2 * MINUTE, per_minute: 600 },
        { at: 2 * MINUTE, per_minute: 6000 },
        { at: 4 * MINUTE, per_minute: 6000 },
      ],
      4,
    );
    expectNear(minutes[1] ?? 0, 600, 0.15);
    expectNear(minutes[2] ?? 0, 6000, 0.05);
  });

  it('bring each crowd whole and once', () => {
    const crowds = [
      { at: 0, people: 5 },
      { at: 90_100, people: 1000 },
    ];
    expect(byMinute(crowds, 3)).toEqual([5, 1000, 0]);
  });
});
