import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createFeed, type Sink } from '#activity/feed.ts';
import { logSink } from '#activity/log-sink.ts';
import { metricsSink } from '#activity/metrics-sink.ts';
import { createOutboxSink, type OutboxSink, type OutboxSinkDeps } from '#activity/outbox-sink.ts';
import { samplesOf } from '#support/metric-samples.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import type { Activities, ActivityType } from '#waiting-room/activity.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';

const T0 = Date.parse('2026-11-24T10:00:00Z');

/** One event of each scope. */
const EVENTS: { readonly [T in ActivityType]?: Activities[T] } = {
  'ticket.issued': { room: 'sale', sub: 'ann', number: 1, admitted: false },
  'ticket.claimed': { room: 'sale', sub: 'ann', number: 1, expires_at: '2026-11-24T10:10:00.000Z' },
  'counter.raised': { room: 'sale', by: 'alice', from: 0, to: 1 },
  'operator.acted': { by: 'alice', action: 'room.reset', subject: 'sale', detail: null },
};

function emitAll(sink: Sink): void {
  const emit = createFeed([sink], () => T0);
  for (const [type, fields] of Object.entries(EVENTS)) emit(type as ActivityType, fields as Activities[ActivityType]);
}

test('each event gets a unique id and the time, and goes to every sink', () => {
  const [one, two]: unknown[][] = [[], []];
  const emit = createFeed([(event) => one?.push(event), (event) => two?.push(event)], () => T0);
  emit('turns.expired', { room: 'sale', count: 3 });
  emit('turns.expired', { room: 'sale', count: 3 });
  expect(one).toEqual(two);
  expect(one).toMatchObject([
    { type: 'turns.expired', time: '2026-11-24T10:00:00.000Z', room: 'sale', count: 3 },
    { type: 'turns.expired' },
  ]);
  expect(new Set(one?.map((event) => (event as { id: string }).id)).size).toBe(2);
});

test('the log has events of single visitors at level debug, all others at info', () => {
  const lines: string[] = [];
  const line = (level: string) => (fields: object, message?: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields).includes('alice')}`);
  emitAll(logSink({ info: line('info'), debug: line('debug') } as Parameters<typeof logSink>[0]));
  expect(lines).toEqual([
    'debug ticket.issued false',
    'debug ticket.claimed false',
    'info counter.raised true',
    'info operator.acted true',
  ]);
});

test('the metrics count events, joins and claims', async () => {
  const metrics = createMetrics({ processMetrics: false });
  emitAll(metricsSink(metrics));
  const emit = createFeed([metricsSink(metrics)], () => T0);
  emit('ticket.issued', { room: 'sale', sub: 'ben', number: 2, admitted: true });
  const { text } = await metrics.expose();
  expect(samplesOf(text, /_(joins|claims|activities)_total$/)).toEqual([
    'anteroom_activities_total{type="counter.raised"} 1',
    'anteroom_activities_total{type="operator.acted"} 1',
    'anteroom_activities_total{type="ticket.claimed"} 1',
    'anteroom_activities_total{type="ticket.issued"} 2',
    'anteroom_claims_total{room="sale",outcome="admitted"} 1',
    'anteroom_joins_total{room="sale",outcome="admitted"} 1',
    'anteroom_joins_total{room="sale",outcome="waiting"} 1',
  ]);
});

describe('the outbox', () => {
  let opened: OpenedStore;
  let sinks: OutboxSink[];
  const dropped: number[] = [];
  const warned: object[] = [];
  let time: number;

  beforeEach(async () => {
    opened = await embeddedStore();
    sinks = [];
    dropped.length = 0;
    warned.length = 0;
    time = T0;
  });
  afterEach(async () => {
    for (const sink of sinks) await sink.close();
    await opened.close();
  });

  function open(more: Partial<OutboxSinkDeps> = {}): OutboxSink {
    const sink = createOutboxSink({
      outbox: opened.store.outbox,
      receiver: 'webhook',
      types: ['counter.raised', 'operator.acted'],
      entriesOf: (activities) => activities.map((activity) => JSON.stringify(activity)),
      now: () => time,
      log: { warn: (fields: object) => void warned.push(fields) } as OutboxSinkDeps['log'],
      metrics: { dropped: (events) => void dropped.push(events) },
      onError: () => undefined,
      ...more,
    });
    sinks.push(sink);
    return sink;
  }

  const storedTypes = async () =>
    (await opened.store.outbox.read(100)).map(({ entry }) => (JSON.parse(entry) as { type: string }).type);

  test('gets the configured types, unchanged, and no others', async () => {
    const sink = open();
    emitAll(sink.sink);
    await sink.close();
    expect(await storedTypes()).toEqual(['counter.raised', 'operator.acted']);
    const [first] = await opened.store.outbox.read(1);
    expect(JSON.parse(first?.entry ?? '')).toEqual({
      id: expect.any(String),
      type: 'counter.raised',
      time: '2026-11-24T10:00:00.000Z',
      ...EVENTS['counter.raised'],
    });
  });

  test('gets the events of a second in one command', async () => {
    const append = vi.fn(opened.store.outbox.append);
    const sink = open({ outbox: { append } });
    for (let n = 0; n < 50; n++) emitAll(sink.sink);
    await vi.waitFor(async () => expect(await storedTypes()).toHaveLength(100), 5000);
    expect(append).toHaveBeenCalledTimes(1);
  });

  test('gets the events of an outage of the store in order once it is back', async () => {
    let isDown = true;
    const append = (entries: readonly string[]) =>
      isDown ? Promise.reject(new StoreUnavailable(new Error('gone'))) : opened.store.outbox.append(entries);
    const failed = vi.fn();
    const sink = open({ outbox: { append }, onError: failed });
    const emit = createFeed([sink.sink], () => T0);
    emit('counter.raised', { room: 'sale', by: 'alice', from: 0, to: 1 });
    await vi.waitFor(() => expect(failed).toHaveBeenCalled(), 5000);
    emit('operator.acted', { by: 'alice', action: 'room.reset', subject: 'sale', detail: null });
    isDown = false;
    await vi.waitFor(async () => expect(await storedTypes()).toEqual(['counter.raised', 'operator.acted']), 5000);
  });

  test('that is full is logged once a minute, and counted each time', async () => {
    const sink = open({ outbox: { append: async () => 7 } });
    for (const minutes of [0, 0, 2]) {
      time = T0 + minutes * 60_000;
      emitAll(sink.sink);
      const before = dropped.length;
      await vi.waitFor(() => expect(dropped.length).toBe(before + 1), 5000);
    }
    expect(dropped).toEqual([7, 7, 7]);
    expect(warned).toEqual([{ dropped: 7 }, { dropped: 14 }]);
  });

  test('drops the oldest events during a long outage of the store', async () => {
    const sink = open({ outbox: { append: () => Promise.reject(new StoreUnavailable(new Error('gone'))) } });
    for (let n = 0; n < 10_500; n++) emitAll(sink.sink);
    expect(dropped.reduce((sum, events) => sum + events, 0)).toBe(1000);
  });
});
