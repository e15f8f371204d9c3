/** A browser with the control panel, and what tests look for on it. */
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { AdminServer } from '#support/admin.ts';
import { ADMIN_TOKEN } from '#support/admin.ts';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

export interface Panel {
  readonly page: Page;
  /** Errors, violations of the policy, warnings about headers, and requests to other hosts. */
  readonly complaints: readonly string[];
}

/** Opens the panel's sign-in page. */
export async function openPanel(
  browser: Browser,
  admin: Pick<AdminServer, 'url'>,
  options: BrowserContextOptions = {},
): Promise<Panel> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Origin-Agent-Cluster/.test(message.text())) complaints.push(message.text());
  });
  page.on('request', (sent) => {
    const url = sent.url();
    if (!url.startsWith(admin.url) && !url.startsWith('data:') && !url.startsWith('blob:')) complaints.push(url);
  });
  await page.goto(`${admin.url}/admin/`);
  return { page, complaints };
}

/** Signs in by keyboard: the field has the focus already. */
export async function signIn(page: Page, token = ADMIN_TOKEN): Promise<void> {
  await page.waitForURL(/\/admin\/sign-in$/);
  await page.locator('#token:focus').waitFor();
  await page.keyboard.type(token);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/admin\/(?:#.*)?$/);
}

/** Shows a part of a room by its address. */
export async function show(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => {
    // biome-ignore lint/suspicious/noExplicitAny: runs in the page, whose types tests do not have.
    (globalThis as any).location.hash = to;
  }, hash);
}

/** Presses a button by keyboard. */
export async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name, exact: typeof name === 'string' }).focus();
  await page.keyboard.press('Enter');
}

/** What axe finds against WCAG 2.2 AA, in words. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate<string[]>(`axe
    .run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`);
}
