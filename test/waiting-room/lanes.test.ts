import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFeed } from '#activity/feed.ts';
import { check } from '#settings/faults.ts';
import { room as roomSchema } from '#settings/room.ts';
import { type OpenedStore, STORES } from '#support/stores.ts';
import type { Activity, ActivityType } from '#waiting-room/activity.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Ticket } from '#waiting-room/ticket.ts';

const T0 = Date.parse('2026-11-24T09:00:00Z');
const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe.each(STORES)('a room with lanes, on %s', (_name, open) => {
  let opened: OpenedStore;
  let time: number;
  let emitted: Activity[];
  let one: WaitingRoom;
  let two: WaitingRoom;

  beforeEach(async () => {
    opened = await open();
    [time, emitted] = [T0, []];
    one = aProcess();
    two = aProcess();
  });
  afterEach(() => opened.close());

  /** One of several processes on the same store. */
  function aProcess(): WaitingRoom {
    const emit = createFeed([(activity) => void emitted.push(activity)], () => time);
    const cookieKeys = ['a key that only the tests know'];
    const { store } = opened;
    return createWaitingRoom({ store, now: () => time, cookieKeys, emit, onError: () => undefined });
  }

  function roomWith(settings: object): RoomSettings {
    const checked = check(roomSchema, {
      ...{
        id: 'sale',
        lanes: { members: 0.3 },
        admission: { confirm_window: '0s' },
        limits: { joins_per_address: null },
      },
      ...settings,
    });
    if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
    return checked.value;
  }

  /** Puts the room, whose places are given out before anybody comes. */
  async function put(settings: object, process = one): Promise<void> {
    await process.operations.putRoom(roomWith(settings));
    await process.advance.all();
  }
  const sized = (size: number) => ({ inlet: { strategy: 'max-size', size } });

  async function arrive(lane?: string, process = one) {
    const brought = { visitor: null, ticket: null, lane, address: null };
    const arrival = await process.visitors.arrive('sale', brought);
    // The waiting page loads, which is the first heartbeat.
    if (!arrival.admission) await process.visitors.facts(arrival.ticket);
    await process.flush();
    return arrival;
  }
  const crowd = async (count: number, lane?: string, process = one) =>
    Promise.all(Array.from({ length: count }, () => arrive(lane, process)));
  const ticketsOf = (arrivals: readonly { readonly ticket: Ticket }[]) => arrivals.map(({ ticket }) => ticket);
  const counters = () => one.operations.counters('sale');
  const lanes = async () => (await counters()).lanes ?? {};
  /** So much time passes, with the ticks of both processes. */
  async function pass(ms: number): Promise<void> {
    for (const end = time + ms; time < end; ) {
      time += Math.min(250, end - time);
      await Promise.all([one.advance.all(), two.advance.all()]);
    }
  }
  const ofType = <T extends ActivityType>(type: T) =>
    emitted.filter((activity): activity is Extract<Activity, { type: T }> => activity.type === type);

  test('gives each lane numbers of its own, and tickets that name it', async () => {
    await put({});
    const [first, second, member] = [await arrive(), await arrive(), await arrive('members')];
    expect([first, second, member].map(({ ticket }) => ticket.number)).toEqual([1, 2, 1]);
    expect([first, second, member].map(({ ticket }) => ticket.lane)).toEqual([undefined, undefined, 'members']);
    const reopened = one.tickets.open(one.tickets.seal(member.ticket), 'sale');
    expect(reopened).toEqual(member.ticket);
    expect(ofType('ticket.issued').map((each) => each.lane)).toEqual([undefined, undefined, 'members']);
  });

  test('puts a visitor of an unknown lane into the default lane', async () => {
    await put({});
    expect((await arrive('strangers')).ticket.lane).toBeUndefined();
  });

  test('says which lane a visitor is in, and counts people ahead within it', async () => {
    await put({});
    await crowd(5);
    const [, member] = ticketsOf(await crowd(2, 'members'));
    time += 2 * SECOND;
    expect(await one.visitors.facts(member as Ticket)).toMatchObject({
      ...{ state: 'waiting', lane: 'members', number: 2, people_ahead: 1 },
    });
    const other = (await arrive()).ticket;
    expect(await one.visitors.facts(other)).toMatchObject({ lane: 'default', number: 6, people_ahead: 5 });
    const document = JSON.parse(await one.visitors.factsDocument(member as Ticket));
    expect(document).toEqual(await one.visitors.facts(member as Ticket));
  });

  test('shows each lane in the shared status', async () => {
    await put({});
    await crowd(3);
    await crowd(2, 'members');
    time += 2 * SECOND;
    const status = JSON.parse((await one.status.get('sale')).toString());
    expect(status).toMatchObject({
      serving: 0,
      waiting: 5,
      ahead: [
        [1, 0],
        [2, 1],
        [3, 2],
        [4, 3],
      ],
    });
    expect(status.lanes).toMatchObject({ default: { waiting: 3 }, members: { waiting: 2, serving: 0 } });
    expect(status.lanes.members.ahead).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
  });

  test('says nothing of lanes in a room that has none', async () => {
    await put({ lanes: {} });
    const { ticket } = await arrive('members');
    expect(await one.visitors.facts(ticket)).not.toHaveProperty('lane');
    expect(JSON.parse((await one.status.get('sale')).toString())).not.toHaveProperty('lanes');
    expect(await counters()).not.toHaveProperty('lanes');
  });

  describe('its places', () => {
    test('are the shares of the lanes, where all want more', async () => {
      await put(sized(10));
      await crowd(20);
      await crowd(20, 'members');
      await pass(SECOND);
      expect(await lanes()).toMatchObject({ default: { size: 7, serving: 7 }, members: { size: 3, serving: 3 } });
    });

    test('are lent where a lane has none who want them, and come back in time', async () => {
      await put(sized(10));
      const members = ticketsOf(await crowd(30, 'members'));
      await pass(SECOND);
      expect(await lanes()).toMatchObject({ default: { size: 0 }, members: { size: 10, serving: 10 } });
      for (const ticket of members.slice(0, 10)) expect((await one.visitors.claim(ticket)).state).toBe('admitted');
      await crowd(30);
      await pass(SECOND);
      expect(await lanes()).toMatchObject({ default: { serving: 0 }, members: { active: 10 } });
      for (const { visitor } of members.slice(0, 9)) await one.visitors.depart('sale', visitor);
      await pass(SECOND);
      const { default: others, members: own } = await lanes();
      expect([others?.size, others?.serving, own?.size, own?.serving]).toEqual([7, 7, 3, 12]);
    });

    test('are never more than the size together, whatever comes at whichever process', async () => {
      await put(sized(10));
      const inside: Ticket[] = [];
      const waiting: Ticket[] = [];
      let seed = 7;
      const random = (below: number) => {
        seed = (seed * 16_807) % 2_147_483_647;
        return seed % below;
      };
      for (let round = 0; round < 60; round++) {
        const process = random(2) ? one : two;
        const arrivals = await crowd(random(4), random(2) ? 'members' : undefined, process);
        for (const { ticket, admission } of arrivals) (admission ? inside : waiting).push(ticket);
        time += 250;
        await Promise.all([one.advance.all(), two.advance.all()]);
        for (const ticket of waiting.splice(0)) {
          const isIn = (await process.visitors.claim(ticket)).state === 'admitted';
          (isIn ? inside : waiting).push(ticket);
        }
        const { active, lanes: each } = await counters();
        expect(active).toBeLessThanOrEqual(10);
        const sizes = Object.values(each ?? {}).map(({ size }) => size ?? 0);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(10);
        for (let n = random(4); n > 0 && inside.length > 0; n--) {
          const [gone] = inside.splice(random(inside.length), 1);
          if (gone) await process.visitors.depart('sale', gone.visitor);
        }
      }
      await pass(SECOND);
      for (const ticket of waiting) await one.visitors.claim(ticket);
      expect((await counters()).active).toBe(Math.min(10, inside.length + waiting.length));
    });

    test('follow a size that changes', async () => {
      await put(sized(10));
      await crowd(20);
      await crowd(20, 'members');
      await pass(SECOND);
      await put(sized(20), two);
      await pass(SECOND);
      expect(await lanes()).toMatchObject({ default: { size: 14 }, members: { size: 6 } });
      await put({ inlet: { strategy: 'manual' } });
      await pass(SECOND);
      expect(await lanes()).toMatchObject({ default: { size: null }, members: { size: null } });
    });

    test('are all of the default lane where the room had no lanes before', async () => {
      await put({ ...sized(10), lanes: {} });
      await pass(SECOND);
      for (const { ticket } of await crowd(8)) await one.visitors.claim(ticket);
      await put(sized(10));
      await crowd(5, 'members');
      await pass(SECOND);
      expect(await lanes()).toMatchObject({ default: { size: 8, active: 8 }, members: { size: 2, serving: 2 } });
    });
  });

  describe('its inlet', () => {
    test('serves the lanes by their shares over time, at a rate of one at a time', async () => {
      await put({ inlet: { strategy: 'rate', per_minute: 60 } });
      await crowd(60);
      await crowd(60, 'members');
      await pass(40 * SECOND);
      const { serving, lanes: each } = await counters();
      expect(serving).toBeGreaterThanOrEqual(39);
      expect(serving).toBeLessThanOrEqual(41);
      expect(each?.members?.serving).toBeGreaterThanOrEqual(11);
      expect(each?.members?.serving).toBeLessThanOrEqual(13);
    });

    test('gives a lane the turns that nobody else wants', async () => {
      await put({ inlet: { strategy: 'rate', per_minute: 60 } });
      await crowd(60, 'members');
      await pass(20 * SECOND);
      expect((await lanes()).members?.serving).toBeGreaterThanOrEqual(19);
    });

    test('counts a period once for all lanes, whichever processes tick', async () => {
      await put({ inlet: { strategy: 'periodic', increment: 10, every: '1m', start: '2026-11-24T09:01:00Z' } });
      await crowd(30);
      await crowd(30, 'members');
      await pass(MINUTE + SECOND);
      expect(await lanes()).toMatchObject({ default: { serving: 7 }, members: { serving: 3 } });
      expect(ofType('counter.raised')).toMatchObject([
        { room: 'sale', by: 'inlet:periodic', from: 0, to: 7 },
        { room: 'sale', by: 'inlet:periodic', lane: 'members', from: 0, to: 3 },
      ]);
    });

    test('is stopped in all lanes by the breaker', async () => {
      await put({});
      await one.operations.alarm('sale', true);
      await put(sized(10));
      await crowd(5);
      await crowd(5, 'members');
      await pass(SECOND);
      expect(await counters()).toMatchObject({ serving: 0 });
    });
  });

  describe('what operators do', () => {
    beforeEach(async () => {
      await put({});
      await crowd(20);
      await crowd(20, 'members');
    });

    test('raises the lanes by their shares, or one of them', async () => {
      const raised = await one.operations.raisePeople('sale', 10);
      expect(raised).toMatchObject({
        raisedBy: 10,
        counters: { serving: 10, queue: 40, lanes: { default: { serving: 7 }, members: { serving: 3 } } },
      });
      await two.operations.raise('sale', 4, 'members');
      expect(await lanes()).toMatchObject({ default: { serving: 7 }, members: { serving: 7 } });
      await one.operations.raise('sale', 2, 'default');
      expect(await lanes()).toMatchObject({ default: { serving: 9 }, members: { serving: 7 } });
      await expect(one.operations.raise('sale', 2, 'other')).rejects.toThrow('no lane "other"');
    });

    test('lowers the lanes again', async () => {
      await one.operations.raise('sale', 10);
      expect((await one.operations.raise('sale', -10)).raisedBy).toBe(-10);
      expect(await counters()).toMatchObject({ serving: 0 });
    });

    test('resets all lanes at once', async () => {
      const { ticket } = await arrive('members');
      await one.operations.raise('sale', 10);
      const after = await one.operations.reset('sale');
      expect(after).toMatchObject({ queue: 0, serving: 0, lanes: { members: { queue: 0, serving: 0 } } });
      time += 2 * SECOND;
      await expect((async () => one.visitors.facts(ticket))()).rejects.toThrow('does not belong');
      expect((await arrive('members')).ticket.number).toBe(1);
      await pass(SECOND);
      expect(await counters()).toMatchObject({ serving: 0 });
    });

    test('deletes the lines of all lanes', async () => {
      await one.operations.deleteRoom('sale');
      await expect(opened.store.line.view('sale/members', time)).rejects.toThrow();
      await put({});
      expect((await arrive('members')).ticket.number).toBe(1);
    });

    test('pauses all lanes', async () => {
      await put({ mode: 'paused', ...sized(10) });
      const { ticket } = await arrive('members');
      await pass(SECOND);
      expect(await one.visitors.facts(ticket)).toMatchObject({ state: 'paused' });
      expect(await counters()).toMatchObject({ serving: 0 });
    });
  });

  describe('a visitor who is inside', () => {
    test('is found in any lane', async () => {
      await put(sized(10));
      await pass(SECOND);
      const { ticket } = await arrive('members');
      await pass(SECOND);
      expect((await one.visitors.claim(ticket)).state).toBe('admitted');
      expect(await two.visitors.admission('sale', ticket.visitor)).toMatchObject({ number: ticket.number });
      // The browser lost the ticket.
      const again = await two.visitors.arrive('sale', { visitor: ticket.visitor, ticket: null, address: null });
      expect(again.ticket).toMatchObject({ lane: 'members', number: ticket.number });
      const result = await one.operations.exits('sale', {
        exited: 0,
        completed: [ticket.visitor],
        abandoned: ['nobody'],
      });
      expect(result).toMatchObject({ unknown: 1, ended: [ticket.visitor], counters: { completed: 1, active: 0 } });
      expect(await two.visitors.admission('sale', ticket.visitor)).toBeNull();
    });

    test('counts where exits without a name are split', async () => {
      await put(sized(10));
      const arrivals = [...(await crowd(20)), ...(await crowd(20, 'members'))];
      await pass(SECOND);
      for (const { ticket } of arrivals) await one.visitors.claim(ticket);
      await one.operations.exits('sale', { exited: 10, completed: [], abandoned: [] });
      await pass(SECOND);
      expect(await lanes()).toMatchObject({ default: { serving: 14 }, members: { serving: 6 } });
      for (const { ticket } of arrivals) await one.visitors.claim(ticket);
      await one.operations.exits('sale', { exited: 2, completed: [], abandoned: [] }, 'members');
      await pass(SECOND);
      expect(await lanes()).toMatchObject({ default: { serving: 14 }, members: { serving: 8 } });
    });
  });

  describe('a change of its lanes', () => {
    test('opens a lane, and keeps what is in the others', async () => {
      await put({ ...sized(10), lanes: {} });
      await crowd(5);
      await put({ ...sized(10), lanes: { members: 0.3, press: 0.1 } });
      expect((await arrive('press')).ticket).toMatchObject({ lane: 'press', number: 1 });
      expect(await counters()).toMatchObject({ queue: 6, lanes: { default: { queue: 5 }, press: { queue: 1 } } });
    });

    test('is refused where it removes a lane with visitors', async () => {
      await put({});
      const { ticket } = await arrive('members');
      await expect(put({ lanes: {} })).rejects.toMatchObject({ code: 'lane_has_visitors' });
      await expect(put({ lanes: { vip: 0.3 } })).rejects.toMatchObject({ code: 'lane_has_visitors' });
      await one.visitors.leave(ticket);
      await put({ lanes: {} });
      await expect(opened.store.line.view('sale/members', time)).rejects.toThrow();
      time += 2 * SECOND;
      const again = await one.visitors.arrive('sale', { visitor: ticket.visitor, ticket, address: null });
      expect(again.ticket).toMatchObject({ number: 1 });
      expect(again.ticket.lane).toBeUndefined();
    });

    test('honours no ticket of a lane that was removed and came back', async () => {
      await put({});
      const { ticket } = await arrive('members');
      await one.visitors.leave(ticket);
      await put({ lanes: {} });
      await put({});
      expect((await arrive('members')).ticket.number).toBe(1);
      time += 2 * SECOND;
      expect((await one.visitors.claim(ticket)).state).toBe('stale');
    });
  });

  test('draws within each lane', async () => {
    const event = { id: 'opening', prequeue_start: '2026-11-24T09:00:00Z', start: '2026-11-24T09:05:00Z' };
    await put({ ...sized(10), events: [event] });
    await pass(SECOND);
    const others = ticketsOf(await crowd(20));
    const members = ticketsOf(await crowd(10, 'members'));
    expect(await one.visitors.facts(members[0] as Ticket)).toMatchObject({ state: 'before_start', lane: 'members' });
    time = Date.parse(event.start);
    for (const ticket of [...others, ...members]) await one.visitors.facts(ticket);
    await one.flush();
    await pass(35 * SECOND);
    const numbers = async (tickets: readonly Ticket[]) => {
      const facts = await Promise.all(tickets.map((ticket) => two.visitors.facts(ticket)));
      return facts.map(({ number }) => number ?? 0).sort((a, b) => a - b);
    };
    expect(await numbers(others)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(await numbers(members)).toEqual(Array.from({ length: 10 }, (_, n) => n + 1));
    expect(await lanes()).toMatchObject({ default: { serving: 7 }, members: { serving: 3 } });
    const found = await one.drawReports.find('sale', 'opening', members[0] as Ticket);
    expect(found?.report.lanes).toMatchObject({ default: { entrants: 20 }, members: { entrants: 10 } });
    expect(found?.report.seed).not.toBe(found?.ofLane.seed);
    expect(found?.own?.number).toBeGreaterThan(0);
    expect(ofType('draw.done').map(({ lane }) => lane)).toEqual(expect.arrayContaining([undefined, 'members']));
  });
});
