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
  it('has what was added and not deleted', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), number)), number, (changes, asked) => {
        const bits = new Bits();
        const set = new Set<number>();
        for (const [add, n] of changes) {
          if (add) {
            bits.add(n);
            set.add(n);
          } else {
            bits.delete(n);
            set.delete(n);
          }
        }
        expect(bits.has(asked)).toBe(set.has(asked));
        expect(listed(bits)).toEqual(sorted(set));
      }),
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
