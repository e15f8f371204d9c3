import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { axe } from '../panel/panel.ts';
import { type Anteroom, startAnteroom } from './anteroom.ts';

const service = serviceOn(embeddedStore, {});
let browser: Browser;
let anteroom: Anteroom;

beforeAll(async () => {
  [browser, anteroom] = await Promise.all([launchChromium(), startAnteroom('', 20)]);
});
afterAll(async () => {
  await browser?.close();
  await anteroom?.close();
});

const frame = (page: Page, title: string) => page.frameLocator(`iframe[title="${title}"]`);

it('shows the shop, a visitor who waits or is in, and the control panel', async () => {
  const page = await browser.newPage();
  const refused: string[] = [];
  page.on('console', (message) => void (message.type() === 'error' && refused.push(message.text())));
  await page.goto(`${anteroom.url}/demo`);

  await frame(page, 'The shop').getByRole('button', { name: 'Reserve' }).waitFor();
  const line = frame(page, 'You, in line');
  await line.getByRole('heading', { name: /You are in line|It’s your turn|Checkout/ }).waitFor();
  await frame(page, 'The control panel').getByLabel(/token/i).first().waitFor();
  expect(refused).toEqual([]);
  await page.close();
});

it('can be used with assistive technology, and its frames begin at the same height', async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(`${anteroom.url}/demo`);
  expect(await axe(page)).toEqual([]);
  const tops = await page.locator('iframe').evaluateAll((frames) => frames.map((each) => each.offsetTop));
  expect(new Set(tops).size).toBe(1);
  await page.close();
});

it('is in the demo only, and elsewhere nothing frames the control panel', async () => {
  expect((await fetch(`${service.issuer}/demo`)).status).toBe(404);
  const { headers } = await fetch(`${service.issuer}/admin/`);
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(headers.get('x-frame-options')).toBe('DENY');
});
