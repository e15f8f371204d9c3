import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitTurns } from '#waiting-room/lending/split-turns.ts';

const sharer = (share: number, wants: number, most?: number) => ({ share, least: 0, wants, most });
const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);

/** What each gets of so many splits, one after the other. */
function splits(count: number, turns: number, sharers: Parameters<typeof splitTurns>[1]): number[] {
  let carry: readonly number[] = [];
  const totals = sharers.map(() => 0);
  for (let n = 0; n < count; n++) {
    const split = splitTurns(turns, sharers, carry);
    carry = split.carry;
    for (const [i, part] of split.parts.entries()) totals[i] = (totals[i] ?? 0) + part;
  }
  return totals;
}

describe('turns that are split among lanes', () => {
  it('are shared also where a single one comes at a time', () => {
    expect(splits(100, 1, [sharer(0.7, 50), sharer(0.3, 50)])).toEqual([70, 30]);
    expect(splits(90, 1, [sharer(1 / 3, 50), sharer(1 / 3, 50), sharer(1 / 3, 50)])).toEqual([30, 30, 30]);
  });

  it('go to those who want one, where others do not', () => {
    expect(splits(10, 1, [sharer(0.7, 0), sharer(0.3, 50)])).toEqual([0, 10]);
    expect(splitTurns(10, [sharer(0.7, 50), sharer(0.3, 2)]).parts).toEqual([8, 2]);
  });

  it('become places for newcomers, by the shares, where nobody waits', () => {
    expect(splitTurns(10, [sharer(0.7, 0), sharer(0.3, 0)]).parts).toEqual([7, 3]);
    expect(splitTurns(10, [sharer(0.7, 1, 1), sharer(0.3, 0, 4)]).parts).toEqual([1, 4]);
  });

  it('are all given, and nobody gets more than they want while others wait', () => {
    const sharers = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(20)), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(sharers, fc.array(fc.nat(30), { maxLength: 30 }), (given, rounds) => {
        const among = given.map(([share, wants]) => sharer(share < 0.001 ? 0 : share, wants));
        let carry: readonly number[] = [];
        for (const turns of rounds) {
          const split = splitTurns(turns, among, carry);
          carry = split.carry;
          expect(sum(split.parts)).toBe(turns);
          if (turns <= sum(among.map(({ wants }) => wants))) {
            for (const [i, { wants }] of among.entries()) expect(split.parts[i]).toBeLessThanOrEqual(wants);
          }
          for (const part of split.parts) expect(part).toBeGreaterThanOrEqual(0);
          for (const each of carry) expect(Math.abs(each)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
