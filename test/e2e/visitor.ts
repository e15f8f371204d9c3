/** What visitors do in the demo, by real clicks, and what they read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Anteroom } from './anteroom.ts';

const AUDIT = readFileSync(join(import.meta.dirname, 'audit.js'), 'utf8');

/** A new visitor, who shares no cookies with the others. */
export async function newVisitor(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext(options);
  return context.newPage();
}

export async function reserve(page: Page, { shop }: Pick<Anteroom, 'shop'>): Promise<void> {
  await page.goto(shop);
  await page.getByRole('button', { name: 'Reserve' }).click();
  await page.waitForURL(/\/(?:wait\?|checkout)/);
}

/** The visible heading. */
export const heading = (page: Page) => page.getByRole('heading', { level: 1 });

/** The value that the page shows for a label. */
export function figure(page: Page, name: 'Your number' | 'People ahead of you' | 'Your place is held') {
  if (name === 'Your number') return page.locator('#number');
  return page.locator('dl > div', { hasText: name }).locator('dd').first();
}

/** The visible text, once it is visible. */
export async function words(shown: Locator): Promise<string> {
  await shown.waitFor();
  return (await shown.allInnerTexts()).join(' ');
}

export async function numberOf(page: Page): Promise<number> {
  return Number(await words(figure(page, 'Your number')));
}

/** Opens the question and answers it. */
export async function leaveLine(page: Page): Promise<void> {
  await page.getByText('Leave the line', { exact: true }).click();
  await page.getByRole('button', { name: 'Leave and lose my place' }).click();
}

/** Buys a ticket and gets to the receipt. */
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

/** The accessibility faults of the page as it is now. */
export function audit(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(AUDIT);
}

/** A screenshot for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join('test-output', `${name}.png`), fullPage: true });
}
