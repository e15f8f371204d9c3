import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFeed } from '#activity/feed.ts';
import { check } from '#settings/faults.ts';
import { relyingParty as partySchema } from '#settings/relying-party.ts';
import { room as roomSchema } from '#settings/room.ts';
import { openRedisStore } from '#store/redis/index.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Ticket } from '#waiting-room/ticket.ts';

let redis: RedisServer;
let admin: Redis;
let stores: Store[];
/** The processes' clock. It moves with the tests, so that nobody waits. */
let time: number;

beforeEach(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
  stores = [];
  time = Date.parse('2026-11-24T09:00:00Z');
});
afterEach(async () => {
  admin.disconnect();
  for (const store of stores) await store.close();
  await redis.stop();
});

async function aProcess(): Promise<WaitingRoom> {
  const store = await openRedisStore({ url: redis.url });
  stores.push(store);
  const emit = createFeed([], () => time);
  return createWaitingRoom({ store, now: () => time, cookieKeys: ['a key'], emit, onError: () => undefined });
}

function settings(more: object = {}): RoomSettings {
  const checked = check(roomSchema, { id: 'sale', inlet: { strategy: 'manual' }, ...more });
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return checked.value;
}

const newcomer = { visitor: null, ticket: null };

async function join(process: WaitingRoom, count: number): Promise<Ticket[]> {
  const arrivals = await Promise.all(Array.from({ length: count }, () => process.visitors.arrive('sale', newcomer)));
  return arrivals.map(({ ticket }) => ticket);
}

const comeBack = async (process: WaitingRoom, ticket: Ticket) =>
  process.visitors.arrive('sale', { visitor: ticket.visitor, ticket });

/** A process that never saw the line, which the store lost. One that saw it may open it again until it comes to rest. */
function aProcessWithoutTheLine(): Promise<WaitingRoom> {
  return vi.waitFor(async () => {
    const process = await aProcess();
    await admin.del(...(await admin.keys('anteroom:{sale}:*')));
    await expect(process.visitors.arrive('sale', newcomer)).rejects.toMatchObject({ code: 'store_unavailable' });
    return process;
  });
}

describe('after FLUSHALL', () => {
  test('numbers continue behind all that were issued, and every ticket keeps its number', async () => {
    const [one, other] = [await aProcess(), await aProcess()];
    await one.operations.putRoom(settings());
    const before = [...(await join(one, 20)), ...(await join(other, 30)), ...(await join(one, 10))];
    await admin.flushall();
    time += 1500;
    const after = (await Promise.all([join(other, 20), join(one, 20)])).flat();
    const numbers = [...before, ...after].map(({ number }) => number);
    expect(new Set(numbers).size).toBe(100);
    expect(Math.min(...after.map(({ number }) => number))).toBeGreaterThan(60);
    for (const ticket of before) expect((await comeBack(other, ticket)).ticket.number).toBe(ticket.number);
    for (const ticket of after) expect((await comeBack(one, ticket)).ticket.number).toBe(ticket.number);
    const { counters } = (await one.snapshots.get('sale')).view;
    expect(counters.queue).toBeGreaterThanOrEqual(100);
    expect(await one.operations.room('sale')).toMatchObject({ id: 'sale' });
  });

  test('served visitors who had not claimed go to the front, and those inside keep their places', async () => {
    const process = await aProcess();
    await process.operations.putRoom(settings({ inlet: { strategy: 'max-size', size: 4 } }));
    await process.advance.all();
    const inside = await join(process, 3);
    const waiting = await join(process, 5);
    await process.advance.all();
    const [served, next] = waiting;
    if (!served || !next) throw new Error('nobody waits');
    await process.snapshots.get('sale');
    await admin.flushall();
    time += 1000;

    const back = await comeBack(process, served);
    expect(back.ticket.number).toBe(served.number);
    const { view } = await process.snapshots.get('sale');
    // Four were inside or served; all of them may be inside now.
    expect(view.counters.active).toBeGreaterThanOrEqual(inside.length);
    expect(view.counters.active).toBeLessThanOrEqual(4);
    expect((await comeBack(process, next)).ticket.number).toBe(next.number);
  });

  test('no inlet passes absent visitors before they had time for a heartbeat', async () => {
    const process = await aProcess();
    await process.operations.putRoom(settings());
    const tickets = await join(process, 5);
    await process.operations.changeRoom('sale', (room) => ({ ...room, inlet: { strategy: 'rate', per_minute: 6000 } }));
    await process.snapshots.get('sale');
    await admin.flushall();
    time += 1000;
    await process.advance.all();
    time += 1000;
    await process.advance.all();
    const ticket = tickets[4];
    if (!ticket) throw new Error('nobody came');
    await expect(process.visitors.facts(ticket)).resolves.toMatchObject({ state: 'waiting' });
    expect((await process.operations.counters('sale')).serving).toBe(0);
  });

  test('a process that remembers nothing leaves the line to others for 3 s', async () => {
    const one = await aProcess();
    await one.operations.putRoom(settings());
    const [ticket] = await join(one, 1);
    const other = await aProcessWithoutTheLine();
    if (!ticket) throw new Error('nobody came');
    expect((await comeBack(one, ticket)).ticket.number).toBe(1);
    time += 1000;
    expect((await join(other, 1))[0]?.number).toBeGreaterThan(1);
  });

  test('a line that no process remembers begins again after 3 s, and honours no earlier ticket', async () => {
    const one = await aProcess();
    await one.operations.putRoom(settings());
    const [ticket] = await join(one, 1);
    const other = await aProcessWithoutTheLine();
    time += 3000;
    const begun = (await join(other, 1))[0];
    expect(begun).toMatchObject({ number: 1 });
    expect(begun?.incarnation).not.toBe(ticket?.incarnation);
    if (!ticket) throw new Error('nobody came');
    expect((await comeBack(other, ticket)).ticket.number).toBe(2);
  });
});

describe('old memory', () => {
  test('does not bring back a room that was deleted', async () => {
    const [one, other] = [await aProcess(), await aProcess()];
    await one.operations.putRoom(settings());
    await join(one, 3);
    await join(other, 3);
    await one.operations.deleteRoom('sale');
    time += 1500;
    await expect(other.visitors.arrive('sale', newcomer)).rejects.toMatchObject({ code: 'room_not_found' });
    await other.advance.all();
    expect(await other.operations.rooms()).toEqual([]);
    await one.operations.putRoom(settings());
    time += 1500;
    expect((await join(other, 1))[0]).toMatchObject({ number: 1, generation: 2 });
  });

  test('does not bring back the line before a reset', async () => {
    const [one, other] = [await aProcess(), await aProcess()];
    await one.operations.putRoom(settings());
    await join(other, 5);
    await one.operations.reset('sale');
    await one.snapshots.get('sale');
    await admin.flushall();
    time += 1500;
    const [late] = await join(one, 1);
    expect(late).toMatchObject({ generation: 2 });
    await other.snapshots.get('sale');
    expect((await join(other, 1))[0]).toMatchObject({ generation: 2 });
  });

  test('gives way to the later line, whichever process opens it first: after a reset, and after it is undone', async () => {
    const [one, other] = [await aProcess(), await aProcess()];
    await one.operations.putRoom(settings());
    await join(other, 5);
    const see = (process: WaitingRoom) => {
      process.snapshots.expire('sale');
      return process.snapshots.get('sale').then(({ view }) => view);
    };
    await see(other);
    await one.operations.reset('sale');
    const began = await see(one);
    await admin.flushall();
    // The other process may remember the line before the reset.
    await see(other);
    expect((await see(one)).incarnation).toBe(began.incarnation);
    expect((await see(other)).incarnation).toBe(began.incarnation);

    await one.operations.reset('sale');
    await see(other);
    const reset = await one.operations.undoableReset('sale');
    await one.operations.undoReset('sale', reset?.id ?? '');
    expect((await see(one)).incarnation).toBe(began.incarnation);
    await admin.flushall();
    await see(other);
    expect((await see(one)).incarnation).toBe(began.incarnation);
    expect((await see(other)).incarnation).toBe(began.incarnation);
  });
});

test('a relying party that was deleted does not come back with a line whose reset is undone', async () => {
  const [one, other] = [await aProcess(), await aProcess()];
  await one.operations.putRoom(settings());
  const party = { client_id: 'shop', room: 'sale', profile: 'generic', redirect_uris: ['https://shop.example/cb'] };
  const checked = check(partySchema, { ...party, client_secret: 'a secret of the shop, long enough' });
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  await one.operations.putRelyingParty(checked.value);
  for (const process of [one, other]) {
    await process.snapshots.get('sale');
    expect(await process.relyingParties.find('shop')).not.toBeNull();
  }
  await one.operations.reset('sale');
  await one.operations.deleteRelyingParty('shop');
  time += 1500;
  for (const process of [one, other]) await process.snapshots.get('sale');
  const reset = await one.operations.undoableReset('sale');
  await one.operations.undoReset('sale', reset?.id ?? '');
  time += 1500;
  for (const process of [one, other]) {
    await process.snapshots.get('sale');
    expect(await process.relyingParties.find('shop')).toBeNull();
  }
  expect(await other.operations.relyingParties()).toEqual([]);
});

test('rooms whose settings alone are lost come back with their lines, and one that was deleted does not', async () => {
  const [one, other] = [await aProcess(), await aProcess()];
  await one.operations.putRoom(settings());
  await one.operations.putRoom({ ...settings(), id: 'gone' });
  const tickets = await join(one, 5);
  for (const process of [one, other]) for (const id of ['sale', 'gone']) await process.snapshots.get(id);
  time += 60_000;
  for (const process of [one, other]) for (const id of ['sale', 'gone']) await process.snapshots.get(id);
  await one.operations.deleteRoom('gone');
  await admin.del('anteroom:rooms');
  time += 1500;
  await other.advance.all();
  await expect(other.operations.rooms()).resolves.toMatchObject([{ id: 'sale', title: settings().title }]);
  await expect(one.operations.rooms()).resolves.toMatchObject([{ id: 'sale' }]);
  for (const ticket of tickets) expect((await comeBack(one, ticket)).ticket.number).toBe(ticket.number);
  const [next] = await join(other, 1);
  expect(next?.number).toBe(6);
});

test('relying parties come back that a process has only listed, and one that was deleted does not', async () => {
  const first = await aProcess();
  await first.operations.putRoom(settings());
  for (const client_id of ['shop', 'kiosk']) {
    await first.operations.putRelyingParty({
      client_id,
      client_secret: 'a secret that is long enough',
      room: 'sale',
      redirect_uris: ['https://shop.example/callback'],
    } as unknown as Parameters<typeof first.operations.putRelyingParty>[0]);
  }
  const process = await aProcess();
  await join(process, 1);
  const listed = async () => (await process.operations.relyingParties()).map(({ client_id }) => client_id).sort();
  expect(await listed()).toEqual(['kiosk', 'shop']);
  time += 60_000;
  await first.operations.deleteRelyingParty('kiosk');
  expect(await listed()).toEqual(['shop']);
  await join(process, 1);
  await admin.flushall();
  time += 1500;
  expect(await listed()).toEqual(['shop']);
  expect(await process.relyingParties.find('shop')).toMatchObject({ client_id: 'shop' });
});

test('relying parties come back with their room, and one that was deleted does not', async () => {
  const process = await aProcess();
  await process.operations.putRoom(settings());
  const party = {
    client_id: 'shop',
    client_secret: 'a secret that is long enough',
    room: 'sale',
    redirect_uris: ['https://shop.example/callback'],
  } as unknown as Parameters<typeof process.operations.putRelyingParty>[0];
  await process.operations.putRelyingParty(party);
  await join(process, 1);
  await process.relyingParties.find('shop');
  await admin.flushall();
  time += 1500;
  expect(await process.relyingParties.find('shop')).toMatchObject({ client_id: 'shop' });
  time += 60_000;
  await process.operations.deleteRelyingParty('shop');
  time += 1500;
  expect(await process.relyingParties.find('shop')).toBeNull();
});
