/** During a rolling upgrade, a process of an early version may reset a line. It does not know all fields and keys. */
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { LINE_PARTS, lineKey } from '#store/redis/keys.ts';
import { startRedis } from '#support/redis.ts';
import { RULES, T0 } from './contract/room-under-test.ts';

const ROOM = 'sale';
const LATER_PARTS = ['unconfirmed', 'expired', 'entrants:withdrawn'];
/** What the early script sets to 0, of the fields that this test sets. */
const RESET_FIELDS = ['queue', 'serving', 'claimed', 'left_unserved', 'held', 'turns', 'due', 'over', 'returned'];

/** What the script of the early version does. */
async function resetEarly(redis: Redis): Promise<void> {
  const hash = lineKey(ROOM, 'line');
  await redis.unlink(
    LINE_PARTS.slice(1)
      .filter((part) => !LATER_PARTS.includes(part))
      .map((part) => lineKey(ROOM, part)),
  );
  await redis.hset(hash, Object.fromEntries(RESET_FIELDS.map((field) => [field, 0])));
  await redis.hincrby(hash, 'generation', 1);
}

test('a number of the next generation is claimed once, although the one before left unconfirmed numbers', async () => {
  const server = await startRedis();
  const [store, redis] = [await openRedisStore({ url: server.url }), new Redis(server.url)];
  try {
    const { line } = store;
    const counters = { queue: 50, serving: 0, waiting: 50, present: 0, claimed: 0, active: 0 };
    const checkpoint = {
      incarnation: 'first',
      generation: 1,
      counters: { ...counters, completed: 0, abandoned: 0, expired: 0 },
      turns: 0,
      joinPeak: 0,
      alarm: false,
      inletState: '',
      notes: { signal: '', meter: '', told: '', allotments: '' },
    };
    // Numbers 51 to 150 are unconfirmed.
    await line.open(ROOM, { rules: RULES, incarnation: 'new', checkpoint }, T0);
    await resetEarly(redis);

    await line.raise(ROOM, { numbers: 60 }, T0);
    const entrants = Array.from({ length: 60 }, (_, n) => ({ visitor: `v${n + 1}`, claim: n + 1 === 55 }));
    const admitted = (await line.join(ROOM, entrants, T0))?.filter(({ admission }) => admission);
    expect(admitted).toMatchObject([{ generation: 2, number: 55 }]);
    const holder = { incarnation: 'first', generation: 2, number: 55, visitor: 'v55' };
    await line.reportExits(ROOM, { exited: 0, completed: ['v55'], abandoned: [] }, T0);
    expect(await line.claim(ROOM, holder, T0)).toEqual({ state: 'over' });
    expect((await line.view(ROOM, T0)).counters).toMatchObject({ claimed: 1, waiting: 0 });

    // The line can mark numbers again.
    await line.claim(ROOM, { ...holder, number: 70, visitor: 'v70' }, T0);
    expect(await line.place(ROOM, { ...holder, number: 65, visitor: 'v65' }, T0)).toEqual({ state: 'waiting' });
    expect((await line.view(ROOM, T0)).counters).toMatchObject({ queue: 70, waiting: 1 });
  } finally {
    redis.disconnect();
    await store.close();
    await server.stop();
  }
});

test('the line of before does not come back in place of one that an early version began', async () => {
  const server = await startRedis();
  const [store, redis] = [await openRedisStore({ url: server.url }), new Redis(server.url)];
  try {
    const { line } = store;
    await line.open(ROOM, { rules: RULES, incarnation: 'first', checkpoint: null }, T0);
    await line.join(ROOM, [{ visitor: 'ann', claim: false }], T0);
    await line.reset(ROOM, { incarnation: 'second' }, T0);
    const former = { incarnation: 'second', isPreview: true };
    expect(await line.undoReset(ROOM, former, T0)).toMatchObject({ outcome: 'undone', waiting: 1 });
    await resetEarly(redis);
    await line.join(ROOM, [{ visitor: 'eve', claim: false }], T0);
    expect(await line.undoReset(ROOM, { ...former, isPreview: false }, T0)).toMatchObject({ outcome: 'gone' });
    expect(await line.view(ROOM, T0)).toMatchObject({ incarnation: 'second', generation: 3, counters: { queue: 1 } });
  } finally {
    redis.disconnect();
    await store.close();
    await server.stop();
  }
});
