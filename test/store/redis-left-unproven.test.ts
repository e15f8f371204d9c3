/** A replica of an early version ends admissions, and leaves those that came in without a proof in a key that it does not know. */
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { lineKey } from '#store/redis/keys.ts';
import { startRedis } from '#support/redis.ts';
import { RULES, T0 } from './contract/room-under-test.ts';

const ROOM = 'sale';
/** One place of 25 is for unproven visitors, while proven ones wait. */
const ASKS = { ...RULES, size: 25, challenge: true, unprovenPerAddress: 20, presentFromJoin: false };

test.each([
  ['that have ended hold no places of unproven visitors', -1, 'served', 0],
  ['that last hold them', 60_000, 'returned', 3],
])('admissions without a proof %s', async (_, endsAfter, state, left) => {
  const server = await startRedis();
  const [store, redis] = [await openRedisStore({ url: server.url }), new Redis(server.url)];
  try {
    const { line } = store;
    await line.open(ROOM, { rules: ASKS, incarnation: 'first', checkpoint: null }, T0);
    await redis.zadd(lineKey(ROOM, 'active:unproven'), ...['a', 'b', 'c'].flatMap((name) => [T0 + endsAfter, name]));
    const entrants = Array.from({ length: 8 }, (_, n) => ({ visitor: `v${n + 1}`, claim: false, proven: n > 1 }));
    await line.join(ROOM, entrants, T0);
    const numbers = entrants.map((_, n) => n + 1);
    await line.recordHeartbeats(ROOM, { generation: 1, incarnation: 'first', numbers, proven: numbers.slice(2) }, T0);

    await line.raise(ROOM, { people: 3 }, T0);
    const holder = { incarnation: 'first', generation: 1, number: 1, visitor: 'v1' };
    expect((await line.place(ROOM, holder, T0)).state).toBe(state);
    expect(await redis.zcard(lineKey(ROOM, 'active:unproven'))).toBe(left);
  } finally {
    redis.disconnect();
    await store.close();
    await server.stop();
  }
});
