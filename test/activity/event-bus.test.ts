import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { awsEventOf } from '#activity/event-bus/aws-event.ts';
import { type BusEntry, busEntriesOf } from '#activity/event-bus/bus-entry.ts';
import { type EventBus, startEventBus } from '#activity/event-bus/index.ts';
import type { PutEvents } from '#activity/event-bus/put-events.ts';
import { createSendBatch } from '#activity/event-bus/send-batch.ts';
import { createFeed } from '#activity/feed.ts';
import { room } from '#settings/room.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { createLog } from '#telemetry/log.ts';
import type { Activities, Activity, ActivityType, Emit } from '#waiting-room/activity.ts';

const time = '2026-11-24T10:00:00.000Z';
const counters = {
  ...{ queue: 40, serving: 12, waiting: 28, present: 20, claimed: 11, active: 5 },
  ...{ completed: 4, abandoned: 2, expired: 1 },
};
const activityOf = <T extends ActivityType>(type: T, fields: Activities[T]) =>
  ({ id: 'a', type, time, ...fields }) as unknown as Activity;

describe("AWS's events", () => {
  const inSale = { room: 'sale' };
  test.each([
    [
      'token_generated',
      activityOf('ticket.claimed', { ...inSale, sub: 'x', number: 3, expires_at: time }),
      { event_id: 'Sample', request_id: 'x' },
    ],
    [
      'session_updated',
      activityOf('admission.ended', { ...inSale, sub: 'x', reason: 'completed' }),
      { event_id: 'Sample', request_id: 'x', status: 'completed' },
    ],
    [
      'session_updated',
      activityOf('admission.ended', { ...inSale, sub: 'x', reason: 'abandoned' }),
      { event_id: 'Sample', request_id: 'x', status: 'abandoned' },
    ],
    [
      'automatic_serving_counter_incr',
      activityOf('counter.raised', { ...inSale, by: 'inlet:expiry', from: 7, to: 10 }),
      {
        previous_serving_counter_position: 7,
        increment_by: 3,
        current_serving_counter_position: 10,
      },
    ],
    [
      'waiting_room_metrics',
      activityOf('room.metrics', { ...inSale, counters }),
      {
        ...{ event_id: 'Sample', num_active_tokens: 5, total_num_tokens: '11', queue_counter: '40' },
        ...{ serving_number: '12', completed_sessions: '4', abandoned_sessions: '2' },
      },
    ],
  ])('%s has its fields and no others', (type, activity, detail) => {
    expect(awsEventOf(activity, 'Sample')).toEqual({ type, detail });
  });

  test.each([
    ['a join', activityOf('ticket.issued', { ...inSale, sub: 'x', number: 1, admitted: false })],
    ['a raise by hand', activityOf('counter.raised', { ...inSale, by: 'alice', from: 0, to: 5 })],
    ['a raise by an inlet', activityOf('counter.raised', { ...inSale, by: 'inlet:rate', from: 0, to: 5 })],
    ['a reset', activityOf('admission.ended', { ...inSale, sub: null, reason: 'reset' })],
    ['an admission that ran out', activityOf('admission.ended', { ...inSale, sub: 'x', reason: 'expired' })],
  ])('are none for %s', (_, activity) => {
    expect(awsEventOf(activity, 'Sample')).toBeNull();
  });

  test('come before ours, and ours only if they are wanted', () => {
    const activity = activityOf('room.metrics', { ...inSale, counters });
    const wanted: ReadonlySet<ActivityType> = new Set<ActivityType>(['room.metrics']);
    expect(busEntriesOf(activity, 'Sample', wanted)).toMatchObject([
      { type: 'waiting_room_metrics', time },
      { type: 'room.metrics', time, detail: activity },
    ]);
    expect(busEntriesOf(activity, null, wanted).map(({ type }) => type)).toEqual(['room.metrics']);
    expect(busEntriesOf(activity, 'Sample', new Set()).map(({ type }) => type)).toEqual(['waiting_room_metrics']);
  });

  test('leave out settings that are too long for the bus', () => {
    const acted = { by: 'alice', action: 'room.put', subject: 'sale' } as const;
    const long = activityOf('operator.acted', { ...acted, detail: { text: 'x'.repeat(300_000) } });
    const [entry] = busEntriesOf(long, null, new Set<ActivityType>(['operator.acted']));
    expect(entry?.detail).toMatchObject({ ...acted, detail: 'too long for the event bus' });
  });
});

const entry = (id: string, size = 0) => ({
  id,
  entry: JSON.stringify({ type: 'counter.raised', time, detail: { id, text: 'x'.repeat(size) } } satisfies BusEntry),
});
const idsOf = (entries: readonly BusEntry[]) => entries.map(({ detail }) => (detail as { id: string }).id);
const { signal } = new AbortController();

describe('a batch', () => {
  function sender(putEvents: PutEvents) {
    const dropped: number[] = [];
    const logged: object[] = [];
    const log = { error: (fields: object) => void logged.push(fields) } as Parameters<typeof createSendBatch>[0]['log'];
    return { send: createSendBatch({ putEvents, log, dropped: (n) => void dropped.push(n) }), dropped, logged };
  }

  test('goes in requests of ten, and of as many bytes as the bus takes', async () => {
    const sent: string[][] = [];
    const { send } = sender(async (entries) => {
      sent.push([...idsOf(entries)]);
      return entries.map(() => null);
    });
    const small = Array.from({ length: 23 }, (_, n) => entry(`s${n}`));
    const large = Array.from({ length: 3 }, (_, n) => entry(`l${n}`, 100_000));
    expect(await send([...small, ...large], signal)).toEqual({ left: [], failure: null });
    expect(sent.map(({ length }) => length)).toEqual([10, 10, 5, 1]);
    expect(sent.flat()).toEqual([...small, ...large].map(({ id }) => id));
  });

  test('is sent again in the part that failed', async () => {
    const { send } = sender(async (entries) =>
      idsOf(entries).map((id) => (id === 'b' || id === 'd' ? 'ThrottlingException' : null)),
    );
    const batch = ['a', 'b', 'c', 'd'].map((id) => entry(id));
    const { left, failure } = await send(batch, signal);
    expect(left.map(({ id }) => id)).toEqual(['b', 'd']);
    expect(failure).toEqual({ code: 'ThrottlingException' });
  });

  test('keeps what a failed request had, and says of the error only its name', async () => {
    const { send } = sender(async (entries) => {
      if (idsOf(entries).includes('n0')) throw Object.assign(new Error('secret: x'), { name: 'AccessDeniedException' });
      return entries.map(() => null);
    });
    const batch = Array.from({ length: 12 }, (_, n) => entry(`n${n}`));
    const { left, failure } = await send(batch, signal);
    expect(left.map(({ id }) => id)).toEqual(batch.slice(0, 10).map(({ id }) => id));
    expect(failure).toEqual({ code: 'AccessDeniedException' });
  });

  test('drops an entry that the bus never takes, and says so', async () => {
    const { send, dropped, logged } = sender(async (entries) =>
      idsOf(entries).map((id) => (id === 'b' ? 'MalformedDetail' : null)),
    );
    expect(
      await send(
        ['a', 'b'].map((id) => entry(id)),
        signal,
      ),
    ).toEqual({ left: [], failure: null });
    expect([dropped, logged]).toEqual([[1], [{ dropped: 1, code: 'MalformedDetail' }]]);
  });
});

describe('the event bus', () => {
  const times = { pollInterval: 20, attempt: 300, firstRetry: 20, lastRetry: 80, lease: 1000 };
  let opened: OpenedStore;
  let buses: EventBus[];
  let sent: BusEntry[];
  let outcomes: string[];
  let answer: PutEvents;

  beforeEach(async () => {
    opened = await embeddedStore();
    [buses, sent, outcomes] = [[], [], []];
    answer = async (entries) => {
      sent.push(...entries);
      return entries.map(() => null);
    };
    await opened.store.settings.putRoom(room.parse({ id: 'sale', aws: { event_id: 'Sample' } }), null);
    await opened.store.settings.putRoom(room.parse({ id: 'plain' }), null);
  });
  afterEach(async () => {
    await Promise.all(buses.map((bus) => bus.close()));
    await opened.close();
  });

  function start(): Emit {
    const bus = startEventBus({
      putEvents: (entries, abort) => answer(entries, abort),
      types: ['counter.raised'],
      store: opened.store,
      leases: opened.store.leases,
      self: `process ${buses.length}`,
      now: Date.now,
      log: createLog({ level: 'silent' }),
      metrics: { busDelivered: (outcome) => void outcomes.push(outcome), busDropped: () => undefined },
      onError: () => undefined,
      times,
    });
    buses.push(bus);
    return createFeed([bus.sink], Date.now);
  }
  const types = () => sent.map(({ type }) => type);

  test("gets AWS's events of rooms with aws, and ours as they are configured", async () => {
    const emit = start();
    emit('ticket.claimed', { room: 'sale', sub: 'x', number: 1, expires_at: time });
    emit('ticket.claimed', { room: 'plain', sub: 'y', number: 1, expires_at: time });
    emit('ticket.issued', { room: 'sale', sub: 'z', number: 2, admitted: false });
    emit('counter.raised', { room: 'plain', by: 'alice', from: 0, to: 1 });
    await vi.waitFor(() => expect(types()).toEqual(['token_generated', 'counter.raised']), 5000);
    expect(sent[0]?.detail).toEqual({ event_id: 'Sample', request_id: 'x' });
    expect(sent[1]?.detail).toMatchObject({ type: 'counter.raised', room: 'plain', by: 'alice' });
    expect(await opened.store.outbox.read(10)).toEqual([]);
  });

  test('retries while the bus fails, loses nothing, and delays nobody', async () => {
    const take = answer;
    answer = async () => {
      throw new Error('the bus is away');
    };
    const emit = start();
    const start0 = performance.now();
    for (let n = 0; n < 25; n++) emit('counter.raised', { room: 'plain', by: 'alice', from: n, to: n + 1 });
    expect(performance.now() - start0).toBeLessThan(100);
    await vi.waitFor(() => expect(outcomes.filter((each) => each === 'failed').length).toBeGreaterThan(2), 5000);
    answer = take;
    await vi.waitFor(() => expect(sent).toHaveLength(25), 5000);
    await vi.waitFor(async () => expect(await opened.store.eventBusOutbox.read(1)).toEqual([]), 5000);
  });

  test('aborts a request that hangs', async () => {
    const take = answer;
    let aborted = false;
    answer = (_, abort) =>
      new Promise((_resolve, reject) => {
        abort.addEventListener('abort', () => {
          aborted = true;
          reject(new Error('aborted'));
        });
      });
    start()('counter.raised', { room: 'plain', by: 'alice', from: 0, to: 1 });
    await vi.waitFor(() => expect(aborted).toBe(true), 5000);
    answer = take;
    await vi.waitFor(() => expect(sent).toHaveLength(1), 5000);
  });

  test('gets what was emitted before a process stopped from the next one', async () => {
    answer = async () => {
      throw new Error('the bus is away');
    };
    start()('counter.raised', { room: 'plain', by: 'alice', from: 0, to: 1 });
    await buses.pop()?.close();
    answer = async (entries) => {
      sent.push(...entries);
      return entries.map(() => null);
    };
    start();
    await vi.waitFor(() => expect(sent).toHaveLength(1), 5000);
  });
});
