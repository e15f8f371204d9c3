import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bits } from '#waiting-room/bits.ts';
import { commitment, DRAW_ALGORITHM, drawnOrder, newSeed } from '#waiting-room/draw.ts';
import { drawnNumber, readDraw } from '#waiting-room/drawn.ts';
import type { DrawOrder, DrawRecord } from '#waiting-room/ports.ts';
import { T0 } from '../store/contract/room-under-test.ts';

const ROOT = join(import.meta.dirname, '../..');
const VECTORS = join(ROOT, 'test/waiting-room/draw-vectors.json');

interface Vectors {
  readonly algorithm: string;
  readonly draws: readonly {
    readonly seed: string;
    readonly seed_hash: string;
    readonly entrants: number;
    readonly places: readonly (readonly [entrant: number, place: number])[];
  }[];
}
const vectors = JSON.parse(readFileSync(VECTORS, 'utf8')) as Vectors;

/** Seeds that are the same in each run. */
const seedOf = (n: number): Uint8Array => createHash('sha256').update(`a seed ${n}`).digest();

/** How far counts are from all being alike, in standard deviations of the chi-squared distribution. */
function unevenness(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  const freedom = counts.length - 1;
  return (chiSquared - freedom) / Math.sqrt(2 * freedom);
}

function tally(length: number, bucketsOf: Iterable<number>): number[] {
  const counts = new Array<number>(length).fill(0);
  for (const bucket of bucketsOf) counts[bucket] = (counts[bucket] ?? 0) + 1;
  return counts;
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('the order of a draw', () => {
  it.each([
    ['1 to 300', upTo(300).map((n) => n + 1)],
    ['squares, products, and their neighbours', [899, 900, 901, 930, 961, 999, 1000, 1001, 1023, 1024, 1025]],
    ['4,095 to 4,097', [4095, 4096, 4097]],
    ['10,000', [10_000]],
  ])('is a permutation of all entrants: %s', (_, sizes) => {
    for (const entrants of sizes) {
      const order = drawnOrder(seedOf(entrants), entrants);
      const places = new Uint8Array(entrants);
      for (let entrant = 0; entrant < entrants; entrant++) places[order(entrant)] = 1;
      // A place beyond the last one would leave a hole.
      expect(places.indexOf(0)).toBe(-1);
    }
  });

  it('gives two of a million different places', () => {
    const order = drawnOrder(seedOf(0), 1_000_000);
    const places = new Set(upTo(20_000).map((n) => order(n * 50)));
    expect(places.size).toBe(20_000);
    for (const place of places) expect(place).toBeLessThan(1_000_000);
    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
  });

  it('is another one under another seed, and the same under the same', () => {
    const all = (seed: Uint8Array) => upTo(100).map(drawnOrder(seed, 100));
    expect(all(seedOf(1))).toEqual(all(seedOf(1)));
    expect(all(seedOf(1))).not.toEqual(all(seedOf(2)));
  });

  it.each([
    [2, 2000],
    [3, 4000],
    [4, 6000],
    [5, 12_000],
  ])('of %i entrants is each possible one equally often', (entrants, draws) => {
    const counts = new Map<string, number>();
    for (let n = 0; n < draws; n++) {
      const order = upTo(entrants)
        .map(drawnOrder(seedOf(n), entrants))
        .join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    const possible = upTo(entrants).reduce((product, n) => product * (n + 1), 1);
    expect(counts.size).toBe(possible);
    expect(unevenness([...counts.values()])).toBeLessThan(4);
  });

  it.each([7, 10, 25, 99, 100, 101, 999, 1000, 1001])(
    'has each of %i entrants at each place equally often',
    (entrants) => {
      for (const entrant of [0, 1, Math.floor(entrants / 2), entrants - 1]) {
        const buckets = Math.min(entrants, 20);
        const places = upTo(buckets * 150).map((n) => drawnOrder(seedOf(n), entrants)(entrant));
        // The last places of a size that the buckets do not divide are left out.
        const width = Math.floor(entrants / buckets);
        const kept = places.map((place) => Math.floor(place / width)).filter((bucket) => bucket < buckets);
        expect(unevenness(tally(buckets, kept))).toBeLessThan(4);
      }
    },
  );

  it('of a million puts entrants anywhere, wherever they came and whoever came next to them', () => {
    const entrants = 1_000_000;
    const buckets = 100;
    const bucketOf = (place: number) => Math.floor((place * buckets) / entrants);
    const order = drawnOrder(seedOf(0), entrants);
    for (const from of [0, 500_000, 980_000]) {
      const places = upTo(20_000).map((n) => order(from + n));
      expect(unevenness(tally(buckets, places.map(bucketOf)))).toBeLessThan(4);
      const steps = places.slice(1).map((place, n) => (place - (places[n] ?? 0) + entrants) % entrants);
      expect(unevenness(tally(buckets, steps.map(bucketOf)))).toBeLessThan(4);
    }
    for (const entrant of [0, 1, 999, 1000, 999_999]) {
      const places = upTo(5000).map((n) => drawnOrder(seedOf(n), entrants)(entrant));
      expect(unevenness(tally(buckets, places.map(bucketOf)))).toBeLessThan(4);
    }
  });

  it('has nobody keep to their neighbour: of two, either comes first equally often, at any distance', () => {
    for (const entrants of [10, 100, 1000]) {
      for (const other of [1, Math.ceil(Math.sqrt(entrants)), entrants - 1]) {
        const first = upTo(4000).filter((n) => {
          const order = drawnOrder(seedOf(n), entrants);
          return order(0) < order(other);
        });
        expect(unevenness([first.length, 4000 - first.length])).toBeLessThan(4);
      }
    }
  });
});

describe('the seed', () => {
  it('is 32 bytes, another one each time, to which its hash commits', () => {
    const seeds = upTo(100).map(newSeed);
    for (const seed of seeds) expect(seed).toHaveLength(32);
    expect(new Set(seeds.map(commitment)).size).toBe(100);
    expect(commitment(new Uint8Array(32))).toBe('66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925');
  });
});

describe('the numbers of those who were drawn', () => {
  const record = (order: DrawOrder, more: Partial<DrawRecord>): DrawRecord => ({
    draw: 1,
    event: 'opening',
    order,
    seedHash: '',
    committedAt: T0,
    opensAt: T0,
    arrivals: 0,
    seed: null,
    drawnAt: T0,
    entrants: 0,
    base: 0,
    ...more,
  });

  it('are those that follow from the seed, the base and who was there, as a list would have them', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<DrawOrder>('draw', 'arrival'),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 1500 }),
        fc.nat(1_000_000),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (order, there, base, seed) => {
          const bits = new Bits();
          there.forEach((is, index) => {
            if (is) bits.add(index);
          });
          const indexes = there.flatMap((is, index) => (is ? [index] : []));
          const place = order === 'draw' ? drawnOrder(seed, indexes.length) : (entrant: number) => entrant;
          const expected = new Map(indexes.map((index, rank) => [index, base + 1 + place(rank)]));

          const drawn = readDraw({
            record: record(order, {
              arrivals: there.length,
              entrants: indexes.length,
              base,
              seed: Buffer.from(seed).toString('base64url'),
            }),
            there: bits.bytes,
          });
          there.forEach((_, index) => {
            expect(drawnNumber(drawn, index)).toBe(expected.get(index) ?? null);
          });
          const numbers = [...expected.values()].sort((a, b) => a - b);
          expect(numbers).toEqual(indexes.map((_, n) => base + 1 + n));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the test vectors', () => {
  it('are what this computes', () => {
    expect(vectors.algorithm).toBe(DRAW_ALGORITHM);
    for (const { seed, seed_hash, entrants, places } of vectors.draws) {
      const bytes = Buffer.from(seed, 'hex');
      expect(commitment(bytes)).toBe(seed_hash);
      const order = drawnOrder(bytes, entrants);
      expect(places.map(([entrant]) => [entrant, order(entrant)])).toEqual(places);
    }
  });

  it('stand in docs/draw.md, of one seed, as they are', () => {
    const page = readFileSync(join(ROOT, 'docs/draw.md'), 'utf8');
    const [first] = vectors.draws;
    const rows = vectors.draws
      .filter(({ seed }) => seed === first?.seed)
      .flatMap(({ entrants, places }) => places.map(([entrant, place]) => [entrants, entrant, place].join(' ')));
    const told = [...page.matchAll(/^\| +(\d+) +\| +(\d+) +\| +(\d+) +\|$/gm)].map((row) => row.slice(1).join(' '));
    expect(told.length).toBeGreaterThan(20);
    for (const row of told) expect(rows).toContain(row);
    expect(page).toContain(first?.seed_hash);
  });

  const python = spawnSync('python3', ['--version']).status === 0;
  it.skipIf(!python)('are what examples/draw/verify.py computes in Python', () => {
    const said = execFileSync('python3', [join(ROOT, 'examples/draw/verify.py'), VECTORS], { encoding: 'utf8' });
    const count = vectors.draws.reduce((sum, { places }) => sum + places.length, 0);
    expect(said).toBe(`${count} places agree\n`);
  });
});
