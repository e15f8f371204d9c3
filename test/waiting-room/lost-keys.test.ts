/** Redis loses single keys of a line and keeps the others, as a Redis that evicts keys does. */
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFeed } from '#activity/feed.ts';
import { check } from '#settings/faults.ts';
import { room as roomSchema } from '#settings/room.ts';
import { openRedisStore } from '#store/redis/index.ts';
import { LINE_PARTS, type LinePart, lineKey } from '#store/redis/keys.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { Ticket } from '#waiting-room/ticket.ts';

const SIZE = 8;
const MINUTE = 60_000;
const newcomer = { visitor: null, ticket: null };

let redis: RedisServer;
let admin: Redis;
let store: Store;
let process: WaitingRoom;
/** What was lost, as the store reported it. */
let lost: string[];
/** The processes' clock. It moves with the tests, so that nobody waits. */
let time: number;
/** By number, from 1. */
let tickets: Ticket[];

beforeEach(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
  lost = [];
  time = Date.parse('2026-11-24T09:00:00Z');
  store = await openRedisStore({ url: redis.url, onKeysLost: (_, keys) => void lost.push(...keys) });
  process = createWaitingRoom({
    store,
    now: () => time,
    cookieKeys: ['a key'],
    emit: createFeed([], () => time),
    onError: () => undefined,
  });
  const sale = check(roomSchema, {
    id: 'sale',
    inlet: { strategy: 'manual', size: SIZE },
    // Nobody confirms here, and thirty visitors have one address.
    admission: { confirm_window: '0s' },
    challenge: 'off',
  });
  if (!sale.ok) throw new Error(JSON.stringify(sale.faults));
  await process.operations.putRoom(sale.value);
  await fill();
});
afterEach(async () => {
  admin.disconnect();
  await store.close();
  await redis.stop();
});

const ticket = (number: number): Ticket => {
  const found = tickets[number - 1];
  if (!found) throw new Error(`nobody has number ${number}`);
  return found;
};

async function join(count: number): Promise<Ticket[]> {
  const arrivals = await Promise.all(Array.from({ length: count }, () => process.visitors.arrive('sale', newcomer)));
  return arrivals.map((each) => each.ticket);
}

/** A second passes: the clock ticks, and the process looks at the room. */
async function second(milliseconds = 1000): Promise<void> {
  time += milliseconds;
  await process.advance.all();
  await process.snapshots.get('sale');
}

/** Where each visitor stands, as their pages show it. It counts as a heartbeat of each. */
async function states(): Promise<string[]> {
  const shown = await Promise.all(tickets.map((each) => process.visitors.facts(each)));
  await process.flush();
  return shown.map(({ state }) => state);
}

const counters = () => process.operations.counters('sale');
const view = () => store.line.view('sale', time);

/**
 * Of 30 visitors, 1 to 4 are inside, 5 is served a second time, 6 missed the turn, 7 and 12 left, 8 came back after a
 * missed turn, 9 and 10 are served, 28 and 29 may never have been issued, and the others wait.
 */
async function fill(): Promise<void> {
  tickets = await join(30);
  await states();
  await process.operations.raisePeople('sale', 8);
  for (const number of [1, 2, 3, 4]) await process.visitors.claim(ticket(number));
  await process.visitors.leave(ticket(7));
  for (let minute = 0; minute < 3; minute++) {
    await second(MINUTE);
    await states();
  }
  await second();
  await process.visitors.rejoin(ticket(5));
  await process.operations.raisePeople('sale', 1);
  await process.operations.raisePeople('sale', 2);
  await process.visitors.rejoin(ticket(8));
  await process.visitors.leave(ticket(12));
  const { incarnation, generation } = await view();
  await second();
  await states();
  const unknown = { incarnation, generation, draw: 0, from: 28, to: 29, visitors: [] };
  await store.line.discard('sale', unknown, time);
  await second();
}

const FILLED = [
  ...['admitted', 'admitted', 'admitted', 'admitted', 'served', 'missed', 'over', 'returned', 'served', 'served'],
  ...['waiting', 'over', ...Array<string>(18).fill('waiting')],
];
/** Those who left. Where it is lost that they did, they may come back: nobody can tell them from others. */
const LEFT = [7, 12];
const withoutThoseWhoLeft = (each: readonly string[]) => each.filter((_, index) => !LEFT.includes(index + 1));

/** What restores a line cannot tell from these: nobody loses a number or a place with them. */
const UNNOTICED: readonly LinePart[] = ['slept', 'expired', 'provisional', 'lapsed'];
const KEYS: Partial<Record<LinePart, string>> = {
  present: 'present',
  holding: 'holding',
  spent: 'spent',
  returned: 'returned',
  batches: 'batches',
  again: 'holding',
  admissions: 'admissions',
  active: 'active',
  unconfirmed: 'unconfirmed',
};

test('the room is as the other tests need it', async () => {
  expect(await shown()).toEqual(FILLED);
  expect(await counters()).toMatchObject({ queue: 30, active: 4 });
  expect((await view()).held).toBe(3);
  const there = await Promise.all(
    LINE_PARTS.map(async (part) => ((await admin.exists(lineKey('sale', part))) ? part : '')),
  );
  expect(there).toEqual(expect.arrayContaining(Object.keys(KEYS)));
  expect(lost).toEqual([]);
});

/** Without a heartbeat. */
async function shown(): Promise<string[]> {
  const places = await Promise.all(
    tickets.map(({ incarnation, generation, number, visitor }) =>
      store.line.place('sale', { incarnation, generation, number, visitor }, time),
    ),
  );
  return places.map(({ state }) => state);
}

describe.each([
  ['', false],
  [', and visitors join and are heard from before anything looks', true],
] as const)('of a line that loses a key%s', (_, isWritten) => {
  test.each(LINE_PARTS.filter((part) => part in KEYS || part.startsWith('heard:') || UNNOTICED.includes(part)))(
    '%s, nobody loses the number or the place, and no place is given twice',
    async (part) => {
      await admin.del(lineKey('sale', part));
      if (isWritten) {
        tickets.push(...(await join(3)));
        await store.line.recordHeartbeats('sale', { ...ticket(11), numbers: [11, 13, 33] }, time);
      }
      await second();
      // A window tells nothing that others do not tell, where all were heard from in another one too.
      if (part.startsWith('heard:')) expect(['', 'present']).toContain(lost.join());
      else expect(lost.join()).toBe(KEYS[part] ?? '');

      // Whoever missed a turn and is here may be one of those who came back.
      const isSixBack = part === 'returned' || part === 'again';
      const filled = FILLED.with(5, isSixBack ? 'returned' : 'missed');
      const expected = [...filled, ...(isWritten ? ['waiting', 'waiting', 'waiting'] : [])];
      expect(withoutThoseWhoLeft(await shown())).toEqual(withoutThoseWhoLeft(expected));
      expect(await counters()).toMatchObject({ queue: tickets.length, active: 4 });
      expect((await view()).held).toBe(3);

      // As many as there are places come in, by number, whoever claims. The first of them is the one who came back.
      await process.operations.raisePeople('sale', 100);
      expect(withoutThoseWhoLeft(await shown()).slice(0, 8)).toEqual([
        ...['admitted', 'admitted', 'admitted', 'admitted', 'served'],
        ...(isSixBack ? ['served', 'returned'] : ['missed', 'served']),
        'served',
      ]);
      for (const each of tickets) await process.visitors.claim(each);
      expect(await counters()).toMatchObject({ active: SIZE });
      expect((await view()).held).toBe(0);
      expect(new Set([...tickets, ...(await join(5))].map(({ number }) => number)).size).toBe(tickets.length + 5);
      await second();
      expect(lost.length).toBeLessThanOrEqual(1);
    },
  );
});

test.each(['active', 'present'] as const)(
  'a raise of a line that lost the key %s looks first, however short ago the last look was',
  async (part) => {
    await admin.del(lineKey('sale', part));
    await process.operations.raisePeople('sale', 100);
    for (const each of tickets) await process.visitors.claim(each);
    expect(lost).toEqual([part]);
    expect(await counters()).toMatchObject({ active: SIZE });
  },
);
