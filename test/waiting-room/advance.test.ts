import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFeed } from '#activity/feed.ts';
import { check } from '#settings/faults.ts';
import { room as roomSchema } from '#settings/room.ts';
import { joinAndLoad } from '#support/join-and-load.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import type { Activity, ActivityType } from '#waiting-room/activity.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { RoomSettings } from '#waiting-room/room.ts';

const T0 = Date.parse('2026-11-24T09:00:00Z');
const MINUTE = 60_000;

let opened: OpenedStore;
let store: Store;
let time: number;
let emitted: Activity[];
let waitingRoom: WaitingRoom;

beforeEach(async () => {
  opened = await embeddedStore();
  store = opened.store;
  [time, emitted] = [T0, []];
  waitingRoom = aProcess();
});
afterEach(() => opened.close());

/** One of several processes on the same store. */
function aProcess(): WaitingRoom {
  const emit = createFeed([(activity) => void emitted.push(activity)], () => time);
  const cookieKeys = ['a key that only the tests know'];
  return createWaitingRoom({ store, now: () => time, cookieKeys, emit, onError: () => undefined });
}

/** Names the line of the room, as its tickets do. */
async function lineRef() {
  const { incarnation, generation } = await store.line.view('sale', time);
  return { incarnation, generation };
}

function roomWith(settings: object): RoomSettings {
  const checked = check(roomSchema, { id: 'sale', ...settings });
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return checked.value;
}

async function makeRoom(settings: object): Promise<void> {
  await waitingRoom.operations.putRoom(roomWith(settings));
  await waitingRoom.advance.all();
}

/** Stores settings with an inlet that serves as many as fit. The line gets the new rules at the next tick. */
const beginToServe = (size: number, more: object = {}) =>
  store.settings.putRoom(roomWith({ inlet: { strategy: 'max-size', size }, ...more }));

/** So many visitors join and are present now. */
const crowd = (count: number) =>
  joinAndLoad(
    store.line,
    'sale',
    Array.from({ length: count }, (_, n) => ({ visitor: `v${n}`, claim: false })),
    time,
  );
const view = () => store.line.view('sale', time);
const ofType = <T extends ActivityType>(type: T) =>
  emitted.filter((activity): activity is Extract<Activity, { type: T }> => activity.type === type);

describe('the events of a room', () => {
  test('report expired turns once, whichever processes tick', async () => {
    const other = aProcess();
    await makeRoom({ admission: { claim_window: '1m' } });
    await crowd(5);
    await waitingRoom.operations.raise('sale', 3);
    await waitingRoom.advance.all();
    time += 2 * MINUTE;
    await other.advance.room('sale');
    await waitingRoom.advance.room('sale');
    await waitingRoom.advance.all();
    await other.advance.all();
    await aProcess().advance.all();
    expect(ofType('turns.expired')).toMatchObject([{ room: 'sale', count: 3 }]);
    await waitingRoom.operations.raise('sale', 2);
    time += 2 * MINUTE;
    await other.advance.all();
    await waitingRoom.advance.all();
    expect(ofType('turns.expired').map(({ count }) => count)).toEqual([3, 2]);
  });

  test('start again with a new generation of the room', async () => {
    await makeRoom({ admission: { claim_window: '1m' } });
    for (const _ of [1, 2]) {
      await crowd(2);
      await waitingRoom.operations.raise('sale', 2);
      time += 2 * MINUTE;
      await waitingRoom.advance.all();
      await waitingRoom.operations.reset('sale');
    }
    expect(ofType('turns.expired').map(({ count }) => count)).toEqual([2, 2]);
  });

  test('contain the counters each minute, whichever process ticks', async () => {
    await makeRoom({});
    await crowd(2);
    for (let tick = 0; tick < 4 * 150; tick++) {
      await (tick % 2 ? waitingRoom : aProcess()).advance.all();
      time += 250;
    }
    expect(ofType('room.metrics')).toMatchObject([{ counters: { queue: 2 } }, { counters: { waiting: 2 } }]);
  });

  test('announce a draw, and publish its seed when it is done', async () => {
    const start = new Date(T0 + 10 * MINUTE).toISOString();
    await makeRoom({ events: [{ id: 'opening', prequeue_start: new Date(T0).toISOString(), start }] });
    await waitingRoom.advance.all();
    await crowd(3);
    await aProcess().advance.all();
    const [open] = ofType('draw.announced');
    expect(open).toMatchObject({ room: 'sale', event: 'opening', seed_hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    time += 11 * MINUTE;
    await store.line.recordEntrantHeartbeats('sale', { ...(await lineRef()), draw: 1, indexes: [0, 2] }, time);
    await aProcess().advance.all();
    await waitingRoom.advance.all();
    const [done] = ofType('draw.done');
    expect(done).toMatchObject({ event: 'opening', entrants: 2, seed: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const hash = await crypto.subtle.digest('SHA-256', Buffer.from(done?.seed ?? '', 'hex'));
    expect(Buffer.from(hash).toString('hex')).toBe(open?.seed_hash);
    expect([ofType('draw.announced').length, ofType('draw.done').length]).toEqual([1, 1]);
  });

  test('say who raised the counter: an operator, an inlet, or a mode that serves everybody', async () => {
    await makeRoom({});
    await crowd(10);
    await waitingRoom.operationsOf('alice').raise('sale', 1);
    await beginToServe(4);
    await waitingRoom.advance.all();
    const { ...settings } = await waitingRoom.operations.room('sale');
    await waitingRoom.operationsOf('bob').putRoom({ ...settings, mode: 'passthrough' });
    expect(ofType('counter.raised').map(({ by, from, to }) => [by, from, to])).toEqual([
      ['alice', 0, 1],
      ['inlet:max-size', 1, 4],
      ['bob', 4, 10],
    ]);
    expect(ofType('mode.changed')).toMatchObject([
      { by: 'anteroom', from: null, to: 'queue' },
      { by: 'bob', from: 'queue', to: 'passthrough' },
    ]);
  });
});

describe('the events of a visitor', () => {
  test('are emitted step by step: ticket issued, claimed, admission ended', async () => {
    await makeRoom({ inlet: { strategy: 'max-size', size: 1 } });
    await waitingRoom.advance.all();
    const ann = await waitingRoom.visitors.arrive('sale', { visitor: 'ann', ticket: null });
    const ben = await waitingRoom.visitors.arrive('sale', { visitor: 'ben', ticket: null });
    await waitingRoom.visitors.facts(ben.ticket);
    await waitingRoom.flush();
    await waitingRoom.visitors.leave(ann.ticket);
    await waitingRoom.visitors.leave(ann.ticket);
    await waitingRoom.advance.all();
    await waitingRoom.visitors.claim(ben.ticket);
    await waitingRoom.visitors.claim(ben.ticket);
    await waitingRoom.visitors.depart('sale', 'ben');
    await waitingRoom.visitors.depart('sale', 'ben');
    const steps = emitted.flatMap((activity) => {
      switch (activity.type) {
        case 'ticket.issued':
          return `${activity.sub} joined as ${activity.number}${activity.admitted ? ' and went in' : ''}`;
        case 'ticket.claimed':
          return `${activity.sub} claimed`;
        case 'admission.ended':
          return `${activity.sub} ${activity.reason}`;
        default:
          return [];
      }
    });
    expect(steps).toEqual([
      'ann joined as 1 and went in',
      'ann claimed',
      'ben joined as 2',
      'ann abandoned',
      'ben claimed',
      'ben completed',
    ]);
  });
});

describe('after a gap in the heartbeats', () => {
  const serving = async () => (await view()).counters.serving;

  test('no inlet passes over absent visitors until each had time for another heartbeat', async () => {
    await makeRoom({});
    await crowd(6);
    await beginToServe(2);
    // The service was down, so everybody counts as absent.
    time += 10 * MINUTE;
    waitingRoom = aProcess();
    waitingRoom.advance.heartbeatsContinuousSince(time);
    await waitingRoom.advance.all();
    await waitingRoom.advance.room('sale');
    expect(await view()).toMatchObject({ counters: { serving: 0, present: 0, waiting: 6 } });
    time += 20_000;
    await store.line.recordHeartbeats('sale', { ...(await lineRef()), numbers: [2, 4, 5] }, time);
    await waitingRoom.advance.all();
    expect(await serving()).toBe(0);
    // Two of those three have a place. Visitors without a heartbeat by now are absent and do not block the line.
    time += 12_001;
    await waitingRoom.advance.all();
    expect(await serving()).toBe(4);
  });

  test('a line in which everybody is present moves on at once', async () => {
    await makeRoom({});
    await crowd(3);
    await beginToServe(2);
    time += 10 * MINUTE;
    await store.line.recordHeartbeats('sale', { ...(await lineRef()), numbers: [1, 2, 3] }, time);
    waitingRoom.advance.heartbeatsContinuousSince(time);
    await waitingRoom.advance.all();
    expect(await serving()).toBe(2);
  });

  test('no draw passes over absent entrants until each had time for another heartbeat', async () => {
    const start = time + 10 * MINUTE;
    const [prequeue_start, at] = [time, start].map((each) => new Date(each).toISOString());
    await makeRoom({ events: [{ id: 'opening', prequeue_start, start: at }] });
    await crowd(3);
    time = start;
    waitingRoom = aProcess();
    waitingRoom.advance.heartbeatsContinuousSince(time);
    await waitingRoom.advance.all();
    time += 20_000;
    await store.line.recordEntrantHeartbeats('sale', { ...(await lineRef()), draw: 1, indexes: [0, 2] }, time);
    await waitingRoom.advance.all();
    expect((await view()).draws).toMatchObject([{ drawnAt: null }]);
    time += 12_001;
    await waitingRoom.advance.all();
    expect((await view()).draws).toMatchObject([{ entrants: 2, drawnAt: time }]);
  });

  test('an empty line admits the next visitor at once', async () => {
    await makeRoom({});
    await beginToServe(2);
    waitingRoom.advance.heartbeatsContinuousSince(time);
    await waitingRoom.advance.all();
    expect((await waitingRoom.visitors.arrive('sale', { visitor: 'ann', ticket: null })).admission).not.toBeNull();
  });

  test('the delay follows the heartbeat interval of the room', async () => {
    await makeRoom({ presence: { timeout: '15s' } });
    await crowd(3);
    await beginToServe(2, { presence: { timeout: '15s' } });
    time += 10 * MINUTE;
    waitingRoom.advance.heartbeatsContinuousSince(time);
    await store.line.recordHeartbeats('sale', { ...(await lineRef()), numbers: [3] }, time);
    time += 6999;
    await waitingRoom.advance.all();
    expect(await serving()).toBe(0);
    time += 1;
    await waitingRoom.advance.all();
    expect(await serving()).toBeGreaterThanOrEqual(3);
  });
});

describe('the speed of a line', () => {
  const speed = async () => (await waitingRoom.operations.statistics('sale')).perMinute;
  const minutes = async (count: number) => {
    for (let n = 0; n < count * 60; n++) {
      time += 1000;
      await waitingRoom.advance.all();
    }
  };

  test.each([
    ['a pause', { mode: 'paused' }, { mode: 'queue' }],
    ['an alarm', true, false],
  ] as const)('is measured again after %s, which does not count as slow', async (_, begin, end) => {
    const inlet = { strategy: 'rate', per_minute: 60 };
    const turn = (to: object | boolean) =>
      typeof to === 'boolean'
        ? waitingRoom.operations.alarm('sale', to)
        : waitingRoom.operations.putRoom(roomWith({ inlet, presence: { timeout: '1h' }, ...to }));
    await makeRoom({ inlet, presence: { timeout: '1h' } });
    await crowd(1000);
    await minutes(3);
    const before = await speed();
    expect(before?.low).toBeGreaterThan(40);
    await turn(begin);
    await minutes(2);
    await turn(end);
    await minutes(0.25);
    expect(await speed()).toBeNull();
    await minutes(1);
    const after = await speed();
    expect(after?.low).toBeGreaterThan(40);
    expect(after?.high).toBeLessThan(120);
  });
});
