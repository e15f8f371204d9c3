/** A site that sends admitted visitors back, in a browser that follows every redirect. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { redirect, say } from '../gateways/stand-ins/http.ts';
import { type Anteroom, startAnteroom } from './anteroom.ts';
import { type OpenHouse, startOpenHouse } from './open-house.ts';
import { audit, newVisitor, picture, words } from './visitor.ts';

let browser: Browser;
let anteroom: Anteroom;
let site: OpenHouse;
let origin: string;
/** Whether the site keeps its sessions. */
let remembers: boolean;
let page: Page;

beforeAll(async () => {
  [browser, anteroom] = await Promise.all([launchChromium(), startAnteroom()]);
  site = await startOpenHouse(anteroom, {
    room: (own) => ({ return_urls: [`${own}/`] }),
    answer({ res, url }, { origin: own, login }) {
      if (url.searchParams.has('code') || url.searchParams.has('anteroom_token')) {
        return remembers ? say(res, 200, 'inside') : redirect(res, url.pathname === '/page' ? '/page' : '/');
      }
      const enter = `${anteroom.url}/rooms/open/enter?return_to=${encodeURIComponent(`${own}/page`)}`;
      redirect(res, url.pathname === '/page' ? enter : login.href);
    },
  });
  origin = site.origin;
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await anteroom?.close();
});
beforeEach(async () => {
  remembers = false;
  page = await newVisitor(browser);
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

test.each([
  ['starts one login after another', '/', 'You are in, but the site keeps sending you back', 'link', 'Try again'],
  ['keeps no cookie', '/page', 'You are in, but the site does not recognise you', 'button', /^Continue to/],
] as const)(
  'for a site that %s, the visitor gets an accessible page that explains and has a way on',
  async (what, path, says, role, on) => {
    // A process learns of a new relying party within a second.
    await expect.poll(async () => (await page.goto(`${origin}${path}`))?.status(), { timeout: 10_000 }).toBe(200);
    await expect.poll(() => words(page.locator('h1')), { timeout: 30_000 }).toBe(says);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [1280, 320]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await audit(page)).toEqual([]);
      }
    }
    await picture(page, what);
    remembers = true;
    await page.getByRole(role, { name: on }).click();
    await expect.poll(() => words(page.locator('body'))).toBe('inside');
    expect(page.url()).toMatch(`${origin}/`);
  },
);
