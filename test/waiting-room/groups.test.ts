import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFeed } from '#activity/feed.ts';
import { check } from '#settings/faults.ts';
import { room as roomSchema } from '#settings/room.ts';
import { type OpenedStore, STORES } from '#support/stores.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import type { Ticket } from '#waiting-room/ticket.ts';

const T0 = Date.parse('2026-11-24T09:00:00Z');
const SECOND = 1000;

describe.each(STORES)('a group of rooms, on %s', (_name, open) => {
  let opened: OpenedStore;
  let time: number;
  let one: WaitingRoom;
  let two: WaitingRoom;

  beforeEach(async () => {
    opened = await open();
    time = T0;
    one = aProcess();
    two = aProcess();
  });
  afterEach(() => opened.close());

  /** One of several processes on the same store. */
  function aProcess(store = opened.store): WaitingRoom {
    const cookieKeys = ['a key that only the tests know'];
    const emit = createFeed([], () => time);
    return createWaitingRoom({ store, now: () => time, cookieKeys, emit, onError: () => undefined });
  }

  /** Puts a room that lets in whoever fits. */
  async function put(id: string, more: object = {}): Promise<void> {
    const checked = check(roomSchema, {
      ...{ id, inlet: { strategy: 'max-size', size: 1000 }, admission: { confirm_window: '0s' } },
      ...{ limits: { joins_per_address: null }, ...more },
    });
    if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
    await one.operations.putRoom(checked.value);
  }

  /** Two rooms with 70 and 30 % of ten places. */
  async function putBoth(size = 10): Promise<void> {
    await put('a');
    await put('b');
    await group(size);
  }

  /** Puts the group once the rooms are as they were put, and shares its places before anybody comes. */
  async function group(size: number): Promise<void> {
    await pass(SECOND);
    await one.operations.putGroup({ id: 'backend', size, rooms: { a: 0.7, b: 0.3 } });
    await pass(SECOND);
  }

  async function arrive(room: string, process = one) {
    const arrival = await process.visitors.arrive(room, { visitor: null, ticket: null, address: null });
    // The waiting page loads, which is the first heartbeat.
    if (!arrival.admission) await process.visitors.facts(arrival.ticket);
    await process.flush();
    return arrival;
  }
  const crowd = (room: string, count: number, process = one) =>
    Promise.all(Array.from({ length: count }, () => arrive(room, process)));
  const ticketsOf = (arrivals: readonly { readonly ticket: Ticket }[]) => arrivals.map(({ ticket }) => ticket);
  const claimAll = (tickets: readonly Ticket[]) => Promise.all(tickets.map((ticket) => one.visitors.claim(ticket)));
  const activeIn = async (room: string) => (await one.operations.counters(room)).active;
  const active = async () => ({ a: await activeIn('a'), b: await activeIn('b') });

  /** So much time passes, with the ticks of both processes. */
  async function pass(ms: number): Promise<void> {
    for (const end = time + ms; time < end; ) {
      time += Math.min(250, end - time);
      await Promise.all([one.advance.all(), two.advance.all()]);
    }
  }

  test('divides its places by the shares, where both rooms want more', async () => {
    await putBoth();
    const tickets = ticketsOf([...(await crowd('a', 20)), ...(await crowd('b', 20))]);
    for (let i = 0; i < 3; i++) {
      await pass(SECOND);
      await claimAll(tickets);
    }
    const inside = await active();
    expect(inside.a + inside.b).toBe(10);
    expect(inside.b).toBeGreaterThanOrEqual(3);
  });

  test('lends the places of an idle room, and gives them back as they become free', async () => {
    await putBoth();
    const borrowers = ticketsOf(await crowd('b', 20));
    await pass(SECOND);
    await claimAll(borrowers);
    expect(await active()).toEqual({ a: 0, b: 10 });
    const owners = ticketsOf(await crowd('a', 20));
    for (const { visitor } of borrowers.splice(0, 7)) {
      await one.visitors.depart('b', visitor);
      await pass(500);
      await claimAll([...owners, ...borrowers]);
    }
    expect(await active()).toEqual({ a: 7, b: 3 });
  });

  test('never has more visitors inside than its size, whatever comes at whichever process', async () => {
    await putBoth();
    const inside: Ticket[] = [];
    const waiting: Ticket[] = [];
    let seed = 11;
    const random = (below: number) => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed % below;
    };
    for (let round = 0; round < 60; round++) {
      const process = random(2) ? one : two;
      for (const { ticket, admission } of await crowd(random(2) ? 'a' : 'b', random(5), process)) {
        (admission ? inside : waiting).push(ticket);
      }
      time += 250;
      await Promise.all([one.advance.all(), two.advance.all(), random(3) ? undefined : one.advance.room('a')]);
      for (const ticket of waiting.splice(0)) {
        const isIn = (await process.visitors.claim(ticket)).state === 'admitted';
        (isIn ? inside : waiting).push(ticket);
      }
      const { a, b } = await active();
      expect(a + b).toBeLessThanOrEqual(10);
      for (let n = random(5); n > 0 && inside.length > 0; n--) {
        const [gone] = inside.splice(random(inside.length), 1);
        if (gone) await process.visitors.depart(gone.room, gone.visitor);
      }
    }
    for (let i = 0; i < 4; i++) {
      await pass(SECOND);
      await claimAll(waiting);
    }
    const { a, b } = await active();
    expect(a + b).toBe(Math.min(10, inside.length + waiting.length));
  });

  test('is never exceeded while it is put on rooms that are full, whatever other processes do meanwhile', async () => {
    await put('a', { inlet: { strategy: 'max-size', size: 20 } });
    await put('b', { inlet: { strategy: 'max-size', size: 5 } });
    await pass(SECOND);
    const waiting = ticketsOf([...(await crowd('a', 5)), ...(await crowd('b', 20))]);
    const serve = async () => {
      for (let i = 0; i < 2; i++) {
        await pass(SECOND);
        await claimAll(waiting);
      }
    };
    await serve();
    expect(await active()).toEqual({ a: 5, b: 5 });
    const { settings } = opened.store;
    let writes = 0;
    const putRoom: typeof settings.putRoom = async (...put) => {
      const revision = await settings.putRoom(...put);
      writes += 1;
      await pass(SECOND);
      if (writes === 1) waiting.push(...ticketsOf(await crowd('a', 20)));
      await serve();
      const { a, b } = await active();
      expect(a + b).toBeLessThanOrEqual(10);
      return revision;
    };
    const slow = aProcess({ ...opened.store, settings: { ...settings, putRoom } });
    await slow.operations.putGroup({ id: 'backend', size: 10, rooms: { a: 0.5, b: 0.5 } });
    await serve();
    expect(writes).toBeGreaterThanOrEqual(2);
    expect(await active()).toEqual({ a: 5, b: 5 });
  });

  test('leaves a room its own size too', async () => {
    await put('a', { inlet: { strategy: 'max-size', size: 4 } });
    await put('b');
    await group(10);
    const tickets = ticketsOf([...(await crowd('a', 20)), ...(await crowd('b', 20))]);
    for (let i = 0; i < 3; i++) {
      await pass(SECOND);
      await claimAll(tickets);
    }
    expect(await active()).toEqual({ a: 4, b: 6 });
  });

  test('follows a size that grows', async () => {
    await putBoth(2);
    const tickets = ticketsOf(await crowd('a', 20));
    await pass(SECOND);
    await claimAll(tickets);
    expect((await active()).a).toBe(2);
    await one.operations.putGroup({ id: 'backend', size: 5, rooms: { a: 0.7, b: 0.3 } });
    await pass(2 * SECOND);
    await claimAll(tickets);
    expect((await active()).a).toBe(5);
  });

  test('stays as it is when a room of it is put again', async () => {
    await putBoth();
    await put('a', { title: 'Another title' });
    expect(await one.operations.groups()).toEqual([{ id: 'backend', size: 10, rooms: { a: 0.7, b: 0.3 } }]);
  });

  test('gives its rooms their own size back when it is deleted', async () => {
    await putBoth(2);
    await one.operations.deleteGroup('backend');
    expect(await one.operations.groups()).toEqual([]);
    const tickets = ticketsOf(await crowd('a', 20));
    await pass(SECOND);
    await claimAll(tickets);
    expect((await active()).a).toBe(20);
    await expect(one.operations.deleteGroup('backend')).rejects.toMatchObject({ code: 'group_not_found' });
  });
});
