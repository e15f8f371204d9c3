/** The bound of entries in the budget of a room. Most tests begin with a line that has nearly as many as it may have. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineKey } from '#store/redis/keys.ts';
import { ENTRIES } from '#waiting-room/line/budget.ts';
import { arbitraryLossyCourse, arbitraryUndoneReset } from './contract/courses.ts';
import { comparable } from './contract/like-the-model.ts';
import { openModel } from './contract/model.ts';
import { freshId, makeRoom, type RoomUnderTest, RULES, seconds, T0 } from './contract/room-under-test.ts';
import { type Course, play, VIEW } from './contract/steps.ts';
import { useRedis } from './use-redis.ts';

const RUNS = Number(process.env.RUNS ?? 100);
const ASKS = { challenge: true, unprovenPerAddress: 20, presentFromJoin: false };

/** The key of an address; the second half names the network around it. */
const keyOf = (address: number, network: number) => `${address}`.padStart(8, 'a') + `${network}`.padStart(8, 'n');

/** The entries in what is stored of a network (lib/budget-rows.lua). */
const entriesIn = (text: string) => text.replace(/^0:0,(?::$|=\d+\.\d+: )/, '');

/** The same course in a room that counts by address. */
function asking({ rules, steps, ...course }: Course): Course {
  const asks = { challenge: true, unprovenPerAddress: Math.max(1, rules.unprovenPerAddress ?? 0) };
  return {
    ...course,
    rules: { ...rules, ...asks },
    steps: steps.map((step) => (step.verb === 'configure' ? { ...step, input: { ...step.input, ...asks } } : step)),
  };
}

describe('the entries of all networks of a room', () => {
  const redis = useRedis();

  /** Lets so many entries count as there. A line that is new forgets them when it is first looked at. */
  async function count(room: string, entries: number): Promise<void> {
    await redis.store.line.view(room, T0);
    await redis.client.hset(lineKey(room, 'budget'), 'entries', `${entries}:0`);
  }

  /** By network, the one that was looked at longest ago first; and how many entries count as there. */
  async function stored(room: string) {
    const { entries = '0:0', ...texts } = await redis.client.hgetall(lineKey(room, 'budget'));
    const rows = Object.fromEntries(Object.entries(texts).map(([network, text]) => [network, entriesIn(text)]));
    const members = await redis.client.zrange(lineKey(room, 'budget:order'), '0', '-1');
    const order = members.flatMap((member) => member.split(' '));
    return { counted: Number.parseInt(entries, 10), rows, networks: order.map((network) => [network, rows[network]]) };
  }

  const sizeOf = (rows: Record<string, string>) =>
    Object.values(rows).reduce((sum, row) => sum + (row === '' ? 0 : row.split(' ').length), 0);

  /** How many of these visitors, one of each address, are within the budget. */
  async function come(room: RoomUnderTest, addresses: readonly string[], at = T0) {
    const entrants = addresses.map((address, n) => ({ visitor: `v${address}${at}${n}`, claim: false, address }));
    const joined = (await redis.store.line.join(room.id, entrants, at)) ?? [];
    return joined.filter(({ budgeted }) => budgeted).length;
  }

  it.each([
    ['in any order of events', arbitraryLossyCourse],
    ['around a reset that is undone', arbitraryUndoneReset],
  ])(
    'are kept as in the model, %s',
    async (_, courses) => {
      await fc.assert(
        fc.asyncProperty(courses.map(asking), fc.nat(12), async ({ incarnation, rules, steps }, room) => {
          const id = freshId('room');
          const model = openModel(rules, T0, incarnation);
          await redis.store.line.open(id, { rules, incarnation, checkpoint: null }, T0);
          await model.view(id, T0);
          model.line.budgetEntries = ENTRIES - room;
          await count(id, ENTRIES - room);
          let now = T0;
          for (const [n, step] of [...steps, VIEW].entries()) {
            now += step.after;
            const answer = await play(step, redis.store.line, id, now);
            expect(comparable(answer), `step ${n}: ${JSON.stringify(step)}`).toEqual(
              comparable(await play(step, model, id, now)),
            );
          }
          const { networks } = await stored(id);
          expect(networks).toEqual(Array.from(model.line.budget, ([network, row]) => [network, row.join(' ')]));
        }),
        { numRuns: RUNS },
      );
    },
    120_000,
  );

  it('stay under the bound when many addresses of many networks attack', async () => {
    const room = await makeRoom(redis.store, ASKS);
    await count(room.id, ENTRIES - 500);
    let granted = 0;
    for (let n = 0; n < 40; n++) {
      const addresses = Array.from({ length: 50 }, (_, address) => keyOf(address % 10, n + (address % 7)));
      granted += await come(room, addresses, T0 + seconds(n / 2));
    }
    expect(granted).toBe(500);
    const { counted, rows } = await stored(room.id);
    expect(counted).toBe(ENTRIES);
    expect(sizeOf(rows)).toBe(500);
  });

  it('give way to newcomers, of a new network or not, where their visitors are absent', async () => {
    const room = await makeRoom(redis.store, ASKS);
    await count(room.id, ENTRIES - 40);
    const attackers = Array.from({ length: 50 }, (_, n) => keyOf(n, n % 5));
    expect(await come(room, attackers)).toBe(40);
    const later = T0 + seconds(60);
    await room.heard([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], later);
    expect(await come(room, [keyOf(1, 1000), keyOf(1, 0)], later)).toBe(2);
    expect(
      await come(
        room,
        Array.from({ length: 60 }, (_, n) => keyOf(n, 2000 + n)),
        later,
      ),
    ).toBe(28);
    expect((await stored(room.id)).counted).toBe(ENTRIES);
  });

  it('keep absent visitors while there is room for newcomers', async () => {
    const room = await makeRoom(redis.store, ASKS);
    await count(room.id, ENTRIES - 20);
    await come(
      room,
      Array.from({ length: 10 }, (_, n) => keyOf(n, n)),
    );
    await come(
      room,
      Array.from({ length: 10 }, (_, n) => keyOf(n, 100 + n)),
      T0 + seconds(60),
    );
    expect(sizeOf((await stored(room.id)).rows)).toBe(20);
  });

  it('stay as long as their visitors are there where the network is looked at again and again', async () => {
    const room = await makeRoom(redis.store, { ...ASKS, unprovenPerAddress: 200 });
    await count(room.id, ENTRIES - 100);
    await come(
      room,
      Array.from({ length: 60 }, (_, n) => keyOf(n, 1)),
    );
    const { rows } = await stored(room.id);
    expect(sizeOf(rows)).toBe(60);
    const text = (await redis.client.hget(lineKey(room.id, 'budget'), '/nnnnnnn1')) ?? '';
    // The version before adds an entry, and leaves the number at the beginning as it is.
    await redis.client.hset(lineKey(room.id, 'budget'), '/nnnnnnn1', `${text} 1:${T0 / 1000},aaaaaaa1:visitor`);
    await come(room, [keyOf(1, 1)]);
    expect(sizeOf((await stored(room.id)).rows)).toBe(62);
    const [known] =
      /(?<=^0:0,=)\d+/.exec((await redis.client.hget(lineKey(room.id, 'budget'), '/nnnnnnn1')) ?? '') ?? [];
    expect(known).toBe('62');
  });

  it('give way although Redis lost the order of the networks, or an earlier version took from it', async () => {
    const room = await makeRoom(redis.store, ASKS);
    await count(room.id, ENTRIES - 250);
    for (let n = 0; n < 5; n++) {
      await come(
        room,
        Array.from({ length: 50 }, (_, network) => keyOf(n, 50 * n + network)),
      );
    }
    const order = lineKey(room.id, 'budget:order');
    await redis.client.zpopmin(order, 3);
    const later = T0 + seconds(60);
    const newcomers = (first: number) => Array.from({ length: 60 }, (_, n) => keyOf(n, 1000 + first + n));
    expect(await come(room, newcomers(0), later)).toBe(60);
    // What is left in the order is not enough.
    expect(await come(room, newcomers(60), later)).toBeLessThan(60);
    // It is seen after so many looks.
    await redis.client.hset(lineKey(room.id, 'line'), 'budget_looks', 9999);
    await redis.client.hset(lineKey(room.id, 'budget'), 'entries', `${ENTRIES}:9999`);
    await come(room, newcomers(120), later);
    expect(await come(room, newcomers(180), later)).toBe(60);
    const { networks, rows } = await stored(room.id);
    expect(networks.map(([network]) => network).toSorted()).toEqual(Object.keys(rows).toSorted());
  });

  it('begin again with another generation', async () => {
    const room = await makeRoom(redis.store, ASKS);
    await count(room.id, ENTRIES);
    expect(await come(room, [keyOf(1, 1)])).toBe(0);
    await redis.store.line.reset(room.id, { incarnation: 'second' }, T0);
    expect(await come(room, [keyOf(1, 1)])).toBe(1);
    expect((await stored(room.id)).counted).toBe(1);
  });

  it.each(['budget', 'budget:order', 'line'] as const)('are as many as there are after Redis lost %s', async (part) => {
    const room = await makeRoom(redis.store, ASKS);
    await come(room, [keyOf(1, 1), keyOf(1, 2), keyOf(2, 2)]);
    await redis.client.del(lineKey(room.id, part));
    const { id } = room;
    await redis.store.line.open(id, { rules: { ...RULES, ...ASKS }, incarnation: '', checkpoint: null }, T0);
    await come(room, [keyOf(1, 1), keyOf(1, 3)]);
    await come(room, [keyOf(1, 4)]);
    const { counted, rows } = await stored(id);
    expect(counted).toBe(sizeOf(rows));
  });
});
