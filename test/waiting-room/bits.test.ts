import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bits } from '#waiting-room/line/bits.ts';

const MAX = 1100;
const number = fc.oneof(fc.nat(40), fc.nat(MAX));
const bitsOf = (numbers: Iterable<number>) => {
  const bits = new Bits();
  for (const n of numbers) bits.add(n);
  return bits;
};
const listed = (bits: Bits) => [...bits.between(0, MAX * 2)];
const sorted = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b);
const within = (numbers: Iterable<number>, from: number, to: number) =>
  sorted(numbers).filter((n) => n >= from && n <= to);

/** A set of numbers, and a range that may be empty or reach beyond them. */
const setAndRange = fc.tuple(fc.uniqueArray(number), number, number);

describe('Bits, compared with a Set', () => {
  it('has what was added and not deleted, and finds the next after each change', () => {
    const change = fc.tuple(fc.constantFrom('add', 'delete', 'add range', 'clear', 'add all'), number, fc.nat(30));
    fc.assert(
      fc.property(fc.array(change), number, (changes, asked) => {
        const bits = new Bits();
        const set = new Set<number>();
        for (const [kind, n, more] of changes) {
          const range = Array.from({ length: more + 1 }, (_, i) => n + i);
          if (kind === 'add') bits.add(n);
          else if (kind === 'delete') bits.delete(n);
          else if (kind === 'add range') bits.addRange(n, n + more);
          else if (kind === 'clear') bits.clear(n, n + more);
          else bits.addAll(bitsOf(range));
          const changed = kind === 'add' || kind === 'delete' ? [n] : range;
          for (const each of changed) kind.startsWith('add') ? set.add(each) : set.delete(each);
          for (const from of [0, asked]) expect(bits.nth(1, from)).toBe(within(set, from, MAX * 2)[0] ?? -1);
        }
        expect(bits.has(asked)).toBe(set.has(asked));
        expect(listed(bits)).toEqual(sorted(set));
      }),
    );
  });

  it('counts what it has in common with another, and finds what it has and the other has or has not', () => {
    fc.assert(
      fc.property(
        setAndRange,
        fc.uniqueArray(number),
        fc.integer({ min: 1, max: 9 }),
        ([numbers, from, to], others, k) => {
          const [bits, set] = [bitsOf(numbers), bitsOf(others)];
          const common = numbers.filter((n) => others.includes(n));
          const alone = numbers.filter((n) => !others.includes(n));
          expect(bits.countCommon(set, from, to)).toBe(within(common, from, to).length);
          expect(bits.nth(k, from, { set, isCommon: true })).toBe(within(common, from, MAX)[k - 1] ?? -1);
          expect(bits.nth(k, from, { set, isCommon: false })).toBe(within(alone, from, MAX)[k - 1] ?? -1);
        },
      ),
    );
  });

  it('counts and lists what is in a range, both ends included', () => {
    fc.assert(
      fc.property(setAndRange, ([numbers, from, to]) => {
        const bits = bitsOf(numbers);
        expect(bits.count(from, to)).toBe(within(numbers, from, to).length);
        expect([...bits.between(from, to)]).toEqual(within(numbers, from, to));
      }),
    );
  });

  it('finds the kth from a number on', () => {
    fc.assert(
      fc.property(setAndRange, fc.integer({ min: 1, max: 20 }), ([numbers, from], k) => {
        expect(bitsOf(numbers).nth(k, from)).toBe(within(numbers, from, MAX)[k - 1] ?? -1);
      }),
    );
  });

  it('deletes what another one has, and nothing else', () => {
    fc.assert(
      fc.property(fc.uniqueArray(number), fc.uniqueArray(number), (numbers, gone) => {
        const [bits, others] = [bitsOf(numbers), bitsOf(gone)];
        bits.deleteAll(others);
        expect(listed(bits)).toEqual(sorted(numbers.filter((n) => !gone.includes(n))));
        expect(listed(others)).toEqual(sorted(gone));
      }),
    );
  });

  it('clears a range and nothing beside it', () => {
    fc.assert(
      fc.property(setAndRange, ([numbers, from, to]) => {
        const bits = bitsOf(numbers);
        bits.clear(from, to);
        expect(listed(bits)).toEqual(sorted(numbers).filter((n) => n < from || n > to));
      }),
    );
  });

  it('adds what another has in a range', () => {
    fc.assert(
      fc.property(setAndRange, fc.uniqueArray(number), ([numbers, from, to], own) => {
        const bits = bitsOf(own);
        bits.addAll(bitsOf(numbers), from, to);
        expect(listed(bits)).toEqual(sorted(new Set([...own, ...within(numbers, from, to)])));
        const all = bitsOf(own);
        all.addAll(bitsOf(numbers));
        expect(listed(all)).toEqual(sorted(new Set([...own, ...numbers])));
      }),
    );
  });

  it('adds a whole range and nothing beside it', () => {
    fc.assert(
      fc.property(setAndRange, ([numbers, from, to]) => {
        const bits = bitsOf(numbers);
        bits.addRange(from, to);
        const range = Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
        expect(listed(bits)).toEqual(sorted(new Set([...numbers, ...range])));
      }),
    );
  });

  it('gives a slice whose first bit is the byte’s first number', () => {
    fc.assert(
      fc.property(setAndRange, ([numbers, from, to]) => {
        const slice = new Bits(bitsOf(numbers).slice(from, to));
        const start = from & ~7;
        for (let n = from; n <= to; n++) expect(slice.has(n - start)).toBe(numbers.includes(n));
      }),
    );
  });

  it('keeps the most significant bit first, as Redis does', () => {
    expect(bitsOf([0, 7, 9]).bytes.subarray(0, 2)).toEqual(Uint8Array.of(0b1000_0001, 0b0100_0000));
  });
});
