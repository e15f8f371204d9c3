import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as pure from '#waiting-room/line/index.ts';
import { arbitraryCourse } from '../store/contract/courses.ts';
import { OPENING, RULES, seconds, T0 } from '../store/contract/room-under-test.ts';
import type { Step } from '../store/contract/steps.ts';

const ALL = { incarnation: 'first', generation: 0, done: 0, withEntrants: true };

/** What a process remembers that sees the line now. */
function checkpointOf(line: pure.Line, at: number): pure.Checkpoint {
  const { view, draws } = pure.viewForMemory(line, ALL, at);
  return { ...view, draws };
}

/** A line that was lost, opened by processes that remember it, one after the other. */
function reopened([first, ...others]: readonly pure.Checkpoint[], at: number): pure.Line {
  const opening = (checkpoint: pure.Checkpoint | null = null) => ({ rules: RULES, incarnation: 'new', checkpoint });
  const line = pure.lineFor(opening(first), 0);
  if (!line) throw new Error('the opening was refused');
  for (const checkpoint of [first, ...others]) pure.open(line, opening(checkpoint), at);
  return line;
}

/** All of its draws but how many may have come unseen. */
const drawsOf = (line: pure.Line) =>
  line.draws.map(({ event, seed, committedAt, drawnAt, base, entrants, released, arrivals, ...draw }) => ({
    ...{ event, seed, committedAt, drawnAt, base, entrants, released },
    there: draw.there && [...draw.there.between(0, arrivals)],
    present: draw.there ? null : [...draw.presence.present.between(0, arrivals)],
    withdrawn: draw.there ? null : [...draw.withdrawn.between(0, arrivals)],
  }));

/** Does the steps, and remembers the line after each of those picked. */
function remembered(rules: pure.Line['rules'], steps: readonly Step[], picked: readonly number[]) {
  const line = pure.newLine(rules, 1, 'first');
  let now = T0;
  const all = steps.map(({ after, ...step }) => {
    now += after;
    pure.perform(line, step.verb, step.input, now);
    return checkpointOf(line, now);
  });
  const checkpoints = picked.flatMap((n) => all[n % Math.max(1, all.length)] ?? []);
  return { checkpoints, last: checkpointOf(line, now), now: Math.max(line.clock, now) };
}

describe('the draws of a lost line', () => {
  it('are the same, in whatever order processes put back what they remember', () => {
    fc.assert(
      fc.property(arbitraryCourse, fc.array(fc.nat(80), { maxLength: 4 }), ({ rules, steps }, picked) => {
        // A place in the line has one draw with entrants, unless events take turns in it.
        const kept = steps.filter(({ verb }) => verb !== 'withdrawDraw');
        const { checkpoints, last, now } = remembered(rules, kept, picked);
        const orders = [
          [last, ...checkpoints],
          [...checkpoints, last],
          [...checkpoints.toReversed(), last],
        ];
        const [one, ...others] = orders.map((order) => drawsOf(reopened(order, now)));
        for (const other of others) expect(other).toEqual(one);
      }),
      { numRuns: 300 },
    );
  });

  it('have every entrant who was present and every result, as if nothing had been lost', () => {
    fc.assert(
      fc.property(arbitraryCourse, ({ rules, steps }) => {
        const { last, now } = remembered(rules, steps, []);
        const draws = pure.viewForMemory(reopened([last], now), { ...ALL, generation: last.generation }, now).draws;
        expect(draws.map(({ arrivals: _, ...draw }) => draw)).toMatchObject(
          (last.draws ?? []).map(({ arrivals: _, there, present, withdrawn, ...draw }) => draw),
        );
        const before = last.draws?.at(-1);
        const after = draws.at(-1);
        if (before?.drawnAt === null && after) expect(after.arrivals).toBeGreaterThanOrEqual(before.arrivals);
        else expect(after?.arrivals).toBe(before?.arrivals);
      }),
      { numRuns: 300 },
    );
  });

  it('leave room for as many entrants as joined in three seconds at the highest rate', () => {
    const line = pure.newLine(RULES, 1, 'first');
    pure.announceDraw(line, OPENING, T0);
    pure.join(
      line,
      Array.from({ length: 200 }, (_, n) => ({ visitor: `v${n}`, claim: false })),
      T0,
    );
    expect(reopened([checkpointOf(line, T0)], T0).draws[0]?.arrivals).toBe(800);
    // A draw that is not open has no entrants yet.
    const early = pure.newLine(RULES, 1, 'first');
    pure.announceDraw(early, { ...OPENING, opensAt: T0 + seconds(60) }, T0);
    expect(reopened([checkpointOf(early, T0)], T0 + 1).draws[0]?.arrivals).toBe(0);
    expect(reopened([checkpointOf(early, T0)], T0 + seconds(60)).draws[0]?.arrivals).toBe(100);
  });
});
