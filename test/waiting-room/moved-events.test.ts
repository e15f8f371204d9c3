import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { roomSettings } from '#support/room-settings.ts';
import { type OpenedStore, STORES } from '#support/stores.ts';
import { createTime, type Time } from '#support/time.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import type { RoomEvent, RoomSettings } from '#waiting-room/room.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import { freshId } from '../store/contract/room-under-test.ts';

const HOUR = 3_600_000;

describe.each(STORES)('an event with entrants, on %s', (_name, open) => {
  let opened: OpenedStore;
  let time: Time;
  let room: string;
  let waitingRoom: WaitingRoom;
  let kept: unknown[];
  let event: RoomEvent;
  let settings: RoomSettings;
  let ticket: Ticket;

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    time = createTime();
    room = freshId('room');
    kept = [];
    const now = time.now();
    event = { id: 'opening', prequeue_start: now, start: now + HOUR, end: now + 9 * HOUR, order: 'draw' };
    settings = roomSettings({ id: room, events: [event] });
    waitingRoom = createWaitingRoom({
      store: opened.store,
      now: time.now,
      cookieKeys: ['a key'],
      emit: () => undefined,
      eventKept: (of, id) => void kept.push([of, id]),
      onError: () => undefined,
    });
    await operator().putRoom(settings);
    await waitingRoom.advance.room(room);
    ({ ticket } = await waitingRoom.visitors.arrive(room, { visitor: null, ticket: null }));
    await waitingRoom.visitors.facts(ticket);
    await waitingRoom.flush();
    await waitingRoom.advance.room(room);
  });

  const operator = () => waitingRoom.operationsOf('ops');
  const facts = () => {
    waitingRoom.snapshots.expire(room);
    return waitingRoom.visitors.facts(ticket);
  };
  const iso = (at: number) => new Date(at).toISOString();
  const accept = () => undefined;

  test('says on the page from when to when its start has moved, also back again', async () => {
    expect(await facts()).not.toHaveProperty('moved_from');
    await operator().postponeEvent(room, 'opening', event.start + HOUR, accept);
    await operator().postponeEvent(room, 'opening', event.start + 2 * HOUR, accept);
    expect(await facts()).toMatchObject({
      state: 'before_start',
      moved_from: iso(event.start),
      starts_at: iso(event.start + 2 * HOUR),
    });
    time.pass(HOUR);
    await waitingRoom.advance.room(room);
    expect(await facts()).toMatchObject({ state: 'before_start', number: null });
    await operator().putRoom({ ...settings, events: [{ ...event, start: event.start + 1000 }] });
    await operator().putRoom(settings);
    expect(await facts()).not.toHaveProperty('moved_from');
  });

  test('does not say so to entrants who came after the start had moved', async () => {
    await operator().reset(room);
    await waitingRoom.advance.room(room);
    await operator().postponeEvent(room, 'opening', event.start + HOUR, accept);
    await waitingRoom.advance.room(room);
    ({ ticket } = await waitingRoom.visitors.arrive(room, { visitor: null, ticket: null }));
    const late = await facts();
    expect(late).toMatchObject({ state: 'before_start', starts_at: iso(event.start + HOUR) });
    expect(late).not.toHaveProperty('moved_from');
  });

  test('stays when the configuration file no longer has it or renames it, and the rest of the file applies', async () => {
    const renamed = { ...event, id: 'openning', start: event.start + HOUR };
    const second = { ...event, id: 'second', prequeue_start: event.start + 9 * HOUR, start: event.start + 10 * HOUR };
    await waitingRoom.operations.putRoom({
      ...settings,
      title: 'Autumn sale',
      events: [renamed, { ...second, end: null }],
    });
    const { title, events } = await operator().room(room);
    expect([title, events.map(({ id }) => id)]).toEqual(['Autumn sale', ['opening', 'second']]);
    expect(kept).toEqual([[room, 'opening']]);
    expect(await facts()).toMatchObject({ state: 'before_start', starts_at: iso(event.start) });
  });

  test('tells its entrants when it is cancelled, who may then join the line', async () => {
    await operator().cancelEvent(room, 'opening', 'release');
    expect(await facts()).toMatchObject({
      state: 'expired',
      number: null,
      event_cancelled: true,
      rejoin: 'on_request',
    });
    ticket = await waitingRoom.visitors.rejoin(ticket);
    expect(await facts()).toMatchObject({ state: 'waiting', number: 1 });
  });

  test('draws its entrants at once when it is cancelled so', async () => {
    await operator().cancelEvent(room, 'opening', 'draw');
    expect(await facts()).toMatchObject({ state: 'waiting', number: 1 });
  });

  test.each(['draw', 'arrival'] as const)(
    'draws those too who came right before it was cancelled (%s)',
    async (order) => {
      await operator().putRoom({ ...settings, events: [{ ...event, order }] });
      const late = await waitingRoom.visitors.arrive(room, { visitor: null, ticket: null });
      await operator().cancelEvent(room, 'opening', 'draw');
      expect((await operator().room(room)).events).toEqual([]);
      await waitingRoom.advance.room(room);
      expect(await facts()).toMatchObject({ state: 'before_start', number: null });
      // The first heartbeat is due after a second, and each process writes its heartbeats once a second.
      time.pass(1200);
      waitingRoom.snapshots.expire(room);
      await waitingRoom.visitors.facts(late.ticket);
      time.pass(1000);
      await waitingRoom.flush();
      await waitingRoom.advance.room(room);
      const shown = [await facts(), await waitingRoom.visitors.facts(late.ticket)];
      expect(shown.map(({ state }) => state)).toEqual(['waiting', 'waiting']);
      expect(shown.map(({ number }) => number).toSorted()).toEqual([1, 2]);
    },
  );

  test('draws without those who stay absent after it was cancelled', async () => {
    await waitingRoom.visitors.arrive(room, { visitor: null, ticket: null });
    await operator().cancelEvent(room, 'opening', 'draw');
    await waitingRoom.advance.room(room);
    time.pass(2500);
    await waitingRoom.advance.room(room);
    expect(await facts()).toMatchObject({ state: 'waiting', number: 1 });
    expect((await waitingRoom.snapshots.get(room)).view.draws).toMatchObject([{ arrivals: 2, entrants: 1 }]);
  });
});
