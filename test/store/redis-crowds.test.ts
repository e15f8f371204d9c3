/** The contract compares small lines with the model; the Redis scripts handle long ranges of numbers by other means. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparable } from './contract/like-the-model.ts';
import { openModel } from './contract/model.ts';
import { freshId, OPENING, RULES, T0 } from './contract/room-under-test.ts';
import type { Step } from './contract/steps.ts';
import { play } from './contract/steps.ts';
import { useRedis } from './use-redis.ts';

const MOST = 3000;
const number = fc.integer({ min: 1, max: MOST });
const holder = number.map((n) => ({ generation: 1, number: n, visitor: `v${n}` }));
const rules = fc.record({
  mode: fc.constantFrom('queue' as const, 'queue' as const, 'queue' as const, 'passthrough' as const),
  size: fc.constantFrom(0, 40, 900),
  lifetime: fc.constantFrom(20_000, 600_000),
  claimWindow: fc.constantFrom(1000, 30_000),
  presenceTimeout: fc.constantFrom(3000, 60_000),
});

/** Everybody of a stretch of numbers, or every so many. */
const stretch = fc
  .record({ from: number, length: fc.integer({ min: 1, max: MOST }), each: fc.integer({ min: 1, max: 9 }) })
  .map(({ from, length, each }) =>
    Array.from({ length: Math.ceil(length / each) }, (_, n) => from + n * each).filter((n) => n <= MOST),
  );

const crowd = fc
  .record({ count: fc.integer({ min: 1, max: 700 }), claim: fc.boolean(), seed: number })
  .map(({ count, claim, seed }) => Array.from({ length: count }, (_, n) => ({ visitor: `v${seed + n}`, claim })));

const step = fc.oneof(
  { weight: 4, arbitrary: crowd.map((entrants) => ({ verb: 'join' as const, input: entrants })) },
  {
    weight: 4,
    arbitrary: stretch.map((numbers) => ({ verb: 'recordHeartbeats' as const, input: { generation: 1, numbers } })),
  },
  {
    weight: 3,
    arbitrary: fc.integer({ min: -900, max: 900 }).map((n) => ({ verb: 'raise' as const, input: { numbers: n } })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 900 }), fc.constantFrom(undefined, undefined, 0, 70))
      .map(([people, credits]) => ({ verb: 'raise' as const, input: { people, credits } })),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('opening', 'encore')
      .map((event) => ({ verb: 'announceDraw' as const, input: { ...OPENING, event } })),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom('opening', 'encore').map((event) => ({ verb: 'draw' as const, input: event })),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(1, 2), stretch).map(([draw, indexes]) => ({
      verb: 'recordEntrantHeartbeats' as const,
      input: { generation: 1, draw, indexes },
    })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(1, 2).map((draw) => ({ verb: 'drawResult' as const, input: { generation: 1, draw } })),
  },
  { weight: 1, arbitrary: rules.map((changed) => ({ verb: 'configure' as const, input: changed })) },
);

/** Many visitors do the same in turn. */
const rush = fc
  .record({ verb: fc.constantFrom('claim' as const, 'rejoin' as const, 'leave' as const), stretch, first: holder })
  .map(({ verb, stretch: numbers }) =>
    numbers.slice(0, 60).map((n) => ({ verb, input: { generation: 1, number: n, visitor: `v${n}` } })),
  );

const after = fc.constantFrom(0, 0, 300, 1000, 1300, 20_000);
const course = fc
  .array(
    fc.tuple(fc.oneof({ weight: 3, arbitrary: step.map((one) => [one]) }, { weight: 2, arbitrary: rush }), after),
    {
      minLength: 10,
      maxLength: 40,
      size: 'max',
    },
  )
  .map((parts): Step[] =>
    parts.flatMap(([steps, pause]) => [
      ...steps.map((one, n) => ({ ...one, after: n === 0 ? pause : 0 })),
      { verb: 'view', after: 0, input: null },
    ]),
  );

describe('a long line in Redis', () => {
  const redis = useRedis();

  it('answers as the model does when hundreds come, go and are served at a time', async () => {
    await fc.assert(
      fc.asyncProperty(course, async (steps) => {
        const id = freshId('room');
        const model = openModel(RULES, T0);
        await redis.store.line.open(id, { rules: RULES, incarnation: '', checkpoint: null }, T0);
        let now = T0;
        for (const [n, each] of steps.entries()) {
          now += each.after;
          const answer = await play(each, redis.store.line, id, now);
          const expected = await play(each, model, id, now);
          expect(comparable(answer), `step ${n}: ${JSON.stringify(each).slice(0, 200)}`).toEqual(comparable(expected));
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 30) },
    );
  }, 1_200_000);
});
