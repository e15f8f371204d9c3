import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RememberedDraw } from '#waiting-room/line/index.ts';
import { arbitraryLossyCourse } from './courses.ts';
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

export function describeLikeTheModel(
  stores: Ports<'line'>,
  { runs = RUNS, courses = arbitraryLossyCourse } = {},
): void {
  describe('compared with the model', () => {
    it('answers every verb as the model does, in any order of events', async () => {
      await fc.assert(
        fc.asyncProperty(courses, async ({ incarnation, rules, steps }) => {
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
        { numRuns: runs, examples: [[silentVisitor]] },
      );
    }, 120_000);
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
