import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { type Anteroom, startAnteroom } from './anteroom.ts';
import { emptyRoom, letIn } from './demo-room.ts';
import { heading, newVisitor, picture, reserve, words } from './visitor.ts';

const POLL = /\/rooms\/demo\/(?:status|wait\?)/;

let browser: Browser;
let anteroom: Anteroom;

beforeAll(async () => {
  [browser, anteroom] = await Promise.all([launchChromium(), startAnteroom()]);
});
afterAll(async () => {
  await browser?.close();
  await anteroom?.close();
});
beforeEach(() => emptyRoom(anteroom));
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

/** A visitor whose tab can be put into the background: headless Chromium shows every tab. */
async function newcomer(prepare: (page: Page) => Promise<unknown> = async () => undefined): Promise<Page> {
  const page = await newVisitor(browser);
  await page.addInitScript(`
    Object.defineProperty(document, 'hidden', { get: () => globalThis.isAway === true });
    globalThis.notified = [];
    globalThis.Notification = class extends EventTarget {
      static permission = 'default';
      static async requestPermission() { return (this.permission = 'granted'); }
      constructor(title, options) { super(); notified.push([title, options.body]); }
      close() {}
    };`);
  await prepare(page);
  await reserve(page, anteroom);
  return page;
}

const go = (page: Page, where: 'away' | 'back') =>
  page.evaluate(`isAway = ${where === 'away'}; document.dispatchEvent(new Event('visibilitychange'))`);
const says = (page: Page, what: string) => expect.poll(() => words(heading(page)), { timeout: 15_000 }).toBe(what);
const requests = (page: Page) => {
  const seen: string[] = [];
  page.on('request', (sent) => {
    if (POLL.test(sent.url()) && sent.resourceType() === 'fetch') seen.push(sent.url());
  });
  return seen;
};
const rounds = async (page: Page, many: number) => {
  for (let i = 0; i < many; i++) await page.waitForResponse(POLL);
};

describe('a turn', () => {
  test('with more time waits for its visitor to press the button', async () => {
    const page = await newcomer();
    await go(page, 'away');
    await letIn(anteroom, 1);
    await says(page, 'It is your turn');
    await Promise.all([page.waitForEvent('load'), page.locator('#more-time').click()]);
    await says(page, 'It is your turn');
    await rounds(page, 2);
    await says(page, 'It is your turn');
    expect(await page.locator('#more-time').isVisible()).toBe(false);
    await page.locator('#claim').click();
    await page.waitForURL(/\/checkout$/);
  });

  test('in a tab that nobody looks at is taken when its visitor looks', async () => {
    const page = await newcomer();
    await go(page, 'away');
    await letIn(anteroom, 1);
    await says(page, 'It is your turn');
    await rounds(page, 1);
    expect(await words(heading(page))).toBe('It is your turn');
    expect((await anteroom.admin('GET', '/counters')).claimed).toBe(0);
    await go(page, 'back');
    await page.waitForURL(/\/checkout$/);
  });

  test('keeps its time while a pause stops claim windows, and says so', async () => {
    const page = await newcomer();
    await go(page, 'away');
    await letIn(anteroom, 1);
    await says(page, 'It is your turn');
    const stopped = page.getByText('The line is paused, and your time stands still.');
    expect(await stopped.isVisible()).toBe(false);
    await anteroom.admin('PATCH', '', { mode: 'paused', pause: { stops: 'claim_windows' } });
    await stopped.waitFor();
    const left = await page.locator('#held').textContent();
    await picture(page, 'time-stopped');
    await rounds(page, 3);
    expect(await page.locator('#held').textContent()).toBe(left);
    await anteroom.admin('PATCH', '', { mode: 'queue' });
    await stopped.waitFor({ state: 'hidden' });
    await expect.poll(() => page.locator('#held').textContent(), { timeout: 15_000 }).not.toBe(left);
  });

  test('is announced by a notification to a visitor who asked for it by a press', async () => {
    const page = await newcomer();
    const ask = page.getByRole('button', { name: 'Tell me when it is my turn' });
    await ask.focus();
    await page.keyboard.press('Enter');
    await page.getByText('plays a sound and shows a notification').waitFor();
    expect(await ask.isVisible()).toBe(false);
    await picture(page, 'notify');
    await go(page, 'away');
    await letIn(anteroom, 1);
    await says(page, 'It is your turn');
    await expect.poll(() => page.evaluate('notified')).toEqual([['It is your turn', 'Spring sale']]);
  });

  test('is announced to nobody who did not ask', async () => {
    const page = await newcomer();
    await go(page, 'away');
    await letIn(anteroom, 1);
    await says(page, 'It is your turn');
    expect(await page.evaluate('notified')).toEqual([]);
  });
});

describe('the waiting page refreshes', () => {
  test('until its visitor stops it, and again after a press', async () => {
    const page = await newcomer();
    await rounds(page, 1);
    await page.getByRole('button', { name: 'Stop refreshing' }).press('Enter');
    await page.getByText('This page is not refreshing.').waitFor();
    await picture(page, 'stopped');
    const seen = requests(page);
    await page.waitForTimeout(6000);
    expect(seen).toEqual([]);
    await page.getByRole('button', { name: 'Refresh again' }).press('Enter');
    await rounds(page, 1);
    expect(await page.getByText('This page is not refreshing.').isVisible()).toBe(false);
  });

  test('by itself while its script does not run, and not once it does', async () => {
    const isReload = (page: Page) => {
      let loads = 0;
      page.on('request', (sent) => {
        if (sent.isNavigationRequest() && /\/wait\?/.test(sent.url())) loads += 1;
      });
      return () => loads;
    };
    await emptyRoom(anteroom, { presence: { timeout: '6s' }, admission: { claim_window: '4s' } });
    const page = await newcomer();
    const broken = await newcomer((fresh) => fresh.route('**/waiting.*.js', (route) => route.abort()));
    const [loads, brokenLoads] = [isReload(page), isReload(broken)];
    await expect.poll(brokenLoads, { timeout: 15_000 }).toBeGreaterThan(1);
    expect(loads()).toBe(0);
  });

  test('in two tabs with the requests of one', async () => {
    const page = await newcomer();
    const tab = await page.context().newPage();
    await tab.goto(page.url());
    await says(tab, 'You are in line');
    const [seen, others] = [requests(page), requests(tab)];
    await page.waitForTimeout(12_000);
    // A lone tab asks five to seven times: every two seconds, with jitter.
    expect(seen.length + others.length).toBeGreaterThan(3);
    expect(seen.length + others.length).toBeLessThan(9);
    await anteroom.admin('PATCH', '', { message: 'For both.' });
    await Promise.all([page, tab].map((each) => each.getByText('For both.').waitFor()));
  });
});
