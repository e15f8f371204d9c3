import { afterEach, expect, test } from 'vitest';
import { type EventSourceClient, openEvents } from '#support/event-source.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { ADMIN_TOKEN } from '#support/service.ts';
import { embeddedStore } from '#support/stores.ts';

let isDraining = false;
const service = serviceOn(
  embeddedStore,
  {
    rooms: [
      { id: 'sale', inlet: { strategy: 'manual', size: 2 } },
      { id: 'other', inlet: { strategy: 'rate', per_minute: 60 } },
    ],
    draining: () => isDraining,
    namedTokens: [{ name: 'vera', role: 'viewer', token: 'let-vera-read-only' }],
  },
  'test',
);

const opened: EventSourceClient[] = [];
afterEach(() => {
  isDraining = false;
  for (const each of opened.splice(0)) each.close();
});

async function watch(path: string, token = ADMIN_TOKEN): Promise<EventSourceClient> {
  const stream = await openEvents(`${service.listensOn}/admin/v1${path}`, { Authorization: `Bearer ${token}` });
  opened.push(stream);
  return stream;
}

/** A visitor joins, and the page sends its first heartbeat. */
async function arrive(visitor: string) {
  const { visitors, flush } = service.waitingRoom;
  const arrival = await visitors.arrive('sale', { visitor, ticket: null });
  await visitors.facts(arrival.ticket);
  await flush();
  return arrival;
}

test('a viewer gets the counters of a room at once, and again within two seconds', async () => {
  const live = await watch('/rooms/sale/live', 'let-vera-read-only');
  expect(live.status).toBe(200);
  expect(live.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(live.headers.get('cache-control')).toBe('no-store');
  const first = (await live.next('counters')).data;
  expect(first).toMatchObject({ room: 'sale', mode: 'queue', size: 2, inside: 0, free: 2, inlet: 'manual' });
  await arrive('ann');
  const started = performance.now();
  let latest = first;
  while (latest.counters.queue === 0) latest = (await live.next('counters')).data;
  expect(performance.now() - started).toBeLessThan(2000);
  expect(latest.counters).toMatchObject({ queue: 1, waiting: 1 });
  expect(Date.now() - Date.parse(latest.updated_at)).toBeLessThan(2000);
});

test('the report says who was let in, and why nobody else is', async () => {
  const live = await watch('/rooms/sale/live');
  expect((await live.next('counters')).data.held_up).toEqual({ code: 'nobody_waiting', until: null });
  const { operations, visitors } = service.waitingRoom;
  const [ann, ben] = [await arrive('ann'), await arrive('ben'), await arrive('cy')];
  await operations.raise('sale', 2);
  for (const { ticket } of [ann, ben]) await visitors.claim(ticket);
  let report = (await live.next('counters')).data;
  while (report.let_in.last_minute < 2) report = (await live.next('counters')).data;
  expect(report).toMatchObject({ inside: 2, free: 0, held_up: { code: 'full', until: null } });
  expect(report.let_in.seconds_since_last).toBeLessThan(3);
});

test('an activity of the room reaches its streams and those of all rooms, and no other', async () => {
  const [sale, other, all] = [await watch('/rooms/sale/live'), await watch('/rooms/other/live'), await watch('/live')];
  await arrive('ann');
  await fetch(`${service.listensOn}/admin/v1/rooms/sale/serving-counter`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
    body: '{"increment_by":1}',
  });
  for (const stream of [sale, all]) {
    const [acted, raised] = [await stream.next('activity'), await stream.next('activity')];
    const events = [acted.data, raised.data];
    expect(events).toContainEqual(expect.objectContaining({ type: 'operator.acted', action: 'counter.raised' }));
    expect(events).toContainEqual(expect.objectContaining({ type: 'counter.raised', room: 'sale', from: 0, to: 1 }));
  }
  await other.next('counters');
  await other.next('counters');
  expect(other.events.filter(({ event }) => event === 'activity')).toEqual([]);
});

test('a stream of all rooms begins with each, and then gets those that change', async () => {
  const live = await watch('/live');
  const rooms = [await live.next('counters'), await live.next('counters')].map(({ data }) => data.room);
  expect(rooms.sort()).toEqual(['other', 'sale']);
  await live.next('current');
  await arrive('ann');
  const changed = await live.next('counters');
  expect(changed.data).toMatchObject({ room: 'sale', counters: { queue: 1 } });
});

test('streams end with a reason when the process shuts down, and no new ones begin', async () => {
  const streams = [await watch('/rooms/sale/live'), await watch('/live')];
  isDraining = true;
  for (const stream of streams) {
    expect((await stream.next('closed')).data).toEqual({ reason: 'shutting_down' });
    await stream.ended;
  }
  expect((await watch('/live')).status).toBe(503);
});

test('the stream of a room ends with a reason when the room is deleted', async () => {
  const live = await watch('/rooms/sale/live');
  await live.next('counters');
  await service.waitingRoom.operations.deleteRoom('sale');
  expect((await live.next('closed')).data).toEqual({ reason: 'room_deleted' });
  await live.ended;
});

test('a stream needs a token and an existing room', async () => {
  expect((await watch('/rooms/sale/live', 'wrong')).status).toBe(401);
  expect((await watch('/rooms/nowhere/live')).status).toBe(404);
});
