import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OpenedStore, STORES } from '#support/stores.ts';
import { createTime, type Time } from '#support/time.ts';
import { RoomClosed, RoomNotFound } from '#waiting-room/errors.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Ticket } from '#waiting-room/ticket.ts';

const LIFETIME = 600_000;
const WINDOW = 120_000;
const settings: RoomSettings = {
  id: 'sale',
  title: 'Spring sale',
  mode: 'queue',
  inlet: { strategy: 'manual' },
  admission: { lifetime: LIFETIME, claim_window: WINDOW, confirm_window: 0, missed_turn: 'front', renew: false },
  presence: { timeout: 180_000 },
  message: null,
  return_urls: [],
  events: [],
};

describe.each(STORES)('visitors, on %s', (_name, open) => {
  let opened: OpenedStore;
  let time: Time;
  let room: WaitingRoom;
  let failures: unknown[];
  let emitted: { readonly type: string }[];
  /** Claims at the store. */
  let claims: number;

  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    time = createTime();
    failures = [];
    emitted = [];
    claims = 0;
    room = createProcess();
    await room.operations.putRoom(settings);
    await room.operations.reset('sale');
  });

  function createProcess(): WaitingRoom {
    const { line } = opened.store;
    const counted: Store['line'] = {
      ...line,
      claim(...args) {
        claims++;
        return line.claim(...args);
      },
    };
    return createWaitingRoom({
      store: { ...opened.store, line: counted },
      now: time.now,
      cookieKeys: ['a key'],
      emit: (type, fields) => void emitted.push({ type, ...fields }),
      onError: (error: unknown) => void failures.push(error),
    });
  }

  const nobody = { visitor: null, ticket: null };
  /** A visitor arrives, and the waiting page loads: that is the first heartbeat. */
  async function come() {
    const arrival = await room.visitors.arrive('sale', nobody);
    if (arrival.admission) return arrival;
    await room.visitors.facts(arrival.ticket);
    await room.flush();
    return arrival;
  }
  const comeWith = (ticket: Ticket) => room.visitors.arrive('sale', { visitor: ticket.visitor, ticket });
  /** The browser has the cookie of a turn that was claimed. */
  const returnWith = (ticket: Ticket) =>
    room.visitors.arrive('sale', { visitor: ticket.visitor, ticket, inside: ticket });
  const set = (changes: Partial<RoomSettings>) => room.operations.putRoom({ ...settings, ...changes });
  const raise = (numbers: number) => room.operations.raise('sale', numbers);
  const queue = async () => (await room.operations.counters('sale')).queue;
  /** A visitor who was served and let the claim window pass. */
  async function late(): Promise<Ticket> {
    const { ticket } = await come();
    await raise(1);
    time.pass(WINDOW + 1_000);
    room.snapshots.expire('sale');
    return ticket;
  }

  describe('arrive', () => {
    test('and get numbers in order of arrival', async () => {
      const arrivals = await Promise.all([come(), come(), come()]);
      expect(arrivals.map(({ ticket }) => ticket.number)).toEqual([1, 2, 3]);
      for (const { isNew, admission } of arrivals) expect([isNew, admission]).toEqual([true, null]);
      expect(new Set(arrivals.map(({ ticket }) => ticket.visitor)).size).toBe(3);
    });

    test('again and keep their ticket', async () => {
      const { ticket } = await come();
      expect(await comeWith(ticket)).toEqual({ ticket, admission: null, isNew: false });
      expect(await room.visitors.arrive('sale', { visitor: null, ticket })).toMatchObject({ isNew: false });
      expect(await queue()).toBe(1);
    });

    test('after their number was served and claim the turn', async () => {
      const { ticket } = await come();
      await raise(1);
      const { admission } = await comeWith(ticket);
      expect(admission).toMatchObject({ number: 1, visitor: ticket.visitor });
      expect(admission?.expiresAt).toBe((admission?.issuedAt ?? 0) + LIFETIME);
      expect(await comeWith(ticket)).toMatchObject({ admission });
    });

    test('and are admitted at once if a place is free', async () => {
      await raise(2);
      expect(await come()).toMatchObject({ isNew: true, admission: { number: 1 } });
      expect(await come()).toMatchObject({ isNew: true, admission: { number: 2 } });
      expect(await come()).toMatchObject({ isNew: true, admission: null });
    });

    test('without their ticket and get it back if they are inside', async () => {
      const { ticket } = await come();
      await raise(1);
      await comeWith(ticket);
      const again = await room.visitors.arrive('sale', { visitor: ticket.visitor, ticket: null });
      expect(again).toMatchObject({ isNew: true, ticket: { number: 1, generation: ticket.generation } });
      expect(again.admission).not.toBeNull();
      expect(await queue()).toBe(1);
    });

    test("with another visitor's ticket and get a number of their own", async () => {
      const { ticket } = await come();
      const { ticket: own } = await room.visitors.arrive('sale', { visitor: 'AAAAAAAAAAAAAAAAAAAAAA', ticket });
      expect(own).toMatchObject({ number: 2, visitor: 'AAAAAAAAAAAAAAAAAAAAAA' });
    });

    test('after their turn was claimed, and the store repeats no claim', async () => {
      const { ticket } = await come();
      await raise(1);
      const { admission } = await comeWith(ticket);
      claims = 0;
      expect(await returnWith(ticket)).toEqual({ ticket, admission, isNew: false });
      expect(claims).toBe(0);
      const confirmed = { visitor: ticket.visitor, ticket, inside: ticket, confirmed: true };
      expect((await room.visitors.arrive('sale', confirmed)).admission).toEqual(admission);
      expect(claims).toBe(1);
    });

    describe.each([
      ['', comeWith],
      [', with a browser that knows that they were inside', returnWith],
    ])('again%s', (_how, arrive) => {
      test.each([
        ['their admission expired', async () => time.pass(LIFETIME)],
        ['they left', (ticket: Ticket) => room.visitors.leave(ticket)],
        ['the room was reset', () => room.operations.reset('sale')],
      ])('after %s, and wait with a new number, as the same visitor', async (_how, end) => {
        const { ticket } = await come();
        await come();
        await raise(1);
        await comeWith(ticket);
        await end(ticket);
        const again = await arrive(ticket);
        expect(again).toMatchObject({ isNew: true, admission: null, ticket: { visitor: ticket.visitor } });
        expect(again.ticket.number).toBe(await queue());
      });
    });

    test('with a ticket of the generation before, at a process that has not heard of the reset', async () => {
      const { ticket: former } = await come();
      await raise(1);
      const other = createProcess();
      const brought = { visitor: former.visitor, ticket: former, inside: former };
      expect(await other.visitors.arrive('sale', brought)).toMatchObject({ ticket: former, isNew: false });
      await room.operations.reset('sale');
      await raise(1);
      const { ticket } = await comeWith(former);
      const again = await other.visitors.arrive('sale', brought);
      expect(again).toMatchObject({ ticket: { generation: ticket.generation }, isNew: true });
    });

    test('after a missed turn and keep the ticket, so that the page can offer to rejoin', async () => {
      const ticket = await late();
      expect(await comeWith(ticket)).toEqual({ ticket, admission: null, isNew: false });
    });

    test('at a closed room and are refused, unless they are in line or inside', async () => {
      const { ticket: waiting } = await come();
      await raise(1);
      const { ticket: inside, admission } = await comeWith(waiting);
      const { ticket: behind } = await come();
      await set({ mode: 'closed' });
      await expect(come()).rejects.toThrow(RoomClosed);
      expect((await comeWith(inside)).admission).toEqual(admission);
      expect(await comeWith(behind)).toMatchObject({ isNew: false, admission: null });
    });

    test('at a paused room and wait with a number; in passthrough mode nobody waits', async () => {
      await set({ mode: 'paused' });
      const { ticket, admission } = await come();
      expect(admission).toBeNull();
      await set({ mode: 'passthrough' });
      expect((await comeWith(ticket)).admission).not.toBeNull();
      expect((await come()).admission).not.toBeNull();
    });

    test('at an unknown room and get RoomNotFound', async () => {
      await expect(room.visitors.arrive('nowhere', nobody)).rejects.toThrow(RoomNotFound);
    });
  });

  describe('request their facts', () => {
    test('and see their number and the people ahead', async () => {
      const tickets = await Promise.all([come(), come(), come()]);
      const [, , third] = tickets.map(({ ticket }) => ticket);
      room.snapshots.expire('sale');
      expect(await room.visitors.facts(third as Ticket)).toMatchObject({
        state: 'waiting',
        number: 3,
        people_ahead: 2,
      });
    });

    test('and are present once the heartbeat is recorded', async () => {
      const { ticket } = await come();
      await come();
      time.pass(300_000);
      expect(await room.operations.counters('sale')).toMatchObject({ waiting: 2, present: 0 });
      await room.visitors.facts(ticket);
      await room.flush();
      expect(await room.operations.counters('sale')).toMatchObject({ waiting: 2, present: 1 });
    });

    test('and see the end of the claim window, then the end of the admission', async () => {
      const { ticket } = await come();
      await raise(1);
      const served = await room.visitors.facts(ticket);
      expect(served.state).toBe('served');
      const left = Date.parse(served.claim_by ?? '') - time.now();
      expect(left).toBeGreaterThan(WINDOW - 1_000);
      expect(left).toBeLessThanOrEqual(WINDOW + 1_000);
      await room.visitors.claim(ticket);
      room.snapshots.expire('sale');
      expect(Date.parse((await room.visitors.facts(ticket)).claim_by ?? '')).toBeGreaterThan(
        time.now() + WINDOW + 1_000,
      );
    });

    test.each([
      ['front', 'by_itself'],
      ['back', 'on_request'],
    ] as const)('after they were absent at their turn and rejoin at the %s %s', async (missed_turn, rejoin) => {
      await set({ admission: { ...settings.admission, missed_turn }, inlet: { strategy: 'manual', size: 10 } });
      const { ticket } = await come();
      time.pass(300_000);
      await come();
      await raise(2);
      expect(await room.visitors.facts(ticket)).toMatchObject({ state: 'expired', rejoin });
    });

    test('after they let their turn pass and rejoin on request', async () => {
      expect(await room.visitors.facts(await late())).toMatchObject({ state: 'expired', rejoin: 'on_request' });
    });

    test('with a ticket of an older generation and are refused', async () => {
      const { ticket } = await come();
      await room.operations.reset('sale');
      await expect((async () => room.visitors.facts(ticket))()).rejects.toMatchObject({ code: 'ticket_invalid' });
    });
  });

  describe('rejoin', () => {
    test('at the front with the same number, and are served beside those who wait', async () => {
      const ticket = await late();
      const { ticket: behind } = await come();
      expect(await room.visitors.rejoin(ticket)).toBe(ticket);
      expect(await room.visitors.facts(ticket)).toMatchObject({ state: 'waiting', number: 1 });
      await raise(2);
      expect((await comeWith(ticket)).admission).toMatchObject({ number: 1 });
      expect(behind.number).toBe(2);
    });

    test('at the front, which is an event; without effect it is none', async () => {
      const ticket = await late();
      await room.visitors.rejoin(ticket);
      await room.visitors.rejoin(ticket);
      expect(emitted.filter(({ type }) => type === 'ticket.returned')).toEqual([
        { type: 'ticket.returned', room: 'sale', sub: ticket.visitor, number: 1 },
      ]);
    });

    test('at the back with a new number, and the old one is used up', async () => {
      await set({ admission: { ...settings.admission, missed_turn: 'back' } });
      const ticket = await late();
      await come();
      const rejoined = await room.visitors.rejoin(ticket);
      expect(rejoined).toMatchObject({ number: 3, visitor: ticket.visitor });
      await expect(room.visitors.claim(ticket)).resolves.toEqual({ state: 'over' });
    });

    test('without effect while they wait, are served or are inside', async () => {
      const { ticket } = await come();
      expect(await room.visitors.rejoin(ticket)).toBe(ticket);
      await raise(1);
      expect(await room.visitors.rejoin(ticket)).toBe(ticket);
      await room.visitors.claim(ticket);
      expect(await room.visitors.rejoin(ticket)).toBe(ticket);
      expect(await queue()).toBe(1);
    });

    test('after they left with a new number', async () => {
      const { ticket } = await come();
      await room.visitors.leave(ticket);
      expect(await room.visitors.rejoin(ticket)).toMatchObject({ number: 2, visitor: ticket.visitor });
    });
  });

  describe('leave', () => {
    test('and no longer count as waiting or present, however often they do', async () => {
      const { ticket } = await come();
      await come();
      for (let n = 0; n < 3; n++) await room.visitors.leave(ticket);
      expect(await room.operations.counters('sale')).toMatchObject({ queue: 2, waiting: 1, present: 1 });
    });

    test('and their place goes to the next at once', async () => {
      await set({ inlet: { strategy: 'max-size', size: 1 } });
      await room.advance.room('sale');
      const { ticket: inside, admission } = await come();
      expect(admission).not.toBeNull();
      const { ticket: next } = await come();
      await room.visitors.leave(inside);
      await expect.poll(async () => (await room.visitors.facts(next)).state).toBe('served');
      expect(failures).toEqual([]);
    });
  });
});
