import { describe, expect, test } from 'vitest';
import { shareTurns as share, type Waiting } from '#waiting-room/line/shares.ts';

const NOBODY = { returned: 0, line: 0, unprovenReturned: 0, unprovenLine: 0, unprovenInside: 0 };
/** All unproven ones in line are next, and had the time to prove themselves. */
const shareTurns = (waiting: Omit<Waiting, 'unprovenReached' | 'unprovenSettled'>, ...rest: Rest) =>
  share({ ...waiting, unprovenReached: waiting.unprovenLine, unprovenSettled: waiting.unprovenLine }, ...rest);
type Rest = Parameters<typeof share> extends [Waiting, ...infer R] ? R : never;
const PLACES = { places: 25, size: 0 };

describe('the turns of a raise', () => {
  test.each<[string, Partial<Waiting>, object]>([
    ['go to proven visitors alone where only they wait', { line: 50 }, { line: 25, unprovenLine: 0 }],
    ['go to unproven visitors alone where only they wait', { unprovenLine: 50 }, { line: 0, unprovenLine: 25 }],
    [
      'go to unproven visitors for one in 25 where both wait',
      { line: 50, unprovenLine: 50 },
      { line: 24, unprovenLine: 1 },
    ],
    ['go to everybody where there are enough', { line: 5, unprovenLine: 5 }, { line: 5, unprovenLine: 5 }],
    [
      'go to unproven visitors as far as proven ones leave some',
      { line: 3, unprovenLine: 50 },
      { line: 3, unprovenLine: 22 },
    ],
    ['go to those who came back and those in line alike', { returned: 50, line: 50 }, { returned: 13, line: 12 }],
    [
      'go to unproven ones who came back first',
      { line: 50, unprovenReturned: 5, unprovenLine: 50 },
      { unprovenReturned: 1 },
    ],
  ])('%s', (_what, waiting, shares) => {
    expect(shareTurns({ ...NOBODY, ...waiting }, PLACES, 0, false)).toMatchObject(shares);
  });

  test('go to unproven visitors for one in 25 in the long run, one place at a time', () => {
    let [saved, unproven] = [0, 0];
    for (let turn = 0; turn < 2500; turn++) {
      const shares = shareTurns({ ...NOBODY, line: 50, unprovenLine: 50 }, { places: 1, size: 0 }, saved, false);
      saved = shares.saved;
      unproven += shares.unprovenLine;
    }
    expect(unproven).toBeGreaterThanOrEqual(99);
    expect(unproven).toBeLessThanOrEqual(101);
  });

  test('go to twenty unproven visitors one after the other in a new line', () => {
    let saved = 0;
    for (let turn = 0; turn < 20; turn++) {
      const shares = shareTurns({ ...NOBODY, line: 50, unprovenLine: 20 - turn }, { places: 1, size: 0 }, saved, false);
      expect(shares.unprovenLine).toBe(1);
      saved = shares.saved;
    }
    expect(
      shareTurns({ ...NOBODY, line: 50, unprovenLine: 20 }, { places: 1, size: 0 }, saved, false).unprovenLine,
    ).toBe(1);
  });

  test('go to twenty unproven visitors one after the other, after many came and 500 turns of others', () => {
    let { saved } = shareTurns({ ...NOBODY, line: 50, unprovenLine: 50 }, { places: 1, size: 0 }, 0, false);
    for (let turn = 0; turn < 500; turn++)
      saved = shareTurns({ ...NOBODY, line: 50 }, { places: 1, size: 0 }, saved, false).saved;
    for (let turn = 0; turn < 20; turn++) {
      const shares = shareTurns({ ...NOBODY, line: 50, unprovenLine: 20 - turn }, { places: 1, size: 0 }, saved, false);
      expect(shares.unprovenLine).toBe(1);
      saved = shares.saved;
    }
  });

  test.each([
    [0, 3],
    [9, 1],
    [10, 0],
    [70, 0],
  ])('go to unproven visitors up to one in 25 of the places, of which they have %i', (unprovenInside, unprovenLine) => {
    const waiting = { ...NOBODY, line: 100, unprovenLine: 50, unprovenInside };
    expect(shareTurns(waiting, { places: 75, size: 250 }, 0, false)).toMatchObject({ unprovenLine });
  });

  test('go to unproven visitors beyond that while no proven one waits', () => {
    const waiting = { ...NOBODY, unprovenLine: 50, unprovenInside: 240 };
    expect(shareTurns(waiting, { places: 5, size: 250 }, 0, false)).toMatchObject({ unprovenLine: 5 });
  });

  test('cost unproven visitors nothing while those with a turn are proven', () => {
    const waiting = { ...NOBODY, line: 50, unprovenLine: 20, unprovenReached: 0, unprovenSettled: 20 };
    expect(share(waiting, { places: 5, size: 0 }, -100, false)).toMatchObject({ line: 5, unprovenLine: 0, saved: -95 });
  });

  test('go to few who wait without a proof, however many only just came', () => {
    const waiting = { ...NOBODY, line: 50, unprovenLine: 90, unprovenReached: 3, unprovenSettled: 20 };
    expect(share(waiting, { places: 5, size: 0 }, 0, false)).toMatchObject({ line: 2, unprovenLine: 3 });
    expect(share({ ...waiting, unprovenSettled: 21 }, { places: 5, size: 0 }, 0, false).unprovenLine).toBe(1);
  });
});
