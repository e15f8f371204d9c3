import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineView } from '#support/line-view.ts';
import { aheadCurve, peopleAhead } from '#waiting-room/ahead.ts';
import { Bits } from '#waiting-room/line/bits.ts';
import type { LineView } from '#waiting-room/line/counters.ts';

interface Crowd {
  readonly queue: number;
  readonly serving: number;
  readonly present: ReadonlySet<number>;
  /** Present visitors who rejoined at the front. */
  readonly returned: number;
}

/** The view of a crowd as a store returns it: bits from a multiple of 8 on, cut off after the last 1. */
function viewOf({ queue, serving, present, returned }: Crowd): LineView {
  const bits = new Bits();
  for (const number of present) bits.add(number);
  const unserved = [...present].filter((number) => number > serving).length;
  return lineView({
    counters: { queue, serving, waiting: Math.max(0, queue - serving) + returned, present: unserved + returned },
    present: bits.slice(serving, queue),
    presentFrom: serving & ~7,
  });
}

/** Counts one by one. */
function naive({ queue, serving, present, returned }: Crowd, number: number): number {
  if (number <= serving) return 0;
  let ahead = returned;
  for (let other = serving + 1; other < number; other++) if (other > queue || present.has(other)) ahead += 1;
  return ahead;
}

const crowds: fc.Arbitrary<Crowd> = fc
  .record({ queue: fc.nat({ max: 3_000 }), serving: fc.nat({ max: 3_000 }), returned: fc.nat({ max: 5 }) })
  .chain(({ queue, serving, returned }) =>
    fc.record({
      queue: fc.constant(queue),
      serving: fc.constant(serving),
      returned: fc.constant(returned),
      present: fc
        .uniqueArray(fc.integer({ min: 1, max: Math.max(1, queue) }), { maxLength: 600 })
        .map((numbers) => new Set(numbers.filter((number) => number <= queue))),
    }),
  );

const full = (queue: number, serving: number): Crowd => ({
  queue,
  serving,
  returned: 0,
  present: new Set(Array.from({ length: queue }, (_, i) => i + 1)),
});

describe('people ahead', () => {
  test('are counted exactly, for every number of every line', () => {
    fc.assert(
      fc.property(crowds, fc.array(fc.integer({ min: 1, max: 3_600 }), { minLength: 1 }), (crowd, numbers) => {
        const ahead = peopleAhead(viewOf(crowd));
        for (const number of numbers) expect(ahead(number)).toBe(naive(crowd, number));
      }),
      { numRuns: 300 },
    );
  });

  test.each([0, 1, 7, 8, 9, 511, 512, 513, 1024])(
    'are right at every number of a full line, with %i served',
    (serving) => {
      const crowd = full(1_600, serving);
      const ahead = peopleAhead(viewOf(crowd));
      for (let number = 1; number <= 1_610; number++) expect(ahead(number)).toBe(naive(crowd, number));
    },
  );

  test('are none in an empty line', () => {
    expect(peopleAhead(viewOf(full(0, 0)))(1)).toBe(0);
  });

  test('are none for the next newcomer of a line with credits', () => {
    expect(peopleAhead(viewOf(full(3, 10)))(4)).toBe(0);
  });
});

describe('the shared curve', () => {
  test('has at most 32 ascending points, from the first unserved number to the next one to be issued', () => {
    fc.assert(
      fc.property(crowds, (crowd) => {
        const view = viewOf(crowd);
        const curve = aheadCurve(view, peopleAhead(view));
        expect(curve.length).toBeLessThanOrEqual(32);
        expect(curve[0]?.[0]).toBe(crowd.serving + 1);
        expect(curve.at(-1)?.[0]).toBe(Math.max(crowd.serving, crowd.queue) + 1);
        for (const [number, ahead] of curve) expect(ahead).toBe(naive(crowd, number));
        for (let i = 1; i < curve.length; i++) {
          expect(curve[i]?.[0]).toBeGreaterThan(curve[i - 1]?.[0] ?? 0);
          expect(curve[i]?.[1]).toBeGreaterThanOrEqual(curve[i - 1]?.[1] ?? 0);
        }
      }),
    );
  });

  test('is exact between its points, too, if everybody is present', () => {
    const crowd = full(10_000, 2_345);
    const view = viewOf(crowd);
    const curve = aheadCurve(view, peopleAhead(view));
    for (const number of [2_346, 3_000, 5_555, 9_999, 10_000]) {
      const at = curve.findIndex(([point]) => point >= number);
      const [x1, y1] = curve[at] ?? [0, 0];
      const [x0, y0] = curve[at - 1] ?? [x1 - 1, y1];
      expect(Math.round(y0 + ((number - x0) * (y1 - y0)) / (x1 - x0))).toBe(naive(crowd, number));
    }
  });
});
