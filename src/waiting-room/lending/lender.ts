/** Carries out what lines that share a size should have. Any number of processes may, at any time. */
import type { LineId } from '../lanes.ts';
import type { LineView } from '../line/counters.ts';
import type { LineRules, SharedSize } from '../line-rules.ts';
import type { LineStore } from '../ports/line.ts';
import { nextLendingStep } from './allotments.ts';
import { allotmentOf, readRecord, sharedSizeOf, writeRecord } from './record.ts';

/** Lines that share a size. */
export interface Pool {
  /** The line whose note is the record. */
  readonly keeper: LineId;
  /** Infinity for no limit. */
  readonly size: number;
  readonly members: readonly PoolMember[];
}

export interface PoolMember {
  readonly line: LineId;
  readonly share: number;
  /** More than these the line never gets. Unlimited by default. */
  readonly most?: number | undefined;
  /** The rules of the line with what it has of the size. */
  rules(shared: SharedSize): LineRules;
}

export type LineViews = ReadonlyMap<LineId, LineView>;

/** Views of the keeper and of all members in; the same out, as they are after the last step. */
export type Lend = (pool: Pool, views: LineViews) => Promise<LineViews>;

/** The most steps at once: shrinking and growing take four. What is left is for the next time. */
const STEPS = 8;

export function createLend(line: Pick<LineStore, 'view' | 'note' | 'configure'>, now: () => number): Lend {
  async function look(lines: Iterable<LineId>): Promise<LineViews> {
    return new Map(await Promise.all([...lines].map(async (id) => [id, await line.view(id, now())] as const)));
  }

  /** Whether there was a step to take. */
  async function takeStep({ keeper, size, members }: Pool, views: LineViews): Promise<boolean> {
    const note = views.get(keeper)?.notes.allotments ?? '';
    const lines = members.flatMap(({ line: id, share, most }) => {
      const view = views.get(id);
      if (!view) return [];
      const { inside, held, counters, mode } = view;
      // Where nobody is let in, no place is needed.
      const demand = mode === 'queue' || mode === 'passthrough' ? counters.present : 0;
      return [{ id, share, most, allotment: allotmentOf(view), used: inside + held, demand }];
    });
    const step = nextLendingStep(readRecord(note), lines, size, now());
    if (!step) return false;
    if ('record' in step) {
      await line.note(keeper, { name: 'allotments', value: writeRecord(step.record), from: note }, now());
      return true;
    }
    await Promise.all(
      members.map(async ({ line: id, rules }) => {
        const allotment = step.apply[id];
        if (allotment) await line.configure(id, rules(sharedSizeOf(allotment)), now());
      }),
    );
    return true;
  }

  return async (pool, views) => {
    let seen = views;
    for (let step = 0; step < STEPS; step++) {
      if (!(await takeStep(pool, seen))) return seen;
      seen = await look(seen.keys());
    }
    return seen;
  };
}
