import { setImmediate as immediate } from 'node:timers/promises';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFeed } from '#activity/feed.ts';
import { check } from '#settings/faults.ts';
import { room as roomSchema } from '#settings/room.ts';
import { openRedisStore } from '#store/redis/index.ts';
import { joinAndLoad } from '#support/join-and-load.ts';
import { startRedis } from '#support/redis.ts';
import { embeddedStore, type OpenedStore, STORES } from '#support/stores.ts';
import { wrapStoreCalls } from '#telemetry/store-calls.ts';
import type { Activity } from '#waiting-room/activity.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { RoomSettings } from '#waiting-room/room.ts';

const T0 = Date.parse('2026-11-24T09:00:00Z');
const TICK = 250;
const SECOND = 1000;
const MINUTE = 60_000;
/** By then a room without visitors is at rest. */
const RESTS_AFTER = 15 * SECOND;

let time: number;
let opened: OpenedStore | null = null;
let emitted: Activity[];
beforeEach(() => {
  [time, emitted] = [T0, []];
});
afterEach(async () => {
  await opened?.close();
  opened = null;
});

function aProcess(store: Store): WaitingRoom {
  const emit = createFeed([(activity) => void emitted.push(activity)], () => time);
  const cookieKeys = ['a key that only the tests know'];
  return createWaitingRoom({ store, now: () => time, cookieKeys, emit, onError: () => undefined });
}

function roomWith(id: string, settings: object): RoomSettings {
  const checked = check(roomSchema, { id, challenge: 'off', limits: { joins_per_address: null }, ...settings });
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return checked.value;
}

async function tick(process: WaitingRoom, lasts = TICK, each: () => void = () => undefined): Promise<void> {
  for (const end = time + lasts; time < end; ) {
    time += TICK;
    await process.advance.all();
    each();
  }
}

/** The store, with the calls that were made by name. */
function counted(store: Store): { readonly store: Store; readonly calls: Map<string, number> } {
  const calls = new Map<string, number>();
  const wrapped = wrapStoreCalls(store, (operation, call) => (...args) => {
    calls.set(operation, (calls.get(operation) ?? 0) + 1);
    return call(...args);
  });
  return { store: wrapped, calls };
}
const total = (calls: ReadonlyMap<string, number>) => [...calls.values()].reduce((sum, times) => sum + times, 0);

describe('what rooms cost', () => {
  /** The calls within two minutes, of ten rooms with people in line and others without. */
  async function callsWith(rooms: number): Promise<ReadonlyMap<string, number>> {
    const own = await embeddedStore(() => time);
    try {
      time = T0;
      const { store, calls } = counted(own.store);
      const process = aProcess(store);
      for (let n = 0; n < rooms; n++) {
        await process.operations.putRoom(roomWith(`room-${n}`, { inlet: { strategy: 'rate', per_minute: 60 } }));
      }
      const people = Array.from({ length: 500 }, (_, n) => ({ visitor: `v${n}`, claim: false }));
      for (let n = 0; n < 10; n++) await joinAndLoad(store.line, `room-${n}`, people, time);
      await tick(process, RESTS_AFTER);
      calls.clear();
      await tick(process, 2 * MINUTE);
      return calls;
    } finally {
      await own.close();
    }
  }

  test('1,000 rooms of which ten are busy take hardly more calls of the store than ten', {
    timeout: 300_000,
  }, async () => {
    const [ten, thousand] = [await callsWith(10), await callsWith(1000)];
    expect(total(ten)).toBeGreaterThan(2 * 60 * 4 * 10);
    expect(total(thousand) / total(ten)).toBeLessThan(1.5);
  });
});

describe('a line whose room rested', () => {
  const inlets = fc.oneof(
    fc.record({
      strategy: fc.constant('rate'),
      per_minute: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 31, max: 6000 })),
      burst: fc.option(fc.integer({ min: 100, max: 200 }), { nil: undefined }),
      size: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    }),
    fc.record({
      strategy: fc.constant('periodic'),
      increment: fc.integer({ min: 1, max: 5 }),
      every: fc.integer({ min: 1, max: 45 }).map((seconds) => `${seconds}s`),
      unit: fc.constantFrom('people', 'numbers'),
    }),
    fc.record({ strategy: fc.constant('max-size'), size: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ strategy: fc.constant('adaptive'), min_per_minute: fc.integer({ min: 1, max: 600 }) }).map((inlet) => ({
      ...{ ...inlet, max_per_minute: 6000, target_latency: '1s', target_error_rate: 0.1 },
    })),
  );
  /** How many ticks pass before so many people come, who leave after so many more. */
  const visits = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 30 })),
    { minLength: 1, maxLength: 3 },
  );

  /** The counters after each tick while people are there, and how many ticks the room was at rest. */
  async function course(
    settings: RoomSettings,
    comings: readonly (readonly [number, number, number])[],
    { rests }: { rests: boolean },
  ) {
    const own = await embeddedStore(() => time);
    time = T0;
    const process = aProcess(own.store);
    const seen: unknown[] = [];
    let atRest = 0;
    const advance = async () => {
      time += TICK - (time % TICK);
      if (!rests) await process.advance.room('sale');
      await process.advance.all();
      if (process.isAtRest('sale')) atRest += 1;
    };
    try {
      await process.operations.putRoom(settings);
      for (const [before, people, stay] of comings) {
        for (let n = 0; n < before; n++) await advance();
        time += 100;
        const guests = await Promise.all(
          Array.from({ length: people }, () => process.visitors.arrive('sale', { visitor: null, ticket: null })),
        );
        for (const { ticket } of guests) await process.visitors.facts(ticket);
        await process.flush();
        for (let n = 0; n < stay; n++) {
          await advance();
          const { serving, queue, claimed } = (await own.store.line.view('sale', time)).counters;
          seen.push([time - T0, { serving, queue, claimed }]);
        }
        for (const { ticket } of guests) await process.visitors.leave(ticket);
        await immediate();
      }
      return { seen, atRest };
    } finally {
      await own.close();
    }
  }

  test('serves as if its inlet had ticked all the time', { timeout: 300_000 }, async () => {
    let atRest = 0;
    await fc.assert(
      fc.asyncProperty(inlets, visits, async (inlet, comings) => {
        const settings = roomWith('sale', { inlet, admission: { claim_window: '1m' } });
        const [ticked, rested] = [
          await course(settings, comings, { rests: false }),
          await course(settings, comings, { rests: true }),
        ];
        expect(rested.seen).toEqual(ticked.seen);
        atRest += rested.atRest;
      }),
      { numRuns: 60 },
    );
    expect(atRest).toBeGreaterThan(1000);
  });
});

describe.each(STORES)('a room at rest, on %s', (_name, open) => {
  let store: Store;
  let process: WaitingRoom;
  beforeEach(async () => {
    opened = await open();
    store = opened.store;
    process = aProcess(store);
  });

  /** A room that rests: at most ten enter at once. */
  async function rest(settings: object = {}): Promise<void> {
    await process.operations.putRoom(roomWith('sale', { inlet: { strategy: 'rate', per_minute: 600 }, ...settings }));
    await tick(process, RESTS_AFTER);
    expect(process.isAtRest('sale')).toBe(true);
  }
  const arrive = (by: WaitingRoom) => by.visitors.arrive('sale', { visitor: null, ticket: null });
  async function crowd(people: number, by: WaitingRoom): Promise<void> {
    const guests = await Promise.all(Array.from({ length: people }, () => arrive(by)));
    for (const { ticket } of guests) await by.visitors.facts(ticket);
    await by.flush();
  }
  const serving = async () => (await store.line.view('sale', time)).counters.serving;

  test('goes on at the next tick after a visitor came', async () => {
    await rest();
    await tick(process, 20 * SECOND + TICK);
    await crowd(14, process);
    expect(await serving()).toBe(10);
    await tick(process);
    expect(await serving()).toBe(12);
  });

  test('goes on within 1.5 s after visitors came through another process that does not tick', async () => {
    const other = aProcess(store);
    await rest();
    await tick(process, 20 * SECOND);
    await crowd(13, other);
    expect(await serving()).toBe(10);
    await tick(process, 1500);
    expect(await serving()).toBeGreaterThanOrEqual(13);
  });

  test('goes on although its own process looked at the line after visitors came through another', async () => {
    const other = aProcess(store);
    await rest();
    await tick(process, 20 * SECOND);
    await crowd(13, other);
    time += 50;
    process.snapshots.expire('sale');
    await process.snapshots.get('sale');
    await tick(process, 1500);
    expect(await serving()).toBeGreaterThanOrEqual(13);
  });

  test('follows a signal that another process reported although its own process looked at the line after it', async () => {
    const targets = { min_per_minute: 60, max_per_minute: 600, target_latency: '1s', target_error_rate: 0.1 };
    await rest({ inlet: { strategy: 'adaptive', ...targets } });
    await aProcess(store).signal('sale', { latency: 100, errorRate: 0 });
    time += 50;
    process.snapshots.expire('sale');
    await process.snapshots.get('sale');
    await tick(process, 1500);
    expect(process.isAtRest('sale')).toBe(false);
  });

  test('goes on after a tick that failed when visitors came', async () => {
    let fails = false;
    const failing = wrapStoreCalls(store, (operation, call) => async (...args) => {
      if (fails && operation === 'raise') throw new Error('the store does not answer');
      return call(...args);
    });
    process = aProcess(failing);
    await rest();
    await crowd(13, aProcess(store));
    fails = true;
    await expect(tick(process, 1500)).rejects.toThrow('does not answer');
    fails = false;
    await tick(process, TICK);
    expect(process.isAtRest('sale')).toBe(false);
    expect(await serving()).toBeGreaterThanOrEqual(13);
  });

  test('goes on within 1.5 s after visitors came through another process, although its clock jumped back', async () => {
    await rest();
    await tick(process, 20 * SECOND);
    time -= 4 * SECOND;
    await crowd(13, aProcess(store));
    await tick(process, 1500);
    expect(process.isAtRest('sale')).toBe(false);
  });

  test('lets no second burst in when a visitor leaves through another process that does not tick', async () => {
    const other = aProcess(store);
    await rest();
    await tick(process, 5 * MINUTE);
    const guest = await arrive(other);
    await crowd(20, other);
    expect(await serving()).toBe(10);
    await other.visitors.leave(guest.ticket);
    await other.advance.room('sale');
    expect(await serving()).toBe(10);
    await tick(process, 2 * SECOND);
    expect(await serving()).toBeGreaterThanOrEqual(21);
  });

  test('takes up settings that another process changed within two seconds', async () => {
    await rest();
    await store.settings.putRoom({ ...(await process.operations.room('sale')), mode: 'closed' });
    await tick(process, 2 * SECOND + TICK);
    expect((await store.line.view('sale', time)).mode).toBe('closed');
  });

  test('is advanced as its event begins', async () => {
    const start = new Date(T0 + MINUTE).toISOString();
    await rest({ events: [{ id: 'opening', start, inlet: { strategy: 'max-size', size: 40 } }] });
    await tick(process, MINUTE - RESTS_AFTER);
    expect(await serving()).toBe(40);
  });

  test('reports its counters each minute and has no alert, like any other', async () => {
    await rest();
    emitted.length = 0;
    await tick(process, 10 * MINUTE);
    expect(process.isAtRest('sale')).toBe(true);
    expect(emitted.filter(({ type }) => type === 'room.metrics').length).toBeGreaterThanOrEqual(9);
    expect(process.measurements.measuredAlerts('sale')).toEqual({});
  });

  test('is only looked at every five minutes, and nothing is written', async () => {
    const { store: seen, calls } = counted(store);
    process = aProcess(seen);
    await rest();
    await tick(process, 5 * MINUTE);
    calls.clear();
    await tick(process, 10 * MINUTE);
    expect(process.isAtRest('sale')).toBe(true);
    expect(calls.get('view_for_memory')).toBe(2);
    expect(['note', 'configure', 'raise', 'time_series.write_latest'].filter((name) => calls.has(name))).toEqual([]);
  });

  test('has the joins of a minute in the row of that minute', async () => {
    await rest();
    await tick(process, 5 * MINUTE + 30 * SECOND - (time - T0));
    await crowd(4, process);
    await tick(process, 3 * MINUTE);
    const rows = await process.measurements.rows('sale', T0, time);
    const inflow = rows.filter((row) => row.inflow > 0).map((row) => [row.minute - T0 / MINUTE, row.inflow]);
    expect(inflow).toEqual([[5, 4]]);
  });

  test('has the visitors who leave in the row of that minute', async () => {
    const other = aProcess(store);
    await rest({ inlet: { strategy: 'manual' } });
    const guests = await Promise.all([arrive(other), arrive(other)]);
    await tick(process, 5 * MINUTE + 2 * SECOND - (time - T0));
    for (const { ticket } of guests) await other.visitors.leave(ticket);
    await other.flush();
    await tick(process, 3 * MINUTE);
    expect(process.isAtRest('sale')).toBe(true);
    const rows = await process.measurements.rows('sale', T0, time);
    const left = rows.filter((row) => row.left > 0).map((row) => [row.minute - T0 / MINUTE, row.left]);
    expect(left).toEqual([[5, 2]]);
  });

  test('does not rest while a room of its group is busy', async () => {
    await rest();
    await process.operations.putRoom(roomWith('other', { inlet: { strategy: 'max-size', size: 5 } }));
    await process.operations.putGroup({ id: 'backend', size: 10, rooms: { sale: 0.5, other: 0.5 } });
    await tick(process, RESTS_AFTER);
    expect([process.isAtRest('sale'), process.isAtRest('other')]).toEqual([true, true]);
    await arrive(process);
    await tick(process);
    expect([process.isAtRest('sale'), process.isAtRest('other')]).toEqual([false, false]);
  });

  test('does not rest while a room of its group is busy that was changed when its visitors came', async () => {
    await rest();
    const other = roomWith('other', { inlet: { strategy: 'max-size', size: 5 } });
    await process.operations.putRoom(other);
    await process.operations.putGroup({ id: 'backend', size: 10, rooms: { sale: 0.5, other: 0.5 } });
    await tick(process, RESTS_AFTER);
    expect([process.isAtRest('sale'), process.isAtRest('other')]).toEqual([true, true]);
    await process.visitors.arrive('other', { visitor: null, ticket: null });
    await process.advance.room('other');
    await tick(process);
    expect([process.isAtRest('sale'), process.isAtRest('other')]).toEqual([false, false]);
  });

  test('rests with lanes too, and goes on after it', async () => {
    await rest({ lanes: { members: 0.5 }, inlet: { strategy: 'rate', per_minute: 600, size: 100 } });
    await crowd(14, process);
    const before = await serving();
    await tick(process, SECOND);
    expect(await serving()).toBeGreaterThan(before);
  });

  test('is forgotten when another process deletes it', async () => {
    await rest();
    await aProcess(store).operations.deleteRoom('sale');
    await tick(process, 2 * SECOND);
    expect(process.isAtRest('sale')).toBe(false);
    expect(process.advance.rooms()).toEqual([]);
  });

  test('does not rest with an inlet that follows an origin', async () => {
    const targets = { min_per_minute: 6, max_per_minute: 60, target_latency: '1s', target_error_rate: 0.1 };
    await process.operations.putRoom(roomWith('sale', { inlet: { strategy: 'adaptive', ...targets } }));
    await process.signal('sale', { latency: 100, errorRate: 0 });
    await tick(process, RESTS_AFTER);
    expect(process.isAtRest('sale')).toBe(false);
  });
});

test('a line that Redis lost while its room was at rest is there again within 3 s, above the numbers it had', async () => {
  const redis = await startRedis();
  const store = await openRedisStore({ url: redis.url });
  opened = { store, close: () => store.close().then(redis.stop) };
  const process = aProcess(store);
  await process.operations.putRoom(roomWith('sale', { inlet: { strategy: 'max-size', size: 5 } }));
  const { ticket } = await process.visitors.arrive('sale', { visitor: null, ticket: null });
  await process.visitors.leave(ticket);
  const { incarnation } = await store.line.view('sale', time);
  await tick(process, 5 * MINUTE + 30 * SECOND);
  expect(process.isAtRest('sale')).toBe(true);
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  await tick(process, 3 * SECOND);
  const view = await store.line.view('sale', time);
  expect(view.incarnation).toBe(incarnation);
  expect(view.counters.queue).toBeGreaterThanOrEqual(1);
  await expect(process.visitors.arrive('sale', { visitor: null, ticket: null })).resolves.toBeDefined();
});

test('on Redis, nobody looks at the line of a room at rest for a minute, until another process changes it', async () => {
  const redis = await startRedis();
  const store = await openRedisStore({ url: redis.url });
  const second = await openRedisStore({ url: redis.url });
  opened = { store, close: () => Promise.all([store.close(), second.close()]).then(redis.stop) };
  const { store: seen, calls } = counted(store);
  const process = aProcess(seen);
  await process.operations.putRoom(roomWith('sale', { inlet: { strategy: 'rate', per_minute: 600 } }));
  await tick(process, RESTS_AFTER + 2 * SECOND);
  expect(process.isAtRest('sale')).toBe(true);
  calls.clear();
  await tick(process, 50 * SECOND);
  expect(process.isAtRest('sale')).toBe(true);
  expect(calls.get('line_marks.read') ?? 0).toBeLessThanOrEqual(1);
  await aProcess(second).visitors.arrive('sale', { visitor: null, ticket: null });
  await tick(process, TICK);
  expect(process.isAtRest('sale')).toBe(false);
});
