/** How the shop shows the stay of a visitor in a browser: in its zone, counting down, and over at the end. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { type Demo, startDemo } from './demo.ts';

let browser: Browser;
let demo: Demo;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  demo = await startDemo();
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await demo.close();
});

async function checkout({ javaScriptEnabled = true } = {}): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled, locale: 'en-GB', timezoneId: 'Asia/Kolkata' });
  const page = await context.newPage();
  if (javaScriptEnabled) await page.clock.install();
  await page.goto(`${demo.shopUrl}/reserve`);
  await page.waitForURL(`${demo.shopUrl}/checkout`);
  return page;
}

const stayOf = (page: Page) => page.getByText('You can stay for');
const isOver = (page: Page) => page.getByText('Your stay is over').isVisible();
const canBuy = (page: Page) => page.getByRole('button', { name: 'Purchase now' }).isVisible();

describe('the stay of a visitor', () => {
  it('is shown in the zone of the browser, and counts down', async () => {
    const page = await checkout();
    const end = await page.locator('time').getAttribute('datetime');
    const local = new Date(end ?? '').toLocaleTimeString('en-GB', { timeZone: 'Asia/Kolkata' });
    await expect.poll(() => stayOf(page).textContent()).toContain(`until\n      ${local}.`);
    await page.clock.fastForward('05:00');
    await expect.poll(() => stayOf(page).textContent()).toMatch(/^You can stay for 4 min \d+ s/);
    expect([await isOver(page), await canBuy(page)]).toEqual([false, true]);
  });

  it('is over at its end: the page says so, and offers the line again instead of the till', async () => {
    const page = await checkout();
    await page.clock.fastForward('10:01');
    await expect.poll(() => isOver(page)).toBe(true);
    expect([await canBuy(page), await stayOf(page).isVisible()]).toEqual([false, false]);
    expect(await page.getByRole('link', { name: 'Reserve again' }).getAttribute('href')).toBe('/reserve');
  });

  it('is shown on the receipt in the same way, and the receipt stays', async () => {
    const page = await checkout();
    await page.getByRole('button', { name: 'Purchase now' }).click();
    await page.waitForURL(`${demo.shopUrl}/receipt`);
    expect(await page.getByText('Bought with number').textContent()).not.toContain('UTC');
    await page.clock.fastForward('10:01');
    await expect.poll(() => isOver(page)).toBe(true);
    expect(await page.locator('#receipt').isVisible()).toBe(true);
    expect(await page.getByRole('button', { name: 'Leave' }).isVisible()).toBe(false);
  });

  it('is shown in UTC without JavaScript', async () => {
    const page = await checkout({ javaScriptEnabled: false });
    expect(await stayOf(page).textContent()).toMatch(/\d\d:\d\d:\d\d UTC/);
    expect([await isOver(page), await canBuy(page)]).toEqual([false, true]);
  });
});
