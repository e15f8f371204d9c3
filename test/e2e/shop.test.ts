import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { type Anteroom, startAnteroom } from './anteroom.ts';
import { change, letIn, roomForThree } from './demo-room.ts';
import { buy, figure, heading, leaveShop, newVisitor, numberOf, reserve, words } from './visitor.ts';

let browser: Browser;
let anteroom: Anteroom;
let inside: Page[];

beforeAll(async () => {
  [browser, anteroom] = await Promise.all([launchChromium(), startAnteroom()]);
});
afterAll(async () => {
  await browser?.close();
  await anteroom?.close();
});

beforeEach(async () => {
  await roomForThree(anteroom);
  inside = [];
  for (let i = 0; i < 3; i++) {
    const page = await newVisitor(browser);
    await reserve(page, anteroom);
    inside.push(page);
  }
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

describe('the shop behind the line', () => {
  test('lets three visitors in at once; the fourth waits until one of them leaves, then buys', async () => {
    for (const page of inside) expect(page.url()).toBe(`${anteroom.shop}/checkout`);
    const page = await newVisitor(browser);
    await reserve(page, anteroom);
    expect(await words(heading(page))).toBe('You are in line');
    expect(await numberOf(page)).toBe(4);
    expect(await words(figure(page, 'People ahead of you'))).toMatch(/^0\s+You are next$/);

    const [first] = inside;
    if (!first) throw new Error('nobody is inside');
    await buy(first);
    await leaveShop(first);
    await buy(page);
    expect(await page.getByText('Bought with number 4').isVisible()).toBe(true);
    expect(await words(page.locator('#receipt'))).not.toBe('');
  });

  test('shows the people ahead, and lets visitors in by number as the operator raises the counter', async () => {
    await change(anteroom, { inlet: { strategy: 'manual', size: null } });
    const waiting: Page[] = [];
    for (let i = 0; i < 3; i++) {
      const page = await newVisitor(browser);
      await reserve(page, anteroom);
      waiting.push(page);
    }
    const [fourth, , sixth] = waiting;
    if (!fourth || !sixth) throw new Error('nobody waits');
    expect(await numberOf(sixth)).toBe(6);
    await expect.poll(() => words(figure(sixth, 'People ahead of you')), { timeout: 10_000 }).toBe('2');

    await letIn(anteroom, 1);
    await fourth.waitForURL(`${anteroom.shop}/checkout`);
    expect(await words(fourth.locator('#number'))).toBe('4');
    await expect.poll(() => words(figure(sixth, 'People ahead of you')), { timeout: 10_000 }).toBe('1');
    expect(await words(heading(sixth))).toBe('You are in line');
  });

  test('works without JavaScript: a button to check again, one to go in, and a page that reloads', async () => {
    const page = await newVisitor(browser, { javaScriptEnabled: false });
    await reserve(page, anteroom);
    expect(await page.locator('meta[http-equiv=refresh]').getAttribute('content')).toBe('30');
    const number = await numberOf(page);
    await page.getByRole('button', { name: 'Check again' }).click();
    expect(await words(heading(page))).toBe('You are in line');
    expect(await numberOf(page)).toBe(number);
    expect(await page.getByRole('button', { name: /^Continue to/ }).isVisible()).toBe(false);

    await change(anteroom, { inlet: { strategy: 'manual', size: null } });
    await letIn(anteroom, 1);
    await page.reload();
    expect(await words(heading(page))).toBe('It is your turn');
    expect(await words(figure(page, 'Your place is held'))).toMatch(/^until \d\d:\d\d:\d\d UTC$/);
    await page.getByRole('button', { name: /^Continue to/ }).click();
    await buy(page);
    expect(await page.getByText('Bought with number 4').isVisible()).toBe(true);
  });

  test('without JavaScript, checking again after the turn has come goes straight in', async () => {
    const page = await newVisitor(browser, { javaScriptEnabled: false });
    await reserve(page, anteroom);
    await change(anteroom, { inlet: { strategy: 'manual', size: null } });
    await letIn(anteroom, 1);
    await page.getByRole('button', { name: 'Check again' }).click();
    await page.waitForURL(`${anteroom.shop}/checkout`);
  });

  test('lets the operator let people in from the control panel', async () => {
    await change(anteroom, { inlet: { strategy: 'manual', size: null } });
    const page = await newVisitor(browser);
    await reserve(page, anteroom);
    const operator = await newVisitor(browser);
    await operator.goto(`${anteroom.url}/admin/`);
    await operator.getByLabel('Operator’s token').fill(anteroom.adminToken);
    await operator.keyboard.press('Enter');
    await operator.getByRole('link', { name: 'Spring sale' }).click();
    await operator.getByText('of 1 waiting').waitFor();
    await operator.getByRole('button', { name: 'Let in', exact: true }).click();
    await operator.getByRole('button', { name: 'Let 10 in' }).click();
    await page.waitForURL(`${anteroom.shop}/checkout`);
    await operator.getByText('of 0 waiting').waitFor();
  });
});
