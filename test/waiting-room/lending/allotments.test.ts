import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Allotment,
  type Allotments,
  type LendingStep,
  nextLendingStep,
  type SharingLine,
} from '#waiting-room/lending/allotments.ts';

const SHARES = [0.5, 0.3, 0.2];
const SIZE = 20;

interface ModelLine {
  readonly id: string;
  readonly share: number;
  allotment: Allotment;
  used: number;
  demand: number;
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);

/** Lines, their record, and messages of processes that are still on their way. */
function newWorld(size: number) {
  const lines: ModelLine[] = SHARES.map((share, i) => ({
    id: `${i}`,
    share,
    allotment: { size: i === 0 ? size : 0, version: 0 },
    used: 0,
    demand: 0,
  }));
  const world = { record: null as Allotments | null, lines, messages: [] as (() => void)[], largest: size };

  /** As a line does: it ignores an allotment that is older than its own. */
  const give = (line: ModelLine, allotment: Allotment) => {
    if (allotment.version > line.allotment.version) line.allotment = allotment;
  };
  /** A process that looks at one line after the other, then sends what it decided, and waits for nothing. */
  const newProcess = () => {
    let seen: SharingLine[] = [];
    let read: Allotments | null = null;
    return (of: number, now: number) => {
      if (seen.length === 0) read = world.record;
      const next = lines[seen.length];
      if (next) {
        seen.push({ ...next });
        return;
      }
      const step = nextLendingStep(read, seen, of, now);
      const expected = read;
      seen = [];
      if (step && 'record' in step) {
        world.messages.push(() => {
          if (world.record === expected) world.record = step.record;
        });
      } else if (step) {
        for (const line of lines) {
          const allotment = step.apply[line.id];
          if (allotment) world.messages.push(() => give(line, allotment));
        }
      }
    };
  };
  return { ...world, world, processes: [newProcess(), newProcess()], give };
}

/** Serves those who want a place, as far as the line's allotment goes. */
function admit(line: ModelLine): void {
  const served = Math.max(0, Math.min(line.demand, line.allotment.size - line.used));
  line.used += served;
  line.demand -= served;
}

type Action =
  | { readonly kind: 'tick'; readonly process: number }
  | { readonly kind: 'deliver'; readonly message: number }
  | { readonly kind: 'join' | 'leave'; readonly line: number; readonly count: number }
  | { readonly kind: 'admit'; readonly line: number };

const line = fc.nat({ max: SHARES.length - 1 });
const count = fc.integer({ min: 1, max: 15 });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('tick' as const), process: fc.nat({ max: 1 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('deliver' as const), message: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('join' as const, 'leave' as const), line, count }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('admit' as const), line }) },
);

function act({ world, processes }: ReturnType<typeof newWorld>, each: Action, size: number, now: number): void {
  if (each.kind === 'tick') processes[each.process]?.(size, now);
  else if (each.kind === 'deliver') {
    const [message] = world.messages.splice(each.message % Math.max(1, world.messages.length), 1);
    message?.();
  } else {
    const of = world.lines[each.line] as ModelLine;
    if (each.kind === 'join') of.demand += each.count;
    else if (each.kind === 'leave') of.used = Math.max(0, of.used - each.count);
    else admit(of);
  }
}

/** Takes steps, and serves, until nothing changes any more. */
function settleDown({ world, give }: ReturnType<typeof newWorld>, size: number): void {
  for (const message of world.messages.splice(0)) message();
  for (let round = 0; round < 50; round++) {
    world.lines.forEach(admit);
    const step: LendingStep = nextLendingStep(world.record, world.lines, size, 0);
    if (!step) return;
    if ('record' in step) world.record = step.record;
    else for (const of of world.lines) if (step.apply[of.id]) give(of, step.apply[of.id] as Allotment);
  }
  throw new Error('the steps do not end');
}

describe('two processes that lend at once, whose messages arrive at any time', () => {
  const runs = fc.array(action, { minLength: 1, maxLength: 400 });

  it('never give lines more than the size together, or less than what is inside', () => {
    fc.assert(
      fc.property(runs, (actions) => {
        const all = newWorld(SIZE);
        for (const [now, each] of actions.entries()) {
          act(all, each, SIZE, now);
          expect(sum(all.lines.map(({ allotment }) => allotment.size))).toBeLessThanOrEqual(SIZE);
          expect(sum(all.lines.map(({ allotment, used }) => Math.max(allotment.size, used)))).toBeLessThanOrEqual(SIZE);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('leave no place idle that anybody wants, and give each line its share in the end', () => {
    fc.assert(
      fc.property(runs, (actions) => {
        const all = newWorld(SIZE);
        for (const [now, each] of actions.entries()) act(all, each, SIZE, now);
        settleDown(all, SIZE);
        const used = sum(all.lines.map((each) => each.used));
        const demand = sum(all.lines.map((each) => each.demand));
        if (demand > 0) expect(used).toBe(SIZE);
        expect(sum(all.lines.map(({ allotment }) => allotment.size))).toBe(SIZE);
        // All visitors leave in time. Those who wait then get the shares of their lines.
        for (const of of all.lines) [of.used, of.demand] = [0, 0];
        settleDown(all, SIZE);
        for (const of of all.lines) of.demand = 100;
        settleDown(all, SIZE);
        expect(all.lines.map((each) => each.used)).toEqual([10, 6, 4]);
      }),
    );
  });

  it('keep to a size that changes, as soon as so many have left', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(action, fc.constantFrom(5, 12, 20)), { maxLength: 300 }), (actions) => {
        const all = newWorld(SIZE);
        for (const [now, [each, size]] of actions.entries()) {
          act(all, each, size, now);
          expect(sum(all.lines.map(({ allotment }) => allotment.size))).toBeLessThanOrEqual(SIZE);
        }
        settleDown(all, 5);
        for (const of of all.lines) [of.used, of.demand] = [0, 0];
        settleDown(all, 5);
        expect(sum(all.lines.map(({ allotment }) => allotment.size))).toBe(5);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a record that was lost, or that lines have lost', () => {
  const lineOf = (id: string, share: number, size: number, version: number, used = 0): SharingLine => ({
    ...{ id, share, used, demand: 0 },
    allotment: { size, version },
  });

  it('begins with what the lines have, as far as it is not more than their shares', () => {
    const lines = [lineOf('a', 0.7, 100, 5), lineOf('b', 0.3, 40, 7)];
    expect(nextLendingStep(null, lines, 100, 1000)).toEqual({
      record: { a: { size: 70, version: 1001 }, b: { size: 30, version: 1001 } },
    });
  });

  it('begins again where a line has a later allotment', () => {
    const record = { a: { size: 70, version: 3 }, b: { size: 30, version: 3 } };
    const lines = [lineOf('a', 0.7, 60, 4), lineOf('b', 0.3, 30, 3)];
    expect(nextLendingStep(record, lines, 100, 1000)).toEqual({
      record: { a: { size: 60, version: 1001 }, b: { size: 30, version: 1001 } },
    });
  });

  it('lets no line grow by a record from before others took the places', () => {
    const record = { a: { size: 60, version: 3 }, b: { size: 40, version: 3 } };
    const lines = [lineOf('a', 0.7, 60, 3, 90), lineOf('b', 0.3, 0, 0)];
    expect(nextLendingStep(record, lines, 100, 1000)).toEqual({
      record: { a: { size: 60, version: 1001 }, b: { size: 0, version: 1001 } },
    });
  });

  it('takes the limit of a size from lines without one', () => {
    const none = Number.POSITIVE_INFINITY;
    const record = { a: { size: none, version: 3 }, b: { size: none, version: 3 } };
    const lines = [lineOf('a', 0.7, none, 3), lineOf('b', 0.3, none, 3)];
    expect(nextLendingStep(record, lines, none, 1000)).toBeNull();
    expect(nextLendingStep(record, lines, 10, 1000)).toEqual({
      record: { a: { size: 7, version: 1001 }, b: { size: 3, version: 1001 } },
    });
  });
});
