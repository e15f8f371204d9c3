import { beforeEach, describe, expect, test } from 'vitest';
import { roomSettings } from '#support/room-settings.ts';
import { embeddedStore } from '#support/stores.ts';
import { createTime } from '#support/time.ts';
import { RoomNotFound } from '#waiting-room/errors.ts';
import { createWaitingRoom } from '#waiting-room/index.ts';
import type { Store } from '#waiting-room/ports/index.ts';

describe('the shared status', () => {
  const time = createTime();
  const make = (store: Store) =>
    createWaitingRoom({ store, now: time.now, cookieKeys: ['a key'], emit: () => undefined, onError: () => undefined });
  let room: ReturnType<typeof make>;

  beforeEach(async () => {
    const opened = await embeddedStore();
    room = make(opened.store);
    await room.operations.putRoom(roomSettings({ message: 'Soon' }));
    return () => opened.close();
  });

  const come = async () => {
    await room.visitors.facts((await room.visitors.arrive('sale', { visitor: null, ticket: null })).ticket);
    await room.flush();
  };
  const read = async () => JSON.parse((await room.status.get('sale')).toString());

  test('has the public fields and no others', async () => {
    await come();
    await come();
    room.snapshots.expire('sale');
    expect(await read()).toEqual({
      room: 'sale',
      mode: 'queue',
      serving: 0,
      waiting: 2,
      ahead: [
        [1, 0],
        [2, 1],
        [3, 2],
      ],
      per_minute: null,
      poll_after: 2,
      message: 'Soon',
      updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  test('is made once a snapshot', async () => {
    const document = await room.status.get('sale');
    expect(room.status.now('sale')).toBe(document);
    expect(await room.status.get('sale')).toBe(document);
    time.pass(1_000);
    expect(room.status.now('sale')).toBeUndefined();
    expect(await room.status.get('sale')).not.toBe(document);
  });

  test('shows an operator’s change in this process at once', async () => {
    await come();
    await read();
    await room.operations.raise('sale', 1);
    expect(await read()).toMatchObject({ serving: 1, waiting: 0, ahead: [[2, 0]] });
  });

  test('has at most 32 points and a kilobyte, however long the line', async () => {
    await Promise.all(Array.from({ length: 2_000 }, come));
    room.snapshots.expire('sale');
    const document = await room.status.get('sale');
    expect(JSON.parse(document.toString()).ahead).toHaveLength(32);
    expect(document.length).toBeLessThan(1_024);
  });

  test('says when an event starts, until it starts', async () => {
    const [prequeue_start, start] = [time.now() - 1_000, time.now() + 60_000];
    await room.operations.putRoom(
      roomSettings({ events: [{ id: 'opening', prequeue_start, start, end: null, order: 'draw' }] }),
    );
    expect(await read()).toMatchObject({ starts_at: new Date(start).toISOString() });
    time.pass(60_000);
    await room.advance.all();
    room.snapshots.expire('sale');
    expect(await read()).not.toHaveProperty('starts_at');
  });

  test('says when the event of the next draw starts, also while the one before goes on', async () => {
    const start = time.now() + 60_000;
    const before = { id: 'preview', prequeue_start: time.now() - 2_000, start: time.now() - 1_000, end: null };
    const next = { id: 'opening', prequeue_start: time.now() - 500, start, end: null };
    const events = [before, next].map((event) => ({ ...event, order: 'draw' as const }));
    await room.operations.putRoom(roomSettings({ events }));
    await room.advance.all();
    const { ticket } = await room.visitors.arrive('sale', { visitor: null, ticket: null });
    room.snapshots.expire('sale');
    expect(await room.visitors.facts(ticket)).toMatchObject({ starts_at: new Date(start).toISOString() });
    expect(await read()).toMatchObject({ starts_at: new Date(start).toISOString() });
  });

  test('says when an event started until its draw is made, as the facts of its entrants do', async () => {
    const start = time.now() + 60_000;
    const event = { id: 'opening', prequeue_start: time.now() - 1_000, start, end: null, order: 'draw' as const };
    await room.operations.putRoom(roomSettings({ events: [event] }));
    await room.advance.all();
    const { ticket } = await room.visitors.arrive('sale', { visitor: null, ticket: null });
    time.pass(60_000);
    const starts_at = new Date(start).toISOString();
    expect(await room.visitors.facts(ticket)).toMatchObject({ state: 'before_start', starts_at });
    expect(await read()).toMatchObject({ starts_at });
    // The draw waits for heartbeats on their way.
    time.pass(3_000);
    await room.advance.all();
    room.snapshots.expire('sale');
    expect(await read()).not.toHaveProperty('starts_at');
  });

  test('rejects with RoomNotFound for an unknown room', async () => {
    await expect(room.status.get('nowhere')).rejects.toThrow(RoomNotFound);
  });
});
