/** The metrics of what leaves the service, driven by real events and real receivers. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createActivity } from '#activity/index.ts';
import { createOutbound } from '#outbound/index.ts';
import { samplesOf } from '#support/metric-samples.ts';
import { REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { startService } from '#support/service.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { createLog } from '#telemetry/log.ts';
import { createMetrics, type Metrics } from '#telemetry/metrics.ts';
import { OUTBOX_CAPACITY } from '#waiting-room/ports/outbox.ts';
import { type Receiver, refuse, startReceiver, take } from '../activity/receiver.ts';
import { answers, startBackChannel } from '../oidc/logout-receiver.ts';
import { goIn, rooms } from '../oidc/visit.ts';

let opened: OpenedStore;
let receiver: Receiver;
let metrics: Metrics;
beforeEach(async () => {
  [opened, receiver] = await Promise.all([embeddedStore(), startReceiver()]);
  metrics = createMetrics({ processMetrics: false });
});
afterEach(async () => {
  await receiver.close();
  await opened.close();
});

const startActivity = () =>
  createActivity({
    store: opened.store,
    webhook: { url: receiver.url, keys: [Buffer.alloc(32, 7).toString('base64')], types: ['counter.raised'] },
    eventBus: null,
    outbound: createOutbound({ allowPrivateTargets: true }),
    self: 'this process',
    now: Date.now,
    log: createLog({ level: 'silent' }),
    metrics,
  });

const samples = async (name: string | RegExp) => samplesOf((await metrics.expose()).text, name);
const PATIENCE = { timeout: 15_000, interval: 50 };

test('each attempt to deliver events to the webhook is counted by its outcome', async () => {
  receiver.answer = (response) => {
    receiver.answer = take;
    refuse(response);
  };
  const activity = startActivity();
  for (let n = 0; n < 3; n++) activity.emit('counter.raised', { room: 'sale', by: 'alice', from: n, to: n + 1 });
  await expect
    .poll(() => samples(/_webhook_/), PATIENCE)
    .toEqual([
      'anteroom_webhook_deliveries_total{outcome="delivered"} 1',
      'anteroom_webhook_deliveries_total{outcome="failed"} 1',
      'anteroom_webhook_dropped_total 0',
    ]);
  // Both attempts had all three events.
  expect(receiver.deliveries.map(({ activities }) => activities.length)).toEqual([3, 3]);
  await activity.close();
});

test('events that a full outbox drops are counted', async () => {
  // An attempt that is under way keeps its events in the outbox.
  receiver.answer = () => undefined;
  const waiting = Array.from({ length: OUTBOX_CAPACITY }, (_, n) => `{"id":"${n}","type":"counter.raised"}`);
  await opened.store.outbox.append(waiting);
  const activity = startActivity();
  for (let n = 0; n < 7; n++) activity.emit('counter.raised', { room: 'sale', by: 'alice', from: n, to: n + 1 });
  // No webhook wants this one.
  activity.emit('turns.expired', { room: 'sale', count: 1 });
  await expect
    .poll(() => samples('anteroom_webhook_dropped_total'), PATIENCE)
    .toEqual(['anteroom_webhook_dropped_total 7']);
  await activity.close();
});

test('each attempt to notify a relying party of a logout is counted by its outcome', async () => {
  const shop = await startBackChannel();
  const party = { client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] };
  const relying_parties = [{ ...party, backchannel_logout_uri: shop.uri }];
  const service = await startService({ store: opened.store, rooms, relying_parties });
  try {
    /** So many logins end while the relying party answers with this status. */
    const endLogins = async (count: number, status: number) => {
      shop.answer = answers(status);
      const subs: string[] = [];
      for (let n = 0; n < count; n++) {
        const { login, callback } = await goIn(service);
        subs.push((await login.exchange(callback)).claims()?.sub ?? '');
      }
      await service.waitingRoom.operations.exits('sale', { exited: 0, completed: subs, abandoned: [] });
      await service.sendLogouts();
    };
    const logouts = async () => {
      const text = await (await fetch(`${service.issuer}/metrics`)).text();
      return samplesOf(text, 'anteroom_backchannel_logouts_total');
    };
    await endLogins(4, 200);
    await endLogins(3, 400);
    await endLogins(2, 503);
    const before = [
      'anteroom_backchannel_logouts_total{outcome="failed"} 2',
      'anteroom_backchannel_logouts_total{outcome="notified"} 4',
      'anteroom_backchannel_logouts_total{outcome="refused"} 3',
    ];
    expect(await logouts()).toEqual(before);
    // The last attempt is made after an hour of failures.
    service.time.pass(61 * 60_000);
    await service.sendLogouts();
    expect(await logouts()).toEqual(before.toSpliced(1, 0, 'anteroom_backchannel_logouts_total{outcome="given_up"} 2'));
  } finally {
    await service.close();
    await shop.close();
  }
});
