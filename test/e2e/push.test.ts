import type { Browser, Page, Worker } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import webPush from 'web-push';
import { launchChromium } from '#support/chromium.ts';
import { moveAt } from '#support/move-at.ts';
import { type PushService, startPushService } from '#support/push-service.ts';
import { startService, type TestService } from '#support/service.ts';
import { type OpenedStore, STORES } from '#support/stores.ts';
import { audit, picture } from './visitor.ts';

const { publicKey, privateKey } = webPush.generateVAPIDKeys();
const RETURN = 'http://127.0.0.1:9/';

let browser: Browser;
let push: PushService;
let opened: OpenedStore;
let service: TestService;

beforeAll(async () => {
  browser = await launchChromium({ notifications: true });
});
beforeEach(async () => {
  const [, open] = STORES[0];
  [push, opened] = await Promise.all([startPushService(publicKey), open()]);
  service = await startService({
    store: opened.store,
    push: { publicKey, privateKey, subject: 'mailto:line@shop.example', hosts: [push.origin] },
    rooms: [
      {
        ...{ id: 'sale', title: 'Sale', challenge: 'off', return_urls: [RETURN] },
        notify: { push: true, before: '5m' },
      },
    ],
  });
});
afterAll(() => browser?.close());
afterEach(async () => {
  for (const context of browser?.contexts() ?? []) await context.close();
  await service?.close();
  await push?.close();
  await opened?.close();
});

const letIn = (perMinute: number) => moveAt(service, opened.store, { room: 'sale', perMinute });

/** Lets the page ask at once, as after a while offline, until it says these words. */
async function hear(page: Page, words: string): Promise<void> {
  const look = async () => {
    await page.evaluate('dispatchEvent(new Event("online"))');
    return page.getByText(words).isVisible();
  };
  await expect.poll(look, { timeout: 30_000 }).toBe(true);
}

test('the page says that the notification is on its way, without a reload', async () => {
  const context = await browser.newContext({ permissions: ['notifications'], viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
  await page.addInitScript(`PushManager.prototype.subscribe = async () => (${JSON.stringify(push.subscribe())})`);
  await page.goto(`${service.issuer}/rooms/sale/enter?return_to=${encodeURIComponent(RETURN)}`);
  const joined = page.url();
  await page.getByRole('button', { name: 'Notify me on this device before my turn' }).click();
  await page.getByText('We notify you on this device before your turn.').waitFor();
  await picture(page, 'notice-later');
  await letIn(10);
  await service.sendNotices();
  await hear(page, 'Our notification is on its way.');
  expect(await page.getByText('We notify you on this device').isVisible()).toBe(false);
  expect(await page.getByRole('button', { name: 'Do not notify me' }).isVisible()).toBe(false);
  expect(page.url()).toBe(`${joined}&anteroom_notice=push_sent`);
  expect(await audit(page)).toEqual([]);
  await picture(page, 'notice-sent');
  await page.reload();
  await page.getByText('Our notification is on its way.').waitFor();
  // Its turn is far away again.
  await letIn(0);
  await hear(page, 'your turn is further away again');
  await page.getByRole('button', { name: 'Ask for another message' }).click();
  await page.getByRole('button', { name: 'Notify me on this device before my turn' }).waitFor();
  expect(complaints).toEqual([]);
});

test('a press subscribes the browser, whose worker shows the notification with the page closed', async () => {
  const context = await browser.newContext({ permissions: ['notifications'] });
  const page = await context.newPage();
  const failures: string[] = [];
  page.on('console', (message) => void (message.type() === 'error' && failures.push(message.text())));
  // No push service of Google answers here.
  await page.addInitScript(`PushManager.prototype.subscribe = async (options) => {
    globalThis.key = btoa(String.fromCharCode(...options.applicationServerKey));
    sessionStorage.setItem('key', key);
    return ${JSON.stringify(push.subscribe())};
  }`);
  await page.goto(`${service.issuer}/rooms/sale/enter?return_to=${encodeURIComponent(RETURN)}`);
  const waitingPage = page.url();
  await page.getByRole('button', { name: 'Notify me on this device before my turn' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('We notify you on this device before your turn.').waitFor();
  expect(await page.evaluate('sessionStorage.getItem("key")')).toBe(
    Buffer.from(publicKey, 'base64url').toString('base64'),
  );

  await service.waitingRoom.operations.raise('sale', 1);
  service.waitingRoom.snapshots.expire('sale');
  await service.sendNotices();
  const [pushed] = push.received;
  expect(service.issuer + pushed?.message.url).toBe(waitingPage);

  // The page that waited may have gone to the site by now.
  const other = await context.newPage();
  await other.goto(service.issuer);
  await page.close();
  const devtools = await context.newCDPSession(other);
  const registration = new Promise<string>((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [found] }) => {
      if (found) resolve(found.registrationId);
    });
  });
  await devtools.send('ServiceWorker.enable');
  await devtools.send('ServiceWorker.deliverPushMessage', {
    ...{ origin: service.issuer, registrationId: await registration, data: JSON.stringify(pushed?.message) },
  });
  const shown = `navigator.serviceWorker.getRegistration('/assets/')
    .then((found) => found.getNotifications())
    .then((all) => all.map(({ title, body, data }) => [title, body, data.url]))`;
  await expect
    .poll(() => other.evaluate(shown))
    .toEqual([['Your turn comes soon: Sale', 'Open your waiting page now.', pushed?.message.url]]);
  expect(failures).toEqual([]);
});

/** How many visitors are present by now. */
async function present(): Promise<number> {
  const { snapshots, flush } = service.waitingRoom;
  await flush();
  snapshots.expire('sale');
  return (await snapshots.get('sale')).present;
}

/** A page that has asked for a notification, and what it is sent. */
async function notified() {
  const context = await browser.newContext({ permissions: ['notifications'] });
  const page = await context.newPage();
  await page.addInitScript(`PushManager.prototype.subscribe = async () => (${JSON.stringify(push.subscribe())})`);
  await page.goto(`${service.issuer}/rooms/sale/enter?return_to=${encodeURIComponent(RETURN)}`);
  await page.getByRole('button', { name: 'Notify me on this device before my turn' }).click();
  await page.getByText('We notify you on this device before your turn.').waitFor();
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
  await letIn(10);
  await service.sendNotices();
  const { message } = push.received[0] as (typeof push.received)[number];
  return { context, page, worker, message: message as { readonly url: string } };
}

/**
 * Shows the notification and clicks it, in the worker. The browser lets only a person's click open and focus windows, so
 * the worker's own calls are answered here. Returns them.
 */
function click(worker: Worker, message: object, canFocus = true): Promise<string[]> {
  const script = `(async (message) => {
    const calls = [];
    clients.openWindow = async (url) => void calls.push('open ' + url);
    WindowClient.prototype.focus = async function () {
      if (!${canFocus}) throw new TypeError('gone');
      calls.push('focus ' + this.url);
      return this;
    };
    const within = async (event) => {
      const waits = [];
      event.waitUntil = (promise) => void waits.push(promise);
      dispatchEvent(event);
      await Promise.all(waits);
    };
    const { title, body, url, tag, lang, dir } = message;
    await registration.showNotification(title, { body, tag, lang, dir, data: { url } });
    const [notification] = await registration.getNotifications();
    await within(new NotificationEvent('notificationclick', { notification }));
    calls.push((await registration.getNotifications()).length + ' left');
    return calls;
  })(${JSON.stringify(message)})`;
  return worker.evaluate<string[]>(script);
}

test('a click on the notification opens the waiting page, which makes its visitor present', async () => {
  const { context, page, worker, message } = await notified();
  await page.close();
  expect(await present()).toBe(1);
  service.time.pass(60 * 60_000);
  expect(await present()).toBe(0);
  const address = service.issuer + message.url;
  expect(await click(worker, message)).toEqual([`open ${address}`, '0 left']);
  const next = await context.newPage();
  await next.goto(address);
  expect(await next.locator('#number').textContent()).toBe('1');
  expect(await present()).toBe(1);
});

test('a click on the notification focuses the page that is open, and starts it where it was stopped', async () => {
  const { page, worker, message } = await notified();
  await page.getByRole('button', { name: 'Stop refreshing' }).click();
  expect(await present()).toBe(1);
  service.time.pass(60 * 60_000);
  expect(await present()).toBe(0);
  expect(await click(worker, message)).toEqual([`focus ${page.url()}`, '0 left']);
  await page.getByRole('button', { name: 'Stop refreshing' }).waitFor();
  await expect.poll(present).toBe(1);
});

test('a click on the notification opens the page where the open one cannot be focused', async () => {
  const { worker, message } = await notified();
  expect(await click(worker, message, false)).toEqual([`open ${service.issuer}${message.url}`, '0 left']);
});
