/** What a line counts is always what its keys hold: so only a loss is ever taken for one. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { arbitraryLossyCourse } from './contract/courses.ts';
import { freshId, RULES, seconds, T0 } from './contract/room-under-test.ts';
import { play } from './contract/steps.ts';

const RUNS = Number(process.env.RUNS ?? 100);

let redis: RedisServer;
let store: Store;
let lost: unknown[];

beforeAll(async () => {
  redis = await startRedis();
  lost = [];
  store = await openRedisStore({ url: redis.url, onKeysLost: (room, keys) => void lost.push([room, ...keys]) });
});
afterAll(async () => {
  await store.close();
  await redis.stop();
});

test('no line that lost nothing counts as one that did, in any order of events', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryLossyCourse, async ({ incarnation, rules, steps }) => {
      const id = freshId('room');
      await store.line.open(id, { rules, incarnation, checkpoint: null }, T0);
      let now = T0;
      for (const [n, step] of steps.entries()) {
        now += step.after;
        await play(step, store.line, id, now);
        // Each raise looks, and this view each second.
        await store.line.raise(id, { people: 0 }, now);
        await store.line.viewForMemory(id, { incarnation, generation: 1, done: 0, withEntrants: true }, now);
        expect(lost, `step ${n}: ${JSON.stringify(step)}`).toEqual([]);
      }
    }),
    { numRuns: RUNS },
  );
}, 120_000);

test('visitors who are present without heartbeats are no loss', async () => {
  const id = freshId('room');
  await store.line.open(id, { rules: RULES, incarnation: '', checkpoint: null }, T0);
  await store.line.join(id, [{ visitor: 'ann', claim: false }], T0);
  await store.line.recordHeartbeats(id, { generation: 1, numbers: [1], lasting: true }, T0);
  for (const after of [0, 1, 1000]) await store.line.raise(id, { people: 0 }, T0 + seconds(after));
  expect(lost).toEqual([]);
  await store.line.discard(id, { incarnation: '', generation: 1, draw: 0, from: 1, to: 1, visitors: [] }, T0);
  expect((await store.line.view(id, T0 + seconds(3000))).counters.present).toBe(0);
});
