import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { ADMIN_TOKEN, startService, type TestService } from '#support/service.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { axe } from './panel.ts';

const STATES = 10;

let browser: Browser;
let site: Server;
let opened: OpenedStore;
let service: TestService;
let url: string;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  site = createServer((_req, res) => res.setHeader('Content-Type', 'text/html').end('<title>The site</title>'));
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  const landing_url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  const redirect_uris = [`${landing_url}callback`];
  opened = await embeddedStore();
  service = await startService({
    store: opened.store,
    rooms: [{ id: 'sale', title: 'Spring sale' }],
    relying_parties: [
      { client_id: 'shop', client_secret: 'a secret of the shop', room: 'sale', redirect_uris, landing_url },
    ],
  });
  const answer = await fetch(`${service.issuer}/admin/v1/rooms/sale/rehearsal`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
    body: '{}',
  });
  ({ url } = (await answer.json()) as { url: string });
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await service.close();
  await opened.close();
  await new Promise((done) => site.close(done));
});

async function pressLink(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name, exact: true }).focus();
  await page.keyboard.press('Enter');
}

test('walks through every page to the site by keyboard', async () => {
  const page = await (await browser.newContext()).newPage();
  await page.goto(url);
  for (let step = 1; step < STATES; step++) {
    await page.getByRole('complementary', { name: 'Rehearsal' }).getByText(`Page ${step} of ${STATES}`).waitFor();
    await pressLink(page, 'Next page');
  }
  await page.getByText('lets you in without waiting').waitFor();
  await pressLink(page, 'Back');
  await page.getByText(`Page ${STATES - 1} of ${STATES}`).waitFor();
  await pressLink(page, 'Next page');
  await page.locator('#claim').press('Enter');
  await expect.poll(() => page.title()).toBe('The site');
});

test('is accessible on every page: light and dark, narrow, right to left, in German', {
  timeout: 120_000,
}, async () => {
  const context = await browser.newContext({ viewport: { width: 320, height: 640 }, locale: 'de-DE' });
  const page = await context.newPage();
  for (let step = 1; step <= STATES; step++) {
    await page.goto(`${url}&step=${step}&lang=${step % 2 === 0 ? 'ar' : 'de'}`);
    await page.getByRole('complementary', { name: 'Probe' }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect([step, colorScheme, await axe(page)]).toEqual([step, colorScheme, []]);
    }
    expect([step, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([step, 320]);
  }
});
