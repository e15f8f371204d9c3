import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RememberedDraw } from '#waiting-room/line/index.ts';
import { arbitraryLossyCourse, arbitraryUndoneReset } from './courses.ts';
import { openModel } from './model.ts';
import type { Ports } from './room-under-test.ts';
import { freshId, presentNumbers, RULES, T0, thereAt } from './room-under-test.ts';
import type { Answer, Course } from './steps.ts';
import { play, VIEW } from './steps.ts';

const RUNS = Number(process.env.RUNS ?? 100);

/** A silent visitor, of whom no window has a heartbeat any longer, and one who becomes absent. */
const silentVisitor: Course = {
  incarnation: '',
  rules: { ...RULES, presenceTimeout: 1000 },
  steps: [
    { verb: 'join', after: 0, input: [{ visitor: 'v1', claim: false }] },
    { verb: 'recordHeartbeats', after: 0, input: { generation: 1, numbers: [1], lasting: true } },
    { verb: 'join', after: 2000, input: [{ visitor: 'v2', claim: false }] },
    { verb: 'view', after: 900, input: null },
    { verb: 'raise', after: 0, input: { people: 0 } },
    { verb: 'raise', after: 500, input: { people: 0 } },
  ],
};

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

/** Heartbeats of many numbers that follow each other: used up, forfeited, served, proven and not, and never issued. */
const crowd: Course = {
  incarnation: '',
  rules: { ...RULES, presenceTimeout: 20_000, challenge: true, unprovenPerAddress: 20, presentFromJoin: false },
  steps: [
    {
      verb: 'join',
      after: 0,
      input: upTo(45).map((n) => ({ visitor: `v${n}`, claim: false, proven: n % 7 === 0, address: 'a' })),
    },
    { verb: 'recordHeartbeats', after: 0, input: { generation: 1, numbers: upTo(30), proven: [3, 9, 14, 27] } },
    { verb: 'raise', after: 100, input: { numbers: 12 } },
    { verb: 'claim', after: 0, input: { generation: 1, number: 3, visitor: 'v3', confirmed: true } },
    { verb: 'leave', after: 0, input: { generation: 1, number: 20, visitor: 'v20' } },
    { verb: 'join', after: 60_000, input: upTo(20).map((n) => ({ visitor: `w${n}`, claim: false, address: 'a' })) },
    { verb: 'recordHeartbeats', after: 0, input: { generation: 1, numbers: upTo(63), proven: [4, 5, 20, 21, 40] } },
    { verb: 'view', after: 0, input: null },
    { verb: 'recordHeartbeats', after: 0, input: { generation: 1, numbers: upTo(90), lasting: true } },
    { verb: 'view', after: 0, input: null },
    { verb: 'raise', after: 30_000, input: { people: 9 } },
  ],
};

export function describeLikeTheModel(
  stores: Ports<'line'>,
  { runs = RUNS, courses = arbitraryLossyCourse, undoneResets = arbitraryUndoneReset } = {},
): void {
  describe('compared with the model', () => {
    it.each([
      ['in any order of events', courses],
      ['around a reset that is undone', undoneResets],
    ])(
      'answers every verb as the model does, %s',
      async (_, someCourses) => {
        await fc.assert(
          fc.asyncProperty(someCourses, async ({ incarnation, rules, steps }) => {
            const { store, second } = stores();
            const id = freshId('room');
            const model = openModel(rules, T0, incarnation);
            await store.line.open(id, { rules, incarnation, checkpoint: null }, T0);
            let now = T0;
            for (const [n, step] of [...steps, VIEW].entries()) {
              now += step.after;
              const line = n % 2 ? store.line : second.line;
              const answer = await play(step, line, id, now);
              expect(comparable(answer), `step ${n}: ${JSON.stringify(step)}`).toEqual(
                comparable(await play(step, model, id, now)),
              );
            }
          }),
          { numRuns: runs, examples: [[silentVisitor], [crowd]] },
        );
      },
      120_000,
    );
  });
}

/** An answer without what adapters may do differently: where bits begin and end. */
export function comparable(answer: Answer): unknown {
  if (typeof answer !== 'object' || answer === null) return answer;
  if ('draws' in answer && 'view' in answer) {
    return { view: comparable(answer.view), draws: answer.draws.map(comparableDraw) };
  }
  if ('there' in answer) return { ...answer, there: thereAt(answer) };
  if (!('presentFrom' in answer)) return answer;
  const { present: _, presentFrom: __, ...facts } = answer;
  return { ...facts, present: presentNumbers(answer) };
}

function comparableDraw({ there, present, withdrawn, ...record }: RememberedDraw) {
  const indexes = (bits: Uint8Array | null) => bits && thereAt({ record, there: bits });
  return { ...record, there: indexes(there), present: indexes(present), withdrawn: indexes(withdrawn) };
}
