import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commitment, drawnOrder, newSeed } from '#waiting-room/draw.ts';
import { drawnNumber, readDrawResult } from '#waiting-room/draw-result.ts';
import { Bits } from '#waiting-room/line/bits.ts';
import type { DrawOrder } from '#waiting-room/room.ts';
import vectors from './draw-vectors.json' with { type: 'json' };

/** Seeds that are the same in every run. */
const seedOf = (n: number) => Buffer.from(commitment(Buffer.from(`seed ${n}`)), 'hex');

describe('the order of a draw', () => {
  test('matches the test vectors', () => {
    for (const { seed, seed_hash, entrants, places } of vectors) {
      const bytes = Buffer.from(seed, 'hex');
      expect(commitment(bytes)).toBe(seed_hash);
      const order = drawnOrder(bytes, entrants);
      for (const [entrant, place] of Object.entries(places)) expect(order(Number(entrant))).toBe(place);
    }
  });

  test.skipIf(!hasPython())('is the one that examples/draw/verify.py computes (skipped without python3)', () => {
    for (const { seed, seed_hash, entrants, places } of vectors) {
      const asked = Object.keys(places);
      const printed = execFileSync('python3', ['examples/draw/verify.py', seed, String(entrants), ...asked], {
        encoding: 'utf8',
      });
      expect(printed.trim().split('\n')).toEqual([seed_hash, ...Object.values(places).map(String)]);
    }
  });

  test('gives each entrant a place, and each place to one entrant', () => {
    const sizes = [...Array.from({ length: 300 }, (_, n) => n + 1), 999, 1000, 1001, 4095, 4096, 4097, 10_000];
    for (const entrants of sizes) {
      const order = drawnOrder(seedOf(entrants), entrants);
      const places = new Bits();
      for (let entrant = 0; entrant < entrants; entrant++) {
        const place = order(entrant);
        expect(place >= 0 && place < entrants).toBe(true);
        places.add(place);
      }
      expect(places.count(0, entrants - 1)).toBe(entrants);
    }
  });

  // The mean of the statistic is its degrees of freedom; chance exceeds it by five standard deviations once in millions.
  test.each([
    [2, 10_000],
    [3, 10_000],
    [5, 10_000],
    [10, 5000],
    [25, 2000],
    [60, 800],
    [1000, 30],
  ])('favours none of %i entrants (chi-squared over %i seeds)', (entrants, seeds) => {
    const counts = new Float64Array(entrants * entrants);
    for (let n = 0; n < seeds; n++) {
      const order = drawnOrder(seedOf(n), entrants);
      for (let entrant = 0; entrant < entrants; entrant++) {
        const at = entrant * entrants + order(entrant);
        counts[at] = (counts[at] ?? 0) + 1;
      }
    }
    const expected = seeds / entrants;
    const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    const freedom = (entrants - 1) ** 2;
    expect(statistic).toBeLessThan(freedom + 5 * Math.sqrt(2 * freedom));
  });

  test('spreads the first hundred thousand of a million entrants evenly over a hundred stretches', () => {
    const order = drawnOrder(seedOf(0), 1_000_000);
    const counts = new Float64Array(100);
    for (let entrant = 0; entrant < 100_000; entrant++) {
      const stretch = Math.floor(order(entrant) / 10_000);
      counts[stretch] = (counts[stretch] ?? 0) + 1;
    }
    const statistic = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(statistic).toBeLessThan(99 + 5 * Math.sqrt(2 * 99));
  });

  test('differs under another seed', () => {
    const [one, other] = [drawnOrder(newSeed(), 1000), drawnOrder(newSeed(), 1000)];
    const same = Array.from({ length: 1000 }, (_, n) => one(n) === other(n)).filter(Boolean).length;
    expect(same).toBeLessThan(20);
  });
});

describe('the numbers of a draw', () => {
  const result = (there: readonly boolean[], order: DrawOrder, base = 7) => {
    const bits = new Bits();
    there.forEach((isThere, index) => {
      if (isThere) bits.add(index);
    });
    const entrants = there.filter(Boolean).length;
    const seed = seedOf(1);
    const record = {
      draw: 1,
      event: 'opening',
      order,
      seedHash: commitment(seed),
      committedAt: 0,
      opensAt: 0,
      arrivals: there.length,
      seed: seed.toString('base64url'),
      drawnAt: 1,
      entrants,
      base,
    };
    return { record, there: bits.bytes };
  };

  test('form one block, with one number for each entrant who was present and none for the absent', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 1500 }), fc.constantFrom('draw', 'arrival'), (there, order) => {
        const drawn = readDrawResult(result(there, order));
        const numbers = there.map((_, index) => drawnNumber(drawn, index));
        expect(numbers.map((number) => number !== null)).toEqual(there);
        const given = numbers.filter((number) => number !== null);
        const block = given.map((_, n) => 8 + n);
        expect(order === 'arrival' ? given : given.sort((a, b) => a - b)).toEqual(block);
      }),
    );
  });
});

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
