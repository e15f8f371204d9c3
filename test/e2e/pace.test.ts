/** How soon open pages show what the operator does, at the ordinary presence timeout. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { type Anteroom, startAnteroom } from './anteroom.ts';
import { change, emptyRoom, letIn } from './demo-room.ts';
import { heading, newVisitor, reserve, words } from './visitor.ts';

/** `poll_after` is 2 s in a short line. The rest is jitter, the snapshot's age and a slow machine. */
const SOON = 8_000;

let browser: Browser;
let anteroom: Anteroom;

beforeAll(async () => {
  [browser, anteroom] = await Promise.all([launchChromium(), startAnteroom()]);
});
afterAll(async () => {
  await browser?.close();
  await anteroom?.close();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

async function wait(): Promise<Page> {
  const page = await newVisitor(browser);
  await reserve(page, anteroom);
  return page;
}
const says = (page: Page, what: string) => expect.poll(() => words(heading(page)), { timeout: SOON }).toBe(what);

test('a page shows a message, a closing and a reopening at the next poll, in every state', async () => {
  await emptyRoom(anteroom);
  const page = await wait();
  for (const [mode, shown] of [
    ['paused', 'The line is paused'],
    ['closed', 'The waiting room is closed'],
    ['queue', 'You are in line'],
  ] as const) {
    await change(anteroom, { mode });
    await says(page, shown);
    await change(anteroom, { message: `The room is ${mode}.` });
    await page.getByText(`The room is ${mode}.`).waitFor({ timeout: SOON });
  }
  for (const [closed_reason, shown] of [
    ['maintenance', 'Closed for maintenance'],
    ['sold_out', 'Sold out'],
  ]) {
    await change(anteroom, { mode: 'closed', closed_reason });
    await says(page, shown ?? '');
  }
  await change(anteroom, { mode: 'queue', closed_reason: null });
  await says(page, 'You are in line');
}, 90_000);

test('five open pages take their turns after a pause, with a claim window of ten seconds', async () => {
  await emptyRoom(anteroom, { admission: { lifetime: '5m', claim_window: '10s' } });
  const pages: Page[] = [];
  for (let visitor = 0; visitor < 5; visitor++) pages.push(await wait());
  await change(anteroom, { mode: 'paused' });
  for (const page of pages) await says(page, 'The line is paused');
  await change(anteroom, { mode: 'queue' });
  await letIn(anteroom, 5);
  for (const page of pages) await page.waitForURL(/\/checkout$/, { timeout: 20_000 });
  expect(await anteroom.admin('GET', '/counters')).toMatchObject({ claimed: 5, expired: 0 });
}, 90_000);
