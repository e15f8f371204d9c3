import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divide, type Sharer } from '#waiting-room/lending/divide.ts';

const sharer = (share: number, wants = 0, least = 0, most?: number): Sharer => ({ share, least, wants, most });
const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);

describe('what each sharer gets', () => {
  it.each([
    ['its share, where all want more', 100, [sharer(0.7, 500), sharer(0.3, 500)], [70, 30]],
    ['its share, where nobody wants any', 100, [sharer(0.7), sharer(0.3)], [70, 30]],
    ['the whole part of its share, and the first one the rest', 10, [sharer(0.65), sharer(0.35)], [7, 3]],
    ['what another one does not want', 100, [sharer(0.7, 500), sharer(0.3, 10)], [90, 10]],
    [
      'what the others do not want, by the shares',
      100,
      [sharer(0.5, 0), sharer(0.3, 500), sharer(0.2, 500)],
      [0, 60, 40],
    ],
    ['no less than it has in use', 100, [sharer(0.7, 500, 0), sharer(0.3, 60, 60)], [40, 60]],
    ['a part of what it has in use, where all use too much', 50, [sharer(0.5, 80, 80), sharer(0.5, 40, 40)], [25, 25]],
    ['no more than its most', 100, [sharer(0.7, 50, 0, 60), sharer(0.3, 10, 0, 20)], [60, 20]],
    [
      'nothing without a share, where the others want all',
      100,
      [sharer(0, 50), sharer(0.5, 500), sharer(0.5, 500)],
      [0, 50, 50],
    ],
    ['what the others leave, without a share', 100, [sharer(0, 50), sharer(0.5, 30), sharer(0.5, 30)], [40, 30, 30]],
    ['the whole of its share in spite of rounding', 100, [sharer(0.71, 500), sharer(0.29, 500)], [71, 29]],
    ['nothing of a size below its share', 1, [sharer(0.7, 5), sharer(0.3, 5)], [1, 0]],
  ])('is %s', (_, total, sharers, expected) => {
    expect(divide(total, sharers)).toEqual(expected);
  });

  it('is no limit, where the total is none', () => {
    expect(divide(Number.POSITIVE_INFINITY, [sharer(0.7, 5), sharer(0.3, 5)])).toEqual([Infinity, Infinity]);
  });

  const total = fc.integer({ min: 0, max: 1_000_000 });
  const sharers = fc.array(
    fc
      .record({
        share: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1, noNaN: true })),
        least: fc.integer({ min: 0, max: 1000 }),
        more: fc.integer({ min: 0, max: 100_000 }),
        room: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
      })
      .map(({ share, least, more, room }) => ({
        share,
        least,
        wants: least + more,
        most: room === undefined ? undefined : least + more + room,
      })),
    { minLength: 1, maxLength: 8 },
  );

  it('is whole, and the sum never above the total', () => {
    fc.assert(
      fc.property(total, sharers, (of, among) => {
        const parts = divide(of, among);
        expect(sum(parts)).toBeLessThanOrEqual(of);
        for (const [i, part] of parts.entries()) {
          expect(Number.isInteger(part)).toBe(true);
          expect(part).toBeLessThanOrEqual(among[i]?.most ?? Infinity);
          expect(part).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('leaves nothing while one wants more, and takes nothing from what is in use', () => {
    fc.assert(
      fc.property(total, sharers, (of, among) => {
        const parts = divide(of, among);
        const used = sum(among.map(({ least }) => least));
        const wanted = sum(among.map(({ wants }) => wants));
        const most = sum(among.map((each) => each.most ?? Infinity));
        expect(sum(parts)).toBe(Math.min(of, most));
        if (used > of) return;
        for (const [i, { least, wants }] of among.entries()) {
          expect(parts[i]).toBeGreaterThanOrEqual(least);
          if (wanted <= of) expect(parts[i]).toBeGreaterThanOrEqual(wants);
        }
      }),
    );
  });

  it('is at least the whole part of the share for all who want it, where nobody uses more than a share', () => {
    fc.assert(
      fc.property(total, sharers, (of, among) => {
        const shares = sum(among.map(({ share }) => share));
        if (shares === 0) return;
        const base = (share: number) => Math.floor((share / shares) * of - 1e-6);
        const fair = among.map((each) => ({ ...each, least: Math.max(0, Math.min(each.least, base(each.share))) }));
        const parts = divide(of, fair);
        for (const [i, { share, wants }] of fair.entries()) {
          expect(parts[i]).toBeGreaterThanOrEqual(Math.min(wants, base(share)));
        }
      }),
    );
  });
});
