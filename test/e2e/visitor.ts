/** What people do at the demo, by real clicks, and what they read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Anteroom } from './anteroom.ts';

const AUDIT = readFileSync(join(import.meta.dirname, 'audit.js'), 'utf8');

/** A visitor of their own: nothing is shared with any other. */
export async function newVisitor(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options);
  return context.newPage();
}

export async function reserve(page: Page, { shop }: Pick<Anteroom, 'shop'>): Promise<void> {
  await page.goto(shop);
  await page.getByRole('button', { name: 'Reserve' }).click();
  await page.waitForURL(/\/(?:wait\?|checkout)/);
}

/** The heading that is shown. */
export const heading = (page: Page) => page.getByRole('heading', { level: 1 });

/** What the page says of something, as a person reads it. */
export function figure(page: Page, name: 'Your number' | 'People ahead of you' | 'Your place is held') {
  return page.locator('dl > div', { hasText: name }).locator('dd');
}

/** What of it is shown, once it is. */
export async function words(shown: Locator): Promise<string> {
  await shown.waitFor();
  return (await shown.allInnerTexts()).join(' ');
}

export async function numberOf(page: Page): Promise<number> {
  return Number(await words(figure(page, 'Your number')));
}

/** Buys one and comes to the receipt. */
export async function buy(page: Page): Promise<void> {
  await page.waitForURL(/\/checkout$/);
  await page.getByRole('button', { name: 'Purchase now' }).click();
  await page.waitForURL(/\/receipt$/);
}

/** Leaves the shop, which frees the place. */
export async function leaveShop(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Leave' }).click();
  await page.getByRole('heading', { name: 'Leave and give up your place?' }).waitFor();
  await page.getByRole('button', { name: 'Leave' }).click();
  await page.getByRole('button', { name: 'Reserve' }).waitFor();
}

/** What is wrong with the page as it is shown now. */
export function audit(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(AUDIT);
}

/** What people see, for a person to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join('test-output', `${name}.png`), fullPage: true });
}
