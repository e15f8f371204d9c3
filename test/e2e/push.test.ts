import { createECDH } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { type PushService, startPushService } from '#support/push-service.ts';
import { startService, type TestService } from '#support/service.ts';
import { type OpenedStore, STORES } from '#support/stores.ts';

const pair = createECDH('prime256v1');
const publicKey = pair.generateKeys('base64url');
const privateKey = pair.getPrivateKey('base64url').padStart(43, 'A');
const RETURN = 'http://127.0.0.1:9/';

let browser: Browser;
let push: PushService;
let opened: OpenedStore;
let service: TestService;

beforeAll(async () => {
  const [, open] = STORES[0];
  [browser, push, opened] = await Promise.all([launchChromium(), startPushService(publicKey), open()]);
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
afterAll(async () => {
  await browser?.close();
  await service?.close();
  await push?.close();
  await opened?.close();
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

  const devtools = await context.newCDPSession(page);
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
    .poll(() => page.evaluate(shown))
    .toEqual([['Your turn comes soon: Sale', 'Open your waiting page now.', pushed?.message.url]]);
  expect(failures).toEqual([]);
});
