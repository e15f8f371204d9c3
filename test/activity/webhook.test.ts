import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startWebhook, type Webhook, type WebhookDeps } from '#activity/webhook.ts';
import { createOutbound } from '#outbound/index.ts';
import { type OpenedStore, STORES } from '#support/stores.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { type Receiver, refuse, startReceiver, take } from './receiver.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const times = { pollInterval: 20, attempt: 300, firstRetry: 20, lastRetry: 80, lease: 1000 };

describe.each(STORES)('the webhook on the %s store', (_, open) => {
  let opened: OpenedStore;
  let store: Store;
  let receiver: Receiver;
  let webhooks: Webhook[];
  /** Logged messages. */
  let logged: string[];
  let outcomes: string[];

  beforeEach(async () => {
    opened = await open();
    store = opened.store;
    receiver = await startReceiver();
    [webhooks, logged, outcomes] = [[], [], []];
  });
  afterEach(async () => {
    await Promise.all(webhooks.map((webhook) => webhook.stop()));
    await receiver.close();
    await opened.close();
  });

  function start(more: Partial<WebhookDeps> = {}): Webhook {
    const write = (_fields: unknown, message?: string) => void logged.push(message ?? '');
    const webhook = startWebhook({
      url: receiver.url,
      keys: [key],
      outbound: createOutbound({ allowPrivateTargets: false, trusted: [receiver.url] }),
      outbox: store.outbox,
      leases: store.leases,
      self: `process ${webhooks.length}`,
      now: Date.now,
      log: { info: write, warn: write, error: write } as WebhookDeps['log'],
      metrics: { delivered: (outcome) => void outcomes.push(outcome) },
      times,
      ...more,
    });
    webhooks.push(webhook);
    return webhook;
  }

  const events = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => JSON.stringify({ id: `f${from + n}`, type: 'counter.raised' }));
  const received = () => receiver.deliveries.flatMap(({ activities }) => activities.map(({ id }) => id));
  const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `f${from + n}`);
  const empty = () => vi.waitFor(async () => expect(await store.outbox.read(1)).toEqual([]), 5000);

  test('delivers events in order, a hundred at a time, and removes them from the outbox', async () => {
    await store.outbox.append(events(0, 250));
    start();
    await empty();
    expect(receiver.deliveries.map(({ activities }) => activities.length)).toEqual([100, 100, 50]);
    expect(received()).toEqual(ids(0, 250));
    await store.outbox.append(events(250, 252));
    await empty();
    expect(received()).toEqual(ids(0, 252));
    expect([logged, new Set(outcomes)]).toEqual([[], new Set(['delivered'])]);
  });

  test('delivers events that a former version left in the outbox, unchanged', async () => {
    const former = [
      { id: 'f0', type: 'session.updated', room: 'sale', sub: 'ann', status: 'completed' },
      { id: 'f1', type: 'operator.acted', by: 'alice', action: 'exits.told', subject: 'sale', detail: null },
    ];
    await store.outbox.append(former.map((activity) => JSON.stringify(activity)));
    start();
    await empty();
    expect(receiver.deliveries.flatMap(({ activities }) => activities)).toEqual(former);
  });

  test('signs deliveries as Standard Webhooks specifies', async () => {
    await store.outbox.append([JSON.stringify({ id: 'f0', type: 'draw.done', event: '„Öffnung“' })]);
    start();
    await empty();
    const [first] = receiver.deliveries;
    if (!first) throw new Error('there was no delivery');
    const { headers, body } = first;
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toEqual({ activities: [{ id: 'f0', type: 'draw.done', event: '„Öffnung“' }] });
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const expected = createHmac('sha256', Buffer.alloc(32, 7)).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
    expect(Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp']))).toBeLessThan(5);
  });

  test.each([
    ['fails', refuse],
    ['hangs', () => undefined],
    [
      'hangs in the middle of its answer',
      (response: Parameters<typeof refuse>[0]) => void response.writeHead(500).write('x'),
    ],
    ['breaks the connection', (response: Parameters<typeof refuse>[0]) => void response.destroy()],
    ['redirects', (response: Parameters<typeof refuse>[0]) => void response.writeHead(307, { Location: '/' }).end()],
  ])('retries while the receiver %s, and loses nothing', async (_what, answer) => {
    receiver.answer = answer;
    await store.outbox.append(events(0, 3));
    start();
    await vi.waitFor(() => expect(receiver.deliveries.length).toBeGreaterThanOrEqual(3), 5000);
    await store.outbox.append(events(3, 5));
    receiver.answer = take;
    await empty();
    const first = receiver.deliveries.filter(({ activities }) => activities[0]?.id === 'f0');
    expect(new Set(first.map(({ body }) => body)).size).toBe(1);
    expect(new Set(first.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(received().slice(-5)).toEqual(ids(0, 5));
    expect(logged).toEqual(['webhook delivery failed, events wait in the outbox', 'webhook delivery recovered']);
    expect(outcomes.filter((outcome) => outcome === 'failed').length).toBe(first.length - 1);
  });

  test('logs a receiver that is down once', async () => {
    await store.outbox.append(events(0, 1));
    await receiver.close();
    start();
    await vi.waitFor(() => expect(outcomes.length).toBeGreaterThanOrEqual(3), 5000);
    expect(logged).toEqual(['webhook delivery failed, events wait in the outbox']);
  });

  test('waits longer after each failure, up to the last retry interval', async () => {
    receiver.answer = refuse;
    const at: number[] = [];
    await store.outbox.append(events(0, 1));
    start({
      metrics: { delivered: () => void at.push(performance.now()) },
      times: { ...times, firstRetry: 50, lastRetry: 200, lease: 90 },
    });
    await vi.waitFor(() => expect(at.length).toBeGreaterThanOrEqual(5), 5000);
    const waits = at.slice(1).map((time, n) => time - (at[n] ?? 0));
    // Each wait varies by a fifth around 50, 100, 200, 200.
    [40, 80, 160, 160].forEach((least, n) => {
      expect(waits[n]).toBeGreaterThanOrEqual(least - 2);
    });
  });

  test('delivers in one process at a time; another continues when that one stops', async () => {
    await store.outbox.append(events(0, 120));
    const [one] = [start(), start(), start()];
    await empty();
    expect(received()).toEqual(ids(0, 120));
    await one.stop();
    await store.outbox.append(events(120, 130));
    await empty();
    expect(received()).toEqual(ids(0, 130));
  });

  test('repeats a delivery when the process dies before it acknowledges it', async () => {
    await store.outbox.append(events(0, 2));
    const dies = { read: store.outbox.read, acknowledge: () => new Promise<never>(() => undefined) };
    const dead = start({ outbox: dies, times: { ...times, lease: 400 } });
    webhooks = [];
    await vi.waitFor(() => expect(receiver.deliveries).toHaveLength(1), 5000);
    start({ self: 'another' });
    await empty();
    expect(received()).toEqual(['f0', 'f1', 'f0', 'f1']);
    const [first, second] = receiver.deliveries;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    void dead;
  });

  test('stops during an attempt that hangs, and the events stay', async () => {
    receiver.answer = () => undefined;
    await store.outbox.append(events(0, 2));
    const webhook = start({ times: { ...times, attempt: 60_000 } });
    await vi.waitFor(() => expect(receiver.deliveries).toHaveLength(1), 5000);
    await webhook.stop();
    expect((await store.outbox.read(10)).length).toBe(2);
    expect(await store.leases.lease('webhook', 'another', 1000)).toBe(true);
    expect(logged).toEqual([]);
  });
});
