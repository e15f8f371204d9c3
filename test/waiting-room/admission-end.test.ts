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
  admission: { lifetime: LIFETIME, claim_window: 120_000, confirm_window: 0, missed_turn: 'front', renew: false },
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

  describe('by expiry', () => {
    test('is emitted once, by the next tick, whichever process ticks', async () => {
      for (const visitor of ['ann', 'ben']) await admit(visitor);
      time.pass(LIFETIME - 10_000);
      await room.advance.all();
      expect(ends()).toEqual([]);
      time.pass(10_000);
      for (const each of [room, aProcess(), room]) await each.advance.all();
      expect(ends().sort()).toEqual([
        ['ann', 'expired'],
        ['ben', 'expired'],
      ]);
      expect(calls.map(([id, , reason]) => [id, reason])).toEqual([['sale', 'expired']]);
    });

    test('is emitted in a room whose counter only operators raise', async () => {
      await room.operations.putRoom({ ...settings, inlet: { strategy: 'manual' } });
      await room.operations.raise('sale', 1);
      await admit('ann');
      time.pass(LIFETIME);
      await room.advance.all();
      expect(ends()).toEqual([['ann', 'expired']]);
    });

    test('is emitted after an outage of the service, too', async () => {
      await admit('ann');
      time.pass(LIFETIME + 60_000);
      room = aProcess();
      await room.advance.all();
      expect(ends()).toEqual([['ann', 'expired']]);
    });

    test('is not emitted for an admission that ended before or was renewed', async () => {
      await room.operations.putRoom({ ...settings, admission: { ...settings.admission, renew: true } });
      const tickets = [await admit('ann'), await admit('ben')];
      await room.visitors.depart('sale', 'ann');
      time.pass(LIFETIME / 2);
      await room.visitors.arrive('sale', { visitor: 'ben', ticket: tickets[1] ?? null });
      time.pass(LIFETIME / 2 + 1);
      await room.advance.all();
      expect(ends()).toEqual([['ann', 'completed']]);
      time.pass(LIFETIME / 2);
      await room.advance.all();
      expect(ends()).toEqual([
        ['ann', 'completed'],
        ['ben', 'expired'],
      ]);
    });

    test('is not emitted after the visitor was admitted again', async () => {
      await admit('ann');
      time.pass(LIFETIME + 1);
      await admit('ann');
      await room.advance.all();
      const claims = emitted.filter(({ type }) => type === 'ticket.claimed');
      expect(claims).toHaveLength(2);
      expect(ends()).toEqual([]);
    });

    test('is emitted for thousands of admissions at once', async () => {
      await room.operations.putRoom({ ...settings, inlet: { strategy: 'max-size', size: 3000 } });
      await room.advance.all();
      await Promise.all(Array.from({ length: 2500 }, (_, n) => admit(`v${n}`)));
      time.pass(LIFETIME + 1);
      await room.advance.all();
      expect(new Set(ends().map(([sub]) => sub)).size).toBe(2500);
      expect(ends()).toHaveLength(2500);
    });

    test('takes no command of the store while no admission expires', async () => {
      await admit('ann');
      const taken: unknown[] = [];
      const { takeExpired } = opened.store.line;
      opened.store.line.takeExpired = (...args) => {
        taken.push(args);
        return takeExpired(...args);
      };
      try {
        for (let tick = 0; tick < 10; tick++) await room.advance.all();
        expect(taken).toEqual([]);
        time.pass(LIFETIME);
        await room.advance.all();
        expect(taken).toHaveLength(1);
      } finally {
        opened.store.line.takeExpired = takeExpired;
      }
    });
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
