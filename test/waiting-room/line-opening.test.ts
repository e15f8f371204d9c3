import { describe, expect, it } from 'vitest';
import * as pure from '#waiting-room/line/index.ts';
import type { LineRules } from '#waiting-room/line-rules.ts';
import { RULES, T0 } from '../store/contract/room-under-test.ts';

const NONE = { queue: 0, serving: 0, waiting: 0, present: 0, claimed: 0, active: 0 };
const NO_ENDS = { completed: 0, abandoned: 0, expired: 0 };

function checkpoint(
  counters: Partial<pure.Checkpoint['counters']>,
  more: Partial<pure.Checkpoint> = {},
): pure.Checkpoint {
  return {
    incarnation: 'first',
    generation: 1,
    counters: { ...NONE, ...NO_ENDS, ...counters },
    turns: 0,
    joinPeak: 0,
    alarm: false,
    inletState: '',
    notes: { signal: '', meter: '', told: '', allotments: '' },
    ...more,
  };
}

/** A line that was lost, opened from what a process saw of it. */
function reopened(seen: pure.Checkpoint, rules: Partial<LineRules> = {}): pure.Line {
  const opening = { rules: { ...RULES, ...rules }, incarnation: 'new', checkpoint: seen };
  const line = pure.lineFor(opening, 0);
  if (!line) throw new Error('the opening was refused');
  pure.open(line, opening, T0);
  return line;
}

const holder = (number: number) => ({ incarnation: 'first', generation: 1, number, visitor: `v${number}` });
const numbers = (line: pure.Line, count: number) => {
  const entrants = Array.from({ length: count }, (_, n) => ({ visitor: `n${n}`, claim: true }));
  return pure.join(line, entrants, T0)?.map(({ number }) => number);
};

describe('a line that is opened from a checkpoint', () => {
  it('moves on past three seconds of the highest rate of joins, and past a hundred numbers at least', () => {
    expect(numbers(reopened(checkpoint({ queue: 50 })), 1)).toEqual([151]);
    expect(numbers(reopened(checkpoint({ queue: 50 }, { joinPeak: 200 })), 1)).toEqual([651]);
  });

  it('takes over how far jumps of clocks had moved its time, which the state of its inlet goes by', () => {
    const line = reopened(checkpoint({ queue: 3 }, { shifted: -3_600_000, inletState: 'rate {}' }));
    expect(line).toMatchObject({ shifted: -3_600_000, inletState: 'rate {}' });
    expect(reopened(checkpoint({ queue: 3 })).shifted).toBe(0);
  });

  it('counts numbers of the gap neither as waiting nor in a raise, until a ticket proves them', () => {
    const line = reopened(checkpoint({ queue: 3 }));
    numbers(line, 2);
    expect(pure.counters(line)).toMatchObject({ queue: 105, waiting: 5 });
    pure.claim(line, holder(7), T0);
    expect(pure.counters(line)).toMatchObject({ queue: 105, waiting: 6 });
    // 1, 2, 3, 7 and, beyond the rest of the gap, the first newcomer.
    pure.raise(line, { numbers: 5 }, T0);
    expect(line.serving).toBe(104);
    pure.raise(line, { numbers: -2 }, T0);
    expect(line.serving).toBe(6);
  });

  it('sends to the front a number that had been served, and gives it the next free place', () => {
    const line = reopened(checkpoint({ queue: 10, serving: 4 }));
    expect(pure.place(line, holder(3), T0)).toEqual({ state: 'returned' });
    expect(pure.claim(line, holder(3), T0)).toEqual({ state: 'returned' });
    pure.raise(line, { people: 1 }, T0);
    expect(pure.claim(line, holder(3), T0)).toMatchObject({ state: 'admitted', first: true });
  });

  it('moves on to a number that a ticket proves above the counter, but not for a line without an incarnation', () => {
    const line = reopened(checkpoint({ queue: 10 }));
    expect(pure.claim(line, holder(500), T0)).toEqual({ state: 'waiting' });
    expect(numbers(line, 1)).toEqual([501]);
    const bare = pure.newLine(RULES);
    expect(pure.claim(bare, { ...holder(500), incarnation: '' }, T0)).toEqual({ state: 'stale' });
  });

  it('keeps the places of the admissions that were seen, for an admission lifetime', () => {
    const line = reopened(checkpoint({ queue: 20, serving: 8, claimed: 8, active: 5 }), { size: 6 });
    expect(pure.counters(line)).toMatchObject({ active: 5, claimed: 8 });
    for (let number = 9; number <= 20; number++) pure.claim(line, holder(number), T0);
    pure.recordHeartbeats(line, { incarnation: 'first', generation: 1, numbers: [9, 10, 11] }, T0);
    pure.raise(line, { people: 100 }, T0);
    expect(line.held).toBe(1);
    const later = T0 + RULES.lifetime;
    pure.view(line, later);
    expect(pure.counters(line).active).toBe(0);
    // They had no name, so that there is no end to report.
    expect(pure.takeExpired(line, 10, later)).toEqual([]);
  });

  it('takes the greater of each counter of two checkpoints, in either order', () => {
    const [one, other] = [checkpoint({ queue: 40, serving: 9 }), checkpoint({ queue: 300, serving: 4 })];
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      const line = reopened(first);
      pure.open(line, { rules: RULES, incarnation: 'new', checkpoint: second }, T0);
      expect(line).toMatchObject({ incarnation: 'first', serving: 9, heartbeatsSince: T0 });
      expect(line.queue).toBeGreaterThanOrEqual(400);
    }
  });
});

it('a tombstone refuses a checkpoint from before the deletion, and gives a new line the next generation', () => {
  const opening = { rules: RULES, incarnation: 'new', checkpoint: checkpoint({ queue: 5 }) };
  expect(pure.lineFor(opening, 1)).toBeNull();
  expect(pure.lineFor({ ...opening, checkpoint: null }, 1)).toMatchObject({ generation: 2, incarnation: 'new' });
});

it('visitors of admissions that expired are handed out once, longest first', () => {
  const line = pure.newLine(RULES);
  pure.raise(line, { numbers: 3 }, T0);
  for (const [n, visitor] of ['c', 'a', 'b'].entries()) pure.join(line, [{ visitor, claim: true }], T0 + n);
  const later = T0 + RULES.lifetime + 10;
  expect(pure.view(line, later).expiredAdmissions).toBe(3);
  expect(pure.takeExpired(line, 2, later)).toEqual(['c', 'a']);
  expect(pure.takeExpired(line, 2, later)).toEqual(['b']);
  expect(pure.takeExpired(line, 2, later)).toEqual([]);
});
