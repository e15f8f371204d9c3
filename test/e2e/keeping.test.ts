import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { type Anteroom, startAnteroom } from './anteroom.ts';
import { change, emptyRoom, letIn, roomForThree } from './demo-room.ts';
import { figure, heading, leaveLine, newVisitor, numberOf, picture, reserve, words } from './visitor.ts';

const WAITING_PAGE = /\/rooms\/demo\/wait\?/;

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

const another = async () => {
  const page = await newVisitor(browser);
  await reserve(page, anteroom);
  return page;
};

/** Waits until this is the heading. */
const says = (page: Page, what: string) => expect.poll(() => words(heading(page)), { timeout: 15_000 }).toBe(what);

/** Waits until so many visitors are present. */
const present = (visitors: number) =>
  expect.poll(async () => (await anteroom.admin('GET', '/counters')).present, { timeout: 20_000 }).toBe(visitors);

describe('a place in line', () => {
  test('is kept through a reload, in a second tab, and through a second reservation', async () => {
    await emptyRoom(anteroom);
    await another();
    const page = await another();
    expect(await numberOf(page)).toBe(2);
    await page.reload();
    expect(await numberOf(page)).toBe(2);

    const tab = await page.context().newPage();
    await tab.goto(page.url());
    expect(await numberOf(tab)).toBe(2);
    await reserve(tab, anteroom);
    expect(await numberOf(tab)).toBe(2);
    expect(await anteroom.admin('GET', '/counters')).toMatchObject({ queue: 2, waiting: 2 });

    await letIn(anteroom, 2);
    await Promise.all([page.waitForURL(/\/checkout$/), tab.waitForURL(/\/checkout$/)]);
    await expect.poll(async () => (await anteroom.admin('GET', '/counters')).claimed).toBe(2);
  });

  test('is kept when the service is killed: the page says so, keeps trying, and continues by itself', async () => {
    await roomForThree(anteroom);
    for (let i = 0; i < 3; i++) await another();
    const page = await another();
    const number = await numberOf(page);
    const lost = page.getByText(/^No connection since .+ Your number is kept\./);
    expect(await lost.isVisible()).toBe(false);
    const button = page.getByText('Leave the line', { exact: true });
    const before = await button.boundingBox();

    await anteroom.kill();
    await lost.waitFor({ state: 'visible', timeout: 20_000 });
    await picture(page, 'lost');
    expect(await words(heading(page))).toBe('You are in line');
    expect(await numberOf(page)).toBe(number);
    expect(await button.boundingBox()).toEqual(before);

    await anteroom.restart();
    await lost.waitFor({ state: 'hidden', timeout: 45_000 });
    expect(await numberOf(page)).toBe(number);
    await change(anteroom, { inlet: { strategy: 'manual', size: null } });
    await letIn(anteroom, 1);
    await page.waitForURL(`${anteroom.shop}/checkout`, { timeout: 15_000 });
    expect(await words(page.locator('#number'))).toBe(String(number));
  });

  test('is refreshed as soon as the connection is back', async () => {
    await emptyRoom(anteroom);
    const page = await another();
    await page.context().setOffline(true);
    await page.getByText(/^No connection since .+ Your number is kept\./).waitFor({ timeout: 20_000 });
    const asked = page.waitForRequest(/\/wait\?/, { timeout: 1500 });
    await page.context().setOffline(false);
    await asked;
    await page.getByText(/^No connection since .+ Your number is kept\./).waitFor({ state: 'hidden' });
  });

  test('is lost with the cookies: the visitor joins at the back', async () => {
    await emptyRoom(anteroom, { presence: { timeout: '6s' } });
    const page = await another();
    await another();
    await page.context().clearCookies();
    // The page notices with its next heartbeat, and leads back to the shop, which begins a fresh login.
    await page.waitForURL(`${anteroom.shop}/`, { timeout: 10_000 });
    await reserve(page, anteroom);
    expect(await numberOf(page)).toBe(3);
    expect(await words(heading(page))).toBe('You are in line');
  });

  test('is lost when the visitor leaves, in every tab, and the visitor can join at the back', async () => {
    await emptyRoom(anteroom, { presence: { timeout: '6s' } });
    const page = await another();
    const tab = await page.context().newPage();
    await tab.goto(page.url());
    await leaveLine(page);
    await says(page, 'You have left the line');
    await picture(page, 'left');
    await says(tab, 'You have left the line');
    await page.reload();
    expect(await words(heading(page))).toBe('You have left the line');
    expect(await anteroom.admin('GET', '/counters')).toMatchObject({ queue: 1, waiting: 0 });

    await page.getByRole('link', { name: 'Join again' }).click();
    await says(page, 'You are in line');
    expect(await numberOf(page)).toBe(2);
  });

  test('is at the front after a missed turn', async () => {
    await emptyRoom(anteroom, { admission: { lifetime: '5m', claim_window: '1s' } });
    const page = await another();
    await another();
    const url = page.url();
    await present(2);
    await page.goto('about:blank');
    await letIn(anteroom, 1);
    await expect.poll(async () => (await anteroom.admin('GET', '/counters')).expired, { timeout: 10_000 }).toBe(1);

    await page.goto(url);
    expect(await words(heading(page))).toBe('Your turn has passed');
    await picture(page, 'expired');
    await page.getByRole('button', { name: 'Rejoin the line' }).click();
    await says(page, 'You are in line');
    expect(await numberOf(page)).toBe(1);
    expect(await words(figure(page, 'People ahead of you'))).toMatch(/^0/);
    await change(anteroom, { admission: { claim_window: '1m' } });
    // One for the number behind, and one for the visitor who came back.
    await letIn(anteroom, 2);
    await page.waitForURL(`${anteroom.shop}/checkout`);
  });

  test('is taken back by a page that was closed when its turn came', async () => {
    await emptyRoom(anteroom, { inlet: { strategy: 'manual', size: 2 }, presence: { timeout: '8s' } });
    const page = await another();
    const url = page.url();
    // Presence begins with the first heartbeat. One that came late would be taken for the other visitor's.
    await present(1);
    await page.goto('about:blank');
    await present(0);
    const other = await another();
    await present(1);
    await letIn(anteroom, 2);
    await other.waitForURL(/\/checkout$/);

    await page.goto(url);
    // Back at the front, the visitor is let in as soon as there is a place.
    await letIn(anteroom, 1);
    await page.waitForURL(`${anteroom.shop}/checkout`, { timeout: 15_000 });
    expect(await words(page.locator('#number'))).toBe('1');
  });

  test('has a countdown and a button if the page cannot go in by itself', async () => {
    await emptyRoom(anteroom);
    const page = await another();
    await page.route(WAITING_PAGE, (route) =>
      route.request().method() === 'POST' ? route.fulfill({ status: 204 }) : route.continue(),
    );
    await letIn(anteroom, 1);
    await says(page, 'It is your turn');
    // The browser shows no title while the form's request is pending.
    await expect.poll(() => page.title()).toBe('● It is your turn · Spring sale');
    const held = figure(page, 'Your place is held');
    const first = await words(held);
    expect(first).toMatch(/^for (?:1:0\d|0:5\d)$/);
    await picture(page, 'served');
    await expect.poll(() => words(held)).not.toBe(first);
    await page.unroute(WAITING_PAGE);
    await page.getByRole('button', { name: /^Continue to/ }).click();
    await page.waitForURL(`${anteroom.shop}/checkout`);
  });

  test('shows that the room is paused, open or closed, with the operator’s message', async () => {
    await emptyRoom(anteroom, { presence: { timeout: '6s' } });
    const page = await another();
    await change(anteroom, { mode: 'paused', message: 'The till is being fixed.' });
    await says(page, 'The line is paused');
    await page.getByText('The till is being fixed.').waitFor();
    expect(await page.title()).toBe('The line is paused · Spring sale');
    await change(anteroom, { mode: 'queue', message: null });
    await says(page, 'You are in line');
    expect(await page.getByText('The till is being fixed.').isVisible()).toBe(false);
    await change(anteroom, { mode: 'closed' });
    await says(page, 'The waiting room is closed');
    expect(await page.locator('main').getByRole('button').filter({ visible: true }).count()).toBe(0);

    const late = await newVisitor(browser);
    await late.goto(anteroom.shop);
    await late.getByRole('button', { name: 'Reserve' }).click();
    await says(late, 'The waiting room is closed');
    await picture(late, 'closed');
    await change(anteroom, { mode: 'queue' });
    await late.getByRole('link', { name: 'Check again' }).click();
    await says(late, 'You are in line');
    await says(page, 'You are in line');
    expect(await numberOf(page)).toBe(1);
  });

  test('is not lost with an altered address: the page has a link back to it', async () => {
    await emptyRoom(anteroom);
    const page = await another();
    await page.goto(page.url().replace('nonce=', 'nonce=x'));
    expect(await words(heading(page))).toBe('This link is not complete');
    await picture(page, 'altered');
    await page.getByRole('link', { name: 'Go back to your place in line' }).click();
    await page.waitForURL(`${anteroom.shop}/`);
    await reserve(page, anteroom);
    expect(await numberOf(page)).toBe(1);
  });
});
