/** The service below the path of its public URL, as its user starts it, in a real browser. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { type Anteroom, startAnteroom } from './anteroom.ts';
import { change, emptyRoom, letIn } from './demo-room.ts';
import { buy, heading, leaveShop, newVisitor, numberOf, reserve, words } from './visitor.ts';

let browser: Browser;
let anteroom: Anteroom;

beforeAll(async () => {
  [browser, anteroom] = await Promise.all([launchChromium(), startAnteroom('/line')]);
});
afterAll(async () => {
  await browser?.close();
  await anteroom?.close();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

interface Traffic {
  /** Paths at the service, in order. */
  readonly paths: string[];
  /** What the service refused, what did not load, and what the page complained about. */
  readonly faults: string[];
}

function watch(page: Page): Traffic {
  const { origin } = new URL(anteroom.url);
  const traffic: Traffic = { paths: [], faults: [] };
  page.on('response', (response) => {
    const url = new URL(response.url());
    if (url.origin !== origin) return;
    traffic.paths.push(url.pathname);
    if (response.status() >= 400) traffic.faults.push(`${response.status()} ${url.pathname}`);
    if (!url.pathname.startsWith('/line/')) traffic.faults.push(`outside: ${url.pathname}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') traffic.faults.push(message.text());
  });
  page.on('pageerror', (error) => traffic.faults.push(String(error)));
  return traffic;
}

test('the waiting page loads, polls, takes its turn, and the visitor buys and leaves', async () => {
  await emptyRoom(anteroom);
  const page = await newVisitor(browser);
  const traffic = watch(page);
  await reserve(page, anteroom);
  expect(new URL(page.url()).pathname).toBe('/line/rooms/demo/wait');
  expect(await words(heading(page))).toBe('You are in line');
  expect(await numberOf(page)).toBe(1);
  // The style applies.
  expect(await page.evaluate<number>('document.styleSheets[0].cssRules.length')).toBeGreaterThan(0);

  await change(anteroom, { message: 'We open the doors soon.' });
  await page.getByText('We open the doors soon.').waitFor();
  expect(traffic.paths).toContain('/line/rooms/demo/status');
  await letIn(anteroom, 1);
  await page.waitForURL(/\/checkout$/, { timeout: 20_000 });
  await buy(page);
  await leaveShop(page);
  expect(await anteroom.admin('GET', '/counters')).toMatchObject({ claimed: 1, active: 0, completed: 1 });
  expect(traffic.paths).toEqual(expect.arrayContaining(['/line/authorize', '/line/end-session']));
  expect(traffic.faults).toEqual([]);
});

test('the waiting page without script works as well', async () => {
  await emptyRoom(anteroom);
  const page = await newVisitor(browser, { javaScriptEnabled: false });
  const traffic = watch(page);
  await reserve(page, anteroom);
  await page.getByRole('button', { name: 'Check again' }).click();
  expect(await words(heading(page))).toBe('You are in line');
  await letIn(anteroom, 1);
  await page.reload();
  await page.getByRole('button', { name: /^Continue to/ }).click();
  await page.waitForURL(/\/checkout$/);
  expect(traffic.faults).toEqual([]);
});

test('the control panel shows the counters and lets visitors in', async () => {
  await emptyRoom(anteroom);
  const visitor = await newVisitor(browser);
  await reserve(visitor, anteroom);
  const page = await newVisitor(browser);
  const traffic = watch(page);
  await page.goto(`${anteroom.url}/admin`);
  await page.getByLabel('Operator’s token').fill(anteroom.adminToken);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Spring sale' }).click();
  await page.getByText('of 1 waiting').waitFor();
  await page.getByRole('button', { name: 'Let in', exact: true }).click();
  await page.getByLabel('How many people').fill('1');
  await page.getByRole('button', { name: 'Let 1 in' }).click();
  await visitor.waitForURL(/\/checkout$/, { timeout: 20_000 });
  expect(traffic.paths).toContain('/line/admin/v1/rooms/demo/serving-counter');
  expect(traffic.faults).toEqual([]);
});
