import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFeed } from '#activity/feed.ts';
import { openRedisStore } from '#store/redis/index.ts';
import { LINE_PARTS, lineKey } from '#store/redis/keys.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { roomSettings } from '#support/room-settings.ts';
import type { Activity } from '#waiting-room/activity.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import { recoverLostLines } from '#waiting-room/lost-lines.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { RoomEvent } from '#waiting-room/room.ts';
import type { Ticket } from '#waiting-room/ticket.ts';

const MINUTE = 60_000;
const NOON = Date.parse('2026-11-24T12:00:00Z');
/** Longer than a page needs for its next heartbeat. */
const HEARTBEAT = 33_000;

const EVENT: RoomEvent = { id: 'opening', prequeue_start: NOON - 30 * MINUTE, start: NOON, end: null, order: 'draw' };
const SALE = roomSettings({ events: [EVENT] });

let redis: RedisServer;
let admin: Redis;
let stores: Store[];
/** The processes' clock. It moves with the tests, so that nobody waits. */
let time: number;
let activities: Activity[];
let one: WaitingRoom;
let other: WaitingRoom;

beforeEach(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
  stores = [];
  activities = [];
  time = NOON - 60 * MINUTE;
  [one, other] = [await aProcess(), await aProcess()];
  await one.operations.putRoom(SALE);
  await one.advance.all();
  time = NOON - 10 * MINUTE;
  await look();
});
afterEach(async () => {
  admin.disconnect();
  for (const store of stores) await store.close();
  await redis.stop();
});

async function aProcess(): Promise<WaitingRoom> {
  const store = await openRedisStore({ url: redis.url });
  stores.push(store);
  const emit = createFeed([(activity) => void activities.push(activity)], () => time);
  return createWaitingRoom({ store, now: () => time, cookieKeys: ['a key'], emit, onError: () => undefined });
}

/** Both processes look at the room, as they do each second while visitors poll. */
const look = (...processes: WaitingRoom[]) =>
  Promise.all((processes.length > 0 ? processes : [one, other]).map((each) => each.snapshots.get('sale')));

async function join(process: WaitingRoom, count: number): Promise<Ticket[]> {
  const newcomer = { visitor: null, ticket: null };
  const arrivals = await Promise.all(Array.from({ length: count }, () => process.visitors.arrive('sale', newcomer)));
  return arrivals.map(({ ticket }) => ticket);
}

/** Entrants of both processes, whom both know. */
async function entrants(): Promise<Ticket[]> {
  const tickets = [...(await join(one, 20)), ...(await join(other, 30)), ...(await join(one, 10))];
  time += 1000;
  await look();
  return tickets;
}

/** What the pages of these visitors show. It counts as a heartbeat of each. */
async function facts(process: WaitingRoom, tickets: readonly Ticket[]) {
  const shown = await Promise.all(tickets.map((ticket) => process.visitors.facts(ticket)));
  await process.flush();
  return shown;
}
const numbers = async (process: WaitingRoom, tickets: readonly Ticket[]) =>
  (await facts(process, tickets)).map(({ number }) => number);
const report = async (process = one) => (await process.drawReports.find('sale', 'opening', null))?.report;

/** The event starts. */
async function start(tickets: readonly Ticket[], process = one): Promise<void> {
  time = NOON;
  await facts(process, tickets);
  await process.advance.all();
  time += 1000;
}

/** The same, where somebody is absent: the draw waits for heartbeats. */
async function startWithAbsent(tickets: readonly Ticket[], process = one): Promise<void> {
  await start(tickets, process);
  time += 1500;
  await process.advance.all();
  time += 1000;
}

/** The clock ticks until everybody had time for a heartbeat. */
async function heartbeatInterval(tickets: readonly Ticket[], process = one): Promise<void> {
  await process.advance.all();
  time += HEARTBEAT / 3;
  await facts(process, tickets);
  time += HEARTBEAT;
  await process.advance.all();
  time += 1000;
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
const ascending = (list: readonly (number | null)[]) => list.map(Number).toSorted((a, b) => a - b);

describe('FLUSHALL before the draw', () => {
  test('keeps the published hash and every entrant, whichever process let them in', async () => {
    const tickets = await entrants();
    const published = await report();
    const last = await join(other, 5);
    await admin.flushall();
    time += 1500;
    await Promise.all([look(), join(one, 2), join(other, 1)]);
    expect(await report(other)).toMatchObject({
      seed_hash: published?.seed_hash,
      committed_at: published?.committed_at,
    });
    const late = await join(one, 3);
    expect(late.map(({ number, entry }) => [number, entry?.draw])).toEqual([0, 0, 0].map(() => [0, 1]));

    const all = [...tickets, ...last, ...late];
    await startWithAbsent(all, other);
    expect(await report()).toMatchObject({ seed_hash: published?.seed_hash, entrants: all.length });
    const drawn = await numbers(one, all);
    expect(new Set(drawn).size).toBe(all.length);
    expect(Math.min(...ascending(drawn))).toBeGreaterThan(0);
    expect(await numbers(other, all)).toEqual(drawn);
  });

  test('keeps entrants who send no further heartbeat', async () => {
    const tickets = await entrants();
    time = NOON - 1000;
    await facts(one, tickets);
    await look();
    const last = await join(other, 5);
    await admin.flushall();
    time += 500;
    await Promise.all([look(one), join(other, 1)]);
    time += 1000;
    await look();
    time += HEARTBEAT;
    await one.advance.all();
    time += 1000;
    expect(await report()).toMatchObject({ entrants: tickets.length + last.length + 1 });
  });

  test('draws nobody before every entrant had time for a heartbeat', async () => {
    const tickets = await entrants();
    time = NOON - 500;
    await look();
    await admin.flushall();
    await other.advance.all();
    time = NOON;
    await one.advance.all();
    time += 31_000;
    await one.advance.all();
    expect(await report()).toMatchObject({ drawn_at: null });
    expect(await facts(one, tickets)).toMatchObject(tickets.map(() => ({ state: 'before_start', number: null })));
    time += 1500;
    await one.advance.all();
    time += 1000;
    expect(ascending(await numbers(other, tickets))).toHaveLength(60);
    expect(await report()).toMatchObject({ entrants: 60 });
  });

  test('leaves out an entrant who withdrew', async () => {
    const tickets = await entrants();
    const [gone] = tickets;
    if (!gone) throw new Error('nobody came');
    await one.visitors.leave(gone);
    time += 1000;
    await look();
    await admin.flushall();
    time += 1500;
    await facts(one, tickets);
    await startWithAbsent(tickets);
    expect(await report()).toMatchObject({ entrants: 59 });
  });

  test('shows nobody the seed', async () => {
    const tickets = await entrants();
    const seed = JSON.parse((await admin.hget('anteroom:{sale}:draws', '1')) ?? '').seed as string;
    await admin.flushall();
    time += 1500;
    const [snapshot] = await look();
    const shown = JSON.stringify([
      snapshot,
      await one.operations.statistics('sale'),
      await one.operations.room('sale'),
      await report(),
      await facts(one, tickets),
      activities,
    ]);
    const hex = Buffer.from(seed, 'base64url').toString('hex');
    expect(shown).not.toContain(seed);
    expect(shown).not.toContain(hex);
    await startWithAbsent(tickets);
    expect(await report()).toMatchObject({ seed: hex });
  });
});

test('nothing but the memory of a process can ask the line for the seeds', () => {
  const [store] = stores;
  if (!store) throw new Error('there is no store');
  const { line } = recoverLostLines({ store, now: () => time, onError: () => undefined });
  expect(store.line).toHaveProperty('viewForMemory');
  expect(line).not.toHaveProperty('viewForMemory');
});

describe('FLUSHALL during the draw', () => {
  test('draws again, the same entrants under the same seed', async () => {
    const tickets = await entrants();
    const published = await report();
    time = NOON;
    await facts(one, tickets);
    // Drawn, but no process has seen it.
    await stores[0]?.line.draw('sale', 'opening', time);
    await admin.flushall();
    await heartbeatInterval(tickets);
    expect(await report()).toMatchObject({ seed_hash: published?.seed_hash, entrants: 60 });
    const drawn = await numbers(one, tickets);
    expect(new Set(drawn).size).toBe(60);
    expect(await numbers(other, tickets)).toEqual(drawn);
  });

  test('waits for heartbeats also where the draw itself finds the line lost', async () => {
    const tickets = await entrants();
    time = NOON;
    await facts(one, tickets);
    await look();
    const line = stores[0]?.line;
    if (!line) throw new Error('there is no store');
    const { draw } = line;
    line.draw = async (...args) => {
      await admin.flushall();
      line.draw = draw;
      return draw(...args);
    };
    await one.advance.all();
    time += 1000;
    expect(await report()).toMatchObject({ drawn_at: null });
    await heartbeatInterval(tickets);
    expect(ascending(await numbers(one, tickets)).filter((number) => number === 0)).toEqual([]);
  });

  test('keeps the numbers that visitors saw, even if a process that did not see the draw opens the line', async () => {
    const tickets = await entrants();
    time = NOON - 500;
    await look();
    await start(tickets);
    const told = await numbers(one, tickets);
    await admin.flushall();
    await other.advance.all();
    time += 1000;
    await look();
    time += 1000;
    expect(await numbers(other, tickets)).toEqual(told);
    expect(await numbers(one, tickets)).toEqual(told);
    await heartbeatInterval(tickets, other);
    expect(await numbers(other, tickets)).toEqual(told);
  });
});

describe('FLUSHALL after the draw', () => {
  test('keeps an entrant whose number a process has not computed yet', async () => {
    const tickets = await entrants();
    time = NOON - 500;
    await look();
    await start(tickets);
    await look(one);
    await admin.flushall();
    await other.advance.all();
    expect((await facts(one, tickets)).map(({ state }) => state)).not.toContain('expired');
    time += 1000;
    expect(ascending(await numbers(one, tickets))).toEqual(upTo(60));
  });

  test('keeps every number that was drawn, and gives newcomers the numbers behind', async () => {
    const tickets = await entrants();
    await start(tickets);
    const told = await numbers(one, tickets);
    expect(ascending(told)).toEqual(upTo(60));
    const drawn = await report();
    await look();
    await admin.flushall();
    time += 1500;
    await Promise.all([look(), join(one, 1), join(other, 1)]);
    const [late] = await join(other, 1);
    expect(late?.number).toBeGreaterThan(60);
    expect(await numbers(one, tickets)).toEqual(told);
    expect(await numbers(other, tickets)).toEqual(told);
    expect(await report(other)).toEqual(drawn);
    await heartbeatInterval(tickets);
    expect(await report()).toEqual(drawn);
    expect((await one.operations.counters('sale')).present).toBeGreaterThanOrEqual(60);
  });

  test('twice, and nobody is drawn twice', async () => {
    const tickets = await entrants();
    await start(tickets);
    const told = await numbers(other, tickets);
    for (const process of [one, other]) {
      await look();
      await admin.flushall();
      time += 1500;
      await process.advance.all();
      await heartbeatInterval(tickets, process);
      expect(await numbers(process, tickets)).toEqual(told);
    }
  });
});

describe('a key of the line that is lost alone', () => {
  const ENTRANTS = LINE_PARTS.filter((part) => part === 'draws' || part.startsWith('entrants'));

  test.each(ENTRANTS)('%s, before the draw: the seed stays, and everybody is drawn', async (part) => {
    const before = await report();
    const tickets = await entrants();
    await admin.del(lineKey('sale', part));
    time += 1000;
    await Promise.all([one.advance.all(), other.advance.all()]);
    time += 1000;
    await look();
    expect((await report())?.seed_hash).toBe(before?.seed_hash);
    time = NOON;
    await facts(one, tickets);
    await heartbeatInterval(tickets);
    await look();
    const drawn = await numbers(other, tickets);
    expect(new Set(drawn).size).toBe(60);
    expect(Math.max(...drawn.map(Number))).toBeLessThanOrEqual(60);
    expect(drawn).not.toContain(null);
  });

  test('draws, before anybody came: the seed stays', async () => {
    const before = await report();
    await admin.del(lineKey('sale', 'draws'));
    time += 1000;
    await Promise.all([one.advance.all(), other.advance.all()]);
    time += 1000;
    await look();
    expect((await report())?.seed_hash).toBe(before?.seed_hash);
  });

  test('draws, after the draw: everybody keeps the number', async () => {
    const tickets = await entrants();
    await start(tickets);
    await look();
    const before = await numbers(one, tickets);
    await admin.del(lineKey('sale', 'draws'));
    time += 1000;
    await Promise.all([one.advance.all(), other.advance.all()]);
    time += 1000;
    await look();
    expect(await numbers(one, tickets)).toEqual(before);
    expect(await numbers(other, tickets)).toEqual(before);
    const [next] = await join(one, 1);
    expect(next?.number).toBeGreaterThan(60);
  });
});

describe('old memory', () => {
  test('does not bring back the draws of a room that was deleted', async () => {
    await entrants();
    const before = await report();
    await one.operations.deleteRoom('sale');
    await other.advance.all();
    await one.operations.putRoom(SALE);
    time += 1500;
    await other.advance.all();
    await look();
    const after = await report(other);
    expect(after?.seed_hash).not.toBe(before?.seed_hash);
    expect((await other.snapshots.get('sale')).view.draws).toMatchObject([{ arrivals: 0 }]);
  });

  test('does not bring back the draws before a reset', async () => {
    const tickets = await entrants();
    await start(tickets);
    await look();
    await one.operations.reset('sale');
    await one.snapshots.get('sale');
    await admin.flushall();
    time += 1500;
    await Promise.all([one.advance.all(), other.advance.all()]);
    time += 1000;
    await look();
    for (const process of [one, other]) expect((await process.snapshots.get('sale')).view.draws).toEqual([]);
  });
});
