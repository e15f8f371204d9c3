import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import webPush from 'web-push';
import { createBrowser } from '#support/browser.ts';
import { type PushService, startPushService } from '#support/push-service.ts';
import { arrive, facts } from '#support/relying-party.ts';
import { startService, type TestService } from '#support/service.ts';
import { type OpenedStore, STORES } from '#support/stores.ts';
import { isPushEndpoint, readPushSubscription } from '#waiting-room/push-subscription.ts';
import { relying_parties, SALE, shown } from '../oidc/waiting-page.ts';

const rooms = [
  { ...SALE, notify: { push: true, before: '5m' }, challenge: 'off' },
  { id: 'other', challenge: 'off' },
];
const { publicKey, privateKey } = webPush.generateVAPIDKeys();

let push: PushService;
beforeAll(async () => {
  push = await startPushService(publicKey);
});
afterAll(() => push?.close());

describe.each(STORES)('a notification ahead of the turn, on %s', (_name, open) => {
  let opened: OpenedStore;
  let service: TestService;
  const start = () =>
    startService({
      ...{ store: opened.store, rooms, relying_parties },
      push: { publicKey, privateKey, subject: 'mailto:line@shop.example', hosts: [push.origin] },
    });

  beforeEach(async () => {
    push.received.length = 0;
    push.answer = () => 201;
    opened = await open();
    service = await start();
  });
  afterEach(async () => {
    await service?.close();
    await opened?.close();
  });

  async function waiter() {
    const browser = createBrowser();
    const { page } = await arrive(browser, service.issuer);
    const ask = async (subscription: object = push.subscribe()) =>
      (await browser.post(page, { notice: 'push', subscription: JSON.stringify(subscription) })).location;
    return { browser, page, ask };
  }
  const raise = async () => {
    await service.waitingRoom.operations.raise('sale', 1);
    service.waitingRoom.snapshots.expire('sale');
  };

  test('is sent once as the turn comes, encrypted for the browser, and leads to its waiting page', async () => {
    const { browser, page, ask } = await waiter();
    const { text } = await browser.get(page);
    expect(text).toContain(`data-key="${publicKey}" data-worker="/assets/push-worker.js"`);
    const answer = (await ask()) ?? '';
    expect(answer).toBe(`${page}&anteroom_notice=pushed`);
    expect(shown((await browser.get(answer)).text)).toContain('We notify you on this device before your turn.');
    await service.sendNotices();
    expect(push.received).toEqual([]);
    await raise();
    await service.sendNotices();
    await service.sendNotices();
    expect(push.received).toHaveLength(1);
    const [{ headers, message }] = push.received as [PushService['received'][number]];
    expect(headers).toMatchObject({ 'content-encoding': 'aes128gcm', ttl: '900', urgency: 'high' });
    expect(headers.topic).toMatch(/^[\w-]{32}$/);
    expect(message).toEqual({
      title: 'Your turn comes soon: Sale <b>&amp; "more"</b>',
      body: 'Open your waiting page now.',
      ...{ url: page.slice(service.issuer.length), tag: 'sale', lang: 'en', dir: 'ltr' },
    });
    expect((await facts(browser, service.issuer + message.url)).json()).toMatchObject({ state: 'served', number: 1 });
    for (const secret of [privateKey, '/push/']) expect(service.logged.join('\n')).not.toContain(secret);
  });

  test('is kept sealed, and is sent to nobody who took it back, or left', async () => {
    const [back, left] = [await waiter(), await waiter()];
    const subscription = push.subscribe();
    await back.ask(subscription);
    await left.ask();
    const { view } = await service.waitingRoom.snapshots.get('sale');
    const of = { line: 'sale', incarnation: view.incarnation, generation: view.generation };
    const [notice] = await opened.store.notices.take(of, 1, 1, service.time.now());
    expect(JSON.stringify(notice)).not.toContain('/push/');
    if (notice) await opened.store.notices.putBack(of, notice);
    expect((await back.browser.post(back.page, { notice: 'forget' })).location).toBe(back.page);
    await left.browser.post(left.page, { leave: '1' });
    await raise();
    await service.sendNotices();
    expect(push.received).toEqual([]);
  });

  test('goes out later where the push service is overloaded, unless its visitor withdrew meanwhile', async () => {
    const [stays, withdraws] = [await waiter(), await waiter()];
    const [one, two] = [push.subscribe(), push.subscribe()];
    await stays.ask(one);
    await withdraws.ask(two);
    push.answer = async (path) => {
      if (two.endpoint.endsWith(path)) await withdraws.browser.post(withdraws.page, { notice: 'forget' });
      return 503;
    };
    await raise();
    await raise();
    await service.sendNotices();
    expect(service.logged.filter((line) => line.includes('notifications to visitors failed'))).toHaveLength(1);
    push.answer = () => 201;
    service.time.pass(11_000);
    await service.sendNotices();
    expect(push.received.map(({ message }) => service.issuer + message.url)).toEqual([stays.page]);
    service.time.pass(60_000);
    await service.sendNotices();
    expect(push.received).toHaveLength(1);
  });

  test.each([404, 410, 400])('is not sent again after %d', async (status) => {
    const { ask } = await waiter();
    await ask();
    push.answer = () => status;
    await raise();
    await service.sendNotices();
    push.answer = () => 201;
    service.time.pass(60_000);
    const before = push.requests();
    await service.sendNotices();
    expect(push.requests()).toBe(before);
  });

  test('is refused to other hosts, to what is no subscription, and where the room offers none', async () => {
    const { ask, browser, page } = await waiter();
    const fine = push.subscribe();
    const refused = [
      { ...fine, endpoint: 'https://push.example/x' },
      { ...fine, endpoint: `${push.origin.replace('http', 'https')}/x` },
      { ...fine, endpoint: push.origin.replace('127.0.0.1', 'user@127.0.0.1') },
      { ...fine, keys: { ...fine.keys, auth: 'AA' } },
      { ...fine, keys: { ...fine.keys, p256dh: Buffer.alloc(65, 4).toString('base64url') } },
      { endpoint: fine.endpoint },
      { ...fine, expirationTime: 'x'.repeat(5000) },
      [],
    ];
    for (const each of refused) expect(await ask(each)).toBe(`${page}&anteroom_notice=push_refused`);
    expect(shown((await browser.get(`${page}&anteroom_notice=push_refused`)).text)).toContain('cannot be notified');
    expect((await browser.post(page, { notice: 'email', email: 'ann@mail.example' })).location).toContain('=refused');
    for (let n = 0; n < 3; n++) expect(await ask(fine)).toContain('=pushed');
    expect(await ask(fine)).toContain('=push_refused');
    const other = createBrowser();
    const elsewhere = await arrive(other, service.issuer, { clientId: 'elsewhere' });
    expect((await other.get(elsewhere.page)).text).not.toContain('push-ask');
    const form = { notice: 'push', subscription: JSON.stringify(push.subscribe()) };
    expect((await other.post(elsewhere.page, form)).location).toContain('=push_refused');
  });

  test('is told of on the page that says what is stored', async () => {
    const read = async (room: string) => (await createBrowser().get(`${service.issuer}/rooms/${room}/storage`)).text;
    expect(await read('sale')).toContain('address of this browser at its push service is kept encrypted');
    expect(await read('sale')).not.toContain('your e-mail address is kept encrypted');
    expect(await read('other')).not.toContain('push service');
  });
});

const HOSTS = ['fcm.googleapis.com', '*.push.apple.com'];

test.each([
  ['https://fcm.googleapis.com/fcm/send/x', true],
  ['https://web.push.apple.com/x', true],
  ['https://push.apple.com/x', false],
  ['https://evilpush.apple.com/x', false],
  ['https://web.push.apple.com.evil.example/x', false],
  ['https://evil.example/?fcm.googleapis.com', false],
  ['https://evil.example#fcm.googleapis.com', false],
  ['https://fcm.googleapis.com@evil.example/', false],
  ['https://fcm.googleapis.com:8443/', false],
  ['http://fcm.googleapis.com/', false],
  ['https://fcm.googleapis.com/#x', false],
  [`https://fcm.googleapis.com/${'x'.repeat(1000)}`, false],
  ['fcm.googleapis.com', false],
])('%s is an address of a known push service: %s', (endpoint, expected) => {
  expect(isPushEndpoint(endpoint, HOSTS)).toBe(expected);
});

test.each(['', 'null', '[]', '1', '{"endpoint":1}', '{"endpoint":"https://fcm.googleapis.com/x","keys":null}'])(
  '%j is no subscription',
  (text) => {
    expect(readPushSubscription(text, HOSTS)).toBeNull();
  },
);
