import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFeed } from '#activity/feed.ts';
import { type OpenedStore, STORES } from '#support/stores.ts';
import { createTime, type Time } from '#support/time.ts';
import type { Activity } from '#waiting-room/activity.ts';
import type { AdmissionEnded } from '#waiting-room/admission-end.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Ticket } from '#waiting-room/ticket.ts';

const LIFETIME = 600_000;

const settings: RoomSettings = {
  id: 'sale',
  title: 'Spring sale',
  mode: 'queue',
  inlet: { strategy: 'max-size', size: 10 },
  admission: { lifetime: LIFETIME, claim_window: 120_000, missed_turn: 'front', renew: false },
  presence: { timeout: 180_000 },
  message: null,
  return_urls: [],
  events: [],
};

describe.each(STORES)('the end of an admission, on %s', (_name, open) => {
  let opened: OpenedStore;
  let time: Time;
  let emitted: Activity[];
  let calls: Parameters<AdmissionEnded>[];
  let room: WaitingRoom;

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    time = createTime();
    [emitted, calls] = [[], []];
    room = aProcess();
    await room.operations.putRoom(settings);
    await room.operations.reset('sale');
    await room.advance.all();
    [emitted, calls] = [[], []];
  });

  /** One of several processes on the same store. */
  function aProcess(): WaitingRoom {
    return createWaitingRoom({
      store: opened.store,
      now: time.now,
      cookieKeys: ['a key'],
      emit: createFeed([(activity) => void emitted.push(activity)], time.now),
      admissionEnded: (...call) => void calls.push(call),
      onError: () => undefined,
    });
  }

  async function admit(visitor: string): Promise<Ticket> {
    const { ticket, admission } = await room.visitors.arrive('sale', { visitor, ticket: null });
    if (!admission) throw new Error(`${visitor} was not admitted`);
    return ticket;
  }
  const ends = () =>
    emitted.flatMap((activity) => (activity.type === 'admission.ended' ? [[activity.sub, activity.reason]] : []));

  test.each<[string, string, (ticket: Ticket) => unknown]>([
    ['leaves', 'abandoned', (ticket) => room.visitors.leave(ticket)],
    ['logs out', 'completed', () => room.visitors.depart('sale', 'ann')],
    ['has a token revoked', 'revoked', () => room.visitors.depart('sale', 'ann', 'revoked')],
    [
      'is reported to have completed',
      'completed',
      () => room.operations.exits('sale', { exited: 0, completed: ['ann'], abandoned: [] }),
    ],
    [
      'is reported to have given up',
      'abandoned',
      () => room.operations.exits('sale', { exited: 0, completed: [], abandoned: ['ann'] }),
    ],
  ])('is emitted and passed on once when the visitor %s: %s', async (_how, reason, end) => {
    const ticket = await admit('ann');
    await end(ticket);
    await end(ticket);
    expect(ends()).toEqual([['ann', reason]]);
    expect(calls).toEqual([['sale', ['ann'], reason]]);
  });

  test('has the reason of each visitor when exits are reported together', async () => {
    for (const visitor of ['ann', 'ben', 'cat']) await admit(visitor);
    await room.operations.exits('sale', { exited: 0, completed: ['ann', 'cat'], abandoned: ['ben', 'nobody'] });
    expect(calls).toEqual([
      ['sale', ['ann', 'cat'], 'completed'],
      ['sale', ['ben'], 'abandoned'],
    ]);
  });

  test.each([
    ['reset', () => room.operations.reset('sale')],
    ['deleted', () => room.operations.deleteRoom('sale')],
  ])('is one event without a visitor for all when the room is %s', async (_how, end) => {
    for (const visitor of ['ann', 'ben']) await admit(visitor);
    await end();
    expect(ends()).toEqual([[null, 'reset']]);
    expect(calls).toEqual([['sale', 'all', 'reset']]);
  });

  test('of an entrant or a waiting visitor is no event', async () => {
    await room.operations.putRoom({ ...settings, inlet: { strategy: 'manual', size: 0 } });
    await room.operations.reset('sale');
    [emitted, calls] = [[], []];
    const { ticket, admission } = await room.visitors.arrive('sale', { visitor: 'ann', ticket: null });
    expect(admission).toBeNull();
    await room.visitors.leave(ticket);
    await room.visitors.depart('sale', 'ann');
    expect([ends(), calls]).toEqual([[], []]);
  });
});
