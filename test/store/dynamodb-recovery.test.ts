/** Lines that Redis lost are opened from DynamoDB, by processes that remember nothing. */
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFeed } from '#activity/feed.ts';
import { check } from '#settings/faults.ts';
import { room as roomSchema } from '#settings/room.ts';
import { openDynamo } from '#store/dynamodb/index.ts';
import { openRedisStore } from '#store/redis/index.ts';
import { type DynamoServer, dynamoOptions, freshTable, startDynamo } from '#support/dynamo.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { startThrottlingProxy, type ThrottlingProxy } from '#support/throttling-proxy.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import { pauseSettings } from '#waiting-room/pause.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Ticket } from '#waiting-room/ticket.ts';

let redis: RedisServer;
let admin: Redis;
let dynamo: DynamoServer;
let proxy: ThrottlingProxy;
let table: string;
let processes: { readonly store: Store; readonly room: WaitingRoom }[];
/** The processes' clock. */
let time: number;

beforeAll(async () => {
  [redis, dynamo] = await Promise.all([startRedis(), startDynamo()]);
  proxy = await startThrottlingProxy(dynamo.endpoint);
  admin = new Redis(redis.url);
});
afterAll(async () => {
  admin.disconnect();
  await proxy.close();
  await Promise.all([redis.stop(), dynamo.stop()]);
});
beforeEach(async () => {
  await admin.flushall();
  table = freshTable();
  processes = [];
  time = Date.parse('2026-11-24T09:00:00Z');
});
afterEach(async () => {
  proxy.trouble(null);
  proxy.delay = 0;
  for (const { store } of processes) await store.close();
});

async function aProcess(budget?: number): Promise<WaitingRoom> {
  const below = await openRedisStore({ url: redis.url });
  const store = await openDynamo(below, { ...dynamoOptions(proxy, table), now: () => time, budget });
  const emit = createFeed([], () => time);
  const onError = () => undefined;
  const room = createWaitingRoom({ store, now: () => time, cookieKeys: ['a key'], emit, onError });
  processes.push({ store, room });
  return room;
}

function settings(more: object = {}): RoomSettings {
  const checked = check(roomSchema, { id: 'sale', challenge: 'off', inlet: { strategy: 'manual' }, ...more });
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return checked.value;
}

const ofSize = (size: number) => settings({ inlet: { strategy: 'max-size', size } });
const newcomer = { visitor: null, ticket: null };

async function join(process: WaitingRoom, count: number): Promise<Ticket[]> {
  const arrivals = await Promise.all(Array.from({ length: count }, () => process.visitors.arrive('sale', newcomer)));
  return arrivals.map(({ ticket }) => ticket);
}

const comeBack = async (process: WaitingRoom, ticket: Ticket) =>
  process.visitors.arrive('sale', { visitor: ticket.visitor, ticket, confirmed: true });

const viewOf = async (process: WaitingRoom) => {
  process.snapshots.expire('sale');
  return (await process.snapshots.get('sale')).view;
};

/** All Redis holds is gone, and with it every process. */
async function loseAll(): Promise<WaitingRoom> {
  await admin.flushall();
  return aProcess();
}

/** Saves a checkpoint of what the process sees. */
async function checkpoint(process: WaitingRoom): Promise<void> {
  await vi.waitFor(async () => {
    // Only a newer one is saved.
    time += 1;
    const { alarm, counters } = await viewOf(process);
    const saved = await processes.find(({ room }) => room === process)?.store.checkpoints?.read('sale', time);
    const { serving, claimed } = counters;
    expect(saved?.checkpoint).toMatchObject({ alarm, counters: { serving, claimed } });
  }, 10_000);
}

describe('a line that Redis lost', () => {
  test('is opened by a process that never saw it: each number is given once, and each ticket keeps its place', async () => {
    const [one, other] = [await aProcess(), await aProcess()];
    await one.operations.putRoom(settings());
    const before = [...(await join(one, 20)), ...(await join(other, 30)), ...(await join(one, 250))];
    const fresh = await loseAll();
    const after = await join(fresh, 20);
    const numbers = [...before, ...after].map(({ number }) => number);
    expect(new Set(numbers).size).toBe(320);
    expect(Math.min(...after.map(({ number }) => number))).toBeGreaterThan(300);
    for (const ticket of before.slice(0, 50)) {
      const back = await comeBack(fresh, ticket);
      expect(back).toMatchObject({ isNew: false, ticket: { number: ticket.number } });
    }
    expect(after[0]?.incarnation).toBe(before[0]?.incarnation);
  });

  test('admits nobody beyond its size, and those who were inside are inside', async () => {
    const one = await aProcess();
    await one.operations.putRoom(ofSize(5));
    await one.advance.all();
    const tickets = await join(one, 30);
    const inside = await Promise.all(tickets.slice(0, 5).map((ticket) => comeBack(one, ticket)));
    expect(inside.every(({ admission }) => admission !== null)).toBe(true);

    const fresh = await loseAll();
    await fresh.advance.all();
    expect((await viewOf(fresh)).counters).toMatchObject({ active: 5, claimed: 5 });
    for (const { ticket, admission } of inside) {
      expect((await comeBack(fresh, ticket)).admission?.expiresAt).toBe(admission?.expiresAt);
    }
    const others = await Promise.all(tickets.slice(5).map((ticket) => comeBack(fresh, ticket)));
    expect(others.every(({ admission }) => admission === null)).toBe(true);
    expect((await join(fresh, 3)).length).toBe(3);
    await fresh.advance.all();
    expect((await viewOf(fresh)).counters.active).toBe(5);
  });

  test('has the admissions that a pause had stopped, with the time that they had, also of the pause after the loss', async () => {
    const [one, other] = [await aProcess(), await aProcess()];
    await one.operations.putRoom(ofSize(2));
    await one.advance.all();
    const tickets = await join(one, 6);
    for (const ticket of tickets.slice(0, 2)) expect((await comeBack(one, ticket)).admission).not.toBeNull();
    time += 60_000;
    const paused = { mode: 'paused', ...pauseSettings('claim_windows_and_admissions') } as const;
    await one.operations.changeRoom('sale', (room) => ({ ...room, ...paused }));
    time += 40 * 60_000;
    const left = 9 * 60_000;
    // The other process has never seen them: their numbers are not used up for it.
    for (const ticket of tickets.slice(0, 2)) {
      expect((await comeBack(other, ticket)).admission?.expiresAt).toBe(time + left);
    }
    await checkpoint(one);
    await admin.flushall();
    time += 10 * 60_000;
    const fresh = await aProcess();
    for (const ticket of tickets.slice(0, 2)) {
      const end = (await comeBack(fresh, ticket)).admission?.expiresAt ?? 0;
      expect(Math.abs(end - time - left)).toBeLessThan(1000);
    }
    time += 11_000;
    await fresh.advance.all();
    expect((await viewOf(fresh)).counters).toMatchObject({ active: 2 });
    await fresh.operations.changeRoom('sale', (room) => ({ ...room, mode: 'queue' }));
    for (const ticket of tickets.slice(2)) expect((await comeBack(fresh, ticket)).admission).toBeNull();
    time += left + 1000;
    expect((await viewOf(fresh)).counters).toMatchObject({ active: 0 });
  });

  test('spends no credit twice that newcomers took after the last checkpoint', async () => {
    const one = await aProcess();
    await one.operations.putRoom(settings());
    await one.operations.raise('sale', 10);
    await checkpoint(one);
    const early = await Promise.all(Array.from({ length: 6 }, () => one.visitors.arrive('sale', newcomer)));
    expect(early.every(({ admission }) => admission !== null)).toBe(true);

    const fresh = await loseAll();
    const late = await Promise.all(Array.from({ length: 10 }, () => fresh.visitors.arrive('sale', newcomer)));
    expect(late.filter(({ admission }) => admission !== null).length).toBeLessThanOrEqual(4);
  });

  test('honours no number whose admission is over', async () => {
    const one = await aProcess();
    await one.operations.putRoom(ofSize(3));
    await one.advance.all();
    const [ann] = await join(one, 1);
    if (!ann) throw new Error('nobody came');
    expect((await comeBack(one, ann)).admission).not.toBeNull();
    await one.visitors.depart('sale', ann.visitor);
    await checkpoint(one);
    // What is told in the background has arrived.
    await processes[0]?.store.close();
    processes.length = 0;

    const fresh = await loseAll();
    await fresh.advance.all();
    const back = await comeBack(fresh, ann);
    const again = await comeBack(fresh, back.ticket);
    expect(again.admission?.number).not.toBe(ann.number);
    const view = await viewOf(fresh);
    expect(view.counters.active).toBeLessThanOrEqual(3);
  });

  test('goes on with its mode, its breaker, its counter and its generation', async () => {
    const one = await aProcess();
    await one.operations.putRoom(settings());
    const [old] = await join(one, 1);
    await one.operations.reset('sale');
    await join(one, 40);
    await one.operations.raise('sale', 12);
    await one.operations.alarm('sale', true);
    await one.operations.changeRoom('sale', (room) => ({ ...room, mode: 'paused' }));
    time += 2000;
    await checkpoint(one);
    const before = await viewOf(one);

    const fresh = await loseAll();
    const after = await viewOf(fresh);
    expect(after).toMatchObject({
      ...{ incarnation: before.incarnation, generation: 2, mode: 'paused', alarm: true },
      counters: { serving: 12 },
    });
    if (!old) throw new Error('nobody came');
    expect((await comeBack(fresh, old)).ticket.number).toBeGreaterThan(40);
  });

  test('is that of before a reset that was undone, and gives no number of it again', async () => {
    const [one, other] = [await aProcess(), await aProcess()];
    await one.operations.putRoom(ofSize(2));
    await one.advance.all();
    const tickets = [...(await join(one, 30)), ...(await join(other, 30))];
    const inside = await Promise.all(tickets.slice(0, 2).map((ticket) => comeBack(one, ticket)));
    expect(inside.every(({ admission }) => admission !== null)).toBe(true);
    await one.operations.changeRoom('sale', (room) => ({ ...room, mode: 'paused' }));
    await one.operations.reset('sale');
    const [eve] = await join(other, 5);
    const reset = await other.operations.undoableReset('sale');
    await other.operations.undoReset('sale', reset?.id ?? '');
    const late = await join(one, 5);

    const fresh = await loseAll();
    const after = await join(fresh, 20);
    const numbers = [...tickets, ...late, ...after].map(({ number }) => number);
    expect(new Set(numbers).size).toBe(85);
    expect(after[0]?.incarnation).toBe(tickets[0]?.incarnation);
    expect((await viewOf(fresh)).counters.active).toBe(2);
    for (const ticket of [...tickets.slice(0, 10), ...late]) {
      expect((await comeBack(fresh, ticket)).ticket.number).toBe(ticket.number);
    }
    if (!eve) throw new Error('nobody came');
    expect((await comeBack(fresh, eve)).ticket.number).toBeGreaterThan(85);
  });

  test('of a room that was deleted and made again begins with the first number', async () => {
    const one = await aProcess();
    await one.operations.putRoom(settings());
    await join(one, 10);
    await checkpoint(one);
    await one.operations.deleteRoom('sale');
    await one.operations.putRoom(settings());
    const fresh = await loseAll();
    expect((await join(fresh, 1))[0]?.number).toBe(1);
  });

  test('keeps the entrants of a draw, and what their numbers follow from', async () => {
    const one = await aProcess();
    const start = new Date(time + 60_000).toISOString();
    const prequeue = new Date(time - 60_000).toISOString();
    const event = { id: 'opening', prequeue_start: prequeue, start, order: 'draw' };
    await one.operations.putRoom(settings({ events: [event] }));
    await one.advance.all();
    const tickets = await join(one, 150);
    expect(tickets.every(({ entry }) => entry !== null)).toBe(true);
    await viewOf(one);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    time += 2000;
    await viewOf(one);
    await new Promise((resolve) => setTimeout(resolve, 300));

    const fresh = await loseAll();
    const late = await join(fresh, 1);
    expect(late[0]?.entry?.index).toBeGreaterThanOrEqual(150);
    time += 60_000;
    for (let tick = 0; tick < 3; tick++) {
      await fresh.advance.all();
      await Promise.all(tickets.map((ticket) => fresh.visitors.facts(ticket)));
      await fresh.flush();
      time += 100_000;
    }
    await fresh.advance.all();
    const facts = await Promise.all(tickets.map((ticket) => fresh.visitors.facts(ticket)));
    const numbers = facts.flatMap((each) => ('number' in each && each.number ? [each.number] : []));
    expect(new Set(numbers).size).toBe(150);
  });
});

describe('while DynamoDB is away', () => {
  test('claims are refused, and the turn is as it was', async () => {
    const one = await aProcess();
    await one.operations.putRoom(settings());
    const [ann, bob] = await join(one, 2);
    if (!ann || !bob) throw new Error('nobody came');
    await one.operations.raise('sale', 2);
    proxy.trouble('throttle');
    await expect(one.visitors.claim(ann)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await viewOf(one)).toMatchObject({ counters: { claimed: 1, active: 0 }, lapses: 1 });
    expect(await one.visitors.facts(ann)).toMatchObject({ state: 'served' });
    expect(await one.visitors.facts(bob)).toMatchObject({ state: 'served' });
    proxy.trouble(null);
    expect(await one.visitors.claim(ann)).toMatchObject({ state: 'admitted', first: true });
    expect((await viewOf(one)).counters).toMatchObject({ claimed: 2, active: 1 });
  });

  test('no number is given beyond those reserved, and none of them is given twice after', async () => {
    const one = await aProcess();
    await one.operations.putRoom(settings());
    const before = await join(one, 10);
    proxy.trouble('throttle');
    const during = await Promise.allSettled(Array.from({ length: 300 }, () => join(one, 1)));
    const given = during.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
    expect(given.length).toBeLessThan(300);
    proxy.trouble(null);
    const fresh = await loseAll();
    const after = await join(fresh, 50);
    const numbers = [...before, ...given, ...after].map(({ number }) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('a line is opened while DynamoDB answers too late for claims', async () => {
    const budget = 1000;
    const one = await aProcess(budget);
    await one.operations.putRoom(settings());
    const [ann] = await join(one, 10);
    if (!ann) throw new Error('nobody came');
    proxy.delay = 0.8 * budget;
    await admin.flushall();
    one.snapshots.expire('sale');
    await vi.waitFor(async () => {
      time += 1000;
      expect(await one.visitors.facts(ann)).toMatchObject({ state: 'waiting', number: 1 });
    }, 20 * budget);
  }, 60_000);

  test('a line that Redis lost as well is not opened at a guess', async () => {
    const one = await aProcess();
    await one.operations.putRoom(settings());
    await join(one, 10);
    proxy.trouble('throttle');
    await admin.flushall();
    await expect(join(one, 1)).rejects.toBeInstanceOf(StoreUnavailable);
    proxy.trouble(null);
    time += 1000;
    expect((await join(one, 1))[0]?.number).toBeGreaterThan(10);
  });
});

test('a claim whose entry got no answer is entered once, and claimed once', async () => {
  const one = await aProcess();
  await one.operations.putRoom(settings());
  const [ann] = await join(one, 1);
  if (!ann) throw new Error('nobody came');
  await one.operations.raise('sale', 1);
  let lost = 0;
  const isEntry = (operation: string, body: string) =>
    ['BatchExecuteStatement', 'PutItem'].includes(operation) && body.includes('admission#');
  proxy.trouble('lose', (operation, body) => isEntry(operation, body) && ++lost <= 2);
  expect(await one.visitors.claim(ann)).toMatchObject({ state: 'admitted', first: true });
  expect(lost).toBeGreaterThan(1);
  expect((await viewOf(one)).counters).toMatchObject({ claimed: 1, active: 1 });
});
