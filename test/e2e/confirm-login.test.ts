/** The page that asks a visitor who is inside to confirm the login, in a browser with and without scripts. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { redirect, say } from '../gateways/stand-ins/http.ts';
import { type Anteroom, startAnteroom } from './anteroom.ts';
import { type OpenHouse, startOpenHouse } from './open-house.ts';
import { audit, heading, newVisitor, picture, words } from './visitor.ts';

let browser: Browser;
let anteroom: Anteroom;
let site: OpenHouse;
let origin: string;

beforeAll(async () => {
  [browser, anteroom] = await Promise.all([launchChromium(), startAnteroom()]);
  site = await startOpenHouse(anteroom, {
    relyingParty: { confirm_login: true },
    answer({ res, url }, { login }) {
      if (url.searchParams.has('code')) return say(res, 200, 'inside');
      if (url.pathname === '/pay') login.searchParams.set('prompt', 'login');
      redirect(res, login.href);
    },
  });
  origin = site.origin;
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await anteroom?.close();
});

test.each([true, false])('is accessible and takes one press, with scripts: %s', async (javaScriptEnabled) => {
  const page = await newVisitor(browser, { javaScriptEnabled });
  await expect.poll(async () => (await page.goto(origin))?.status()).toBe(200);
  expect(await words(page.locator('body'))).toBe('inside');

  await page.goto(`${origin}/pay`);
  expect(await words(heading(page))).toBe('You are in');
  if (javaScriptEnabled) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [1280, 320]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await audit(page)).toEqual([]);
      }
    }
    await picture(page, 'confirm-login');
  }
  await page.getByRole('button', { name: 'Continue' }).press('Enter');
  await expect.poll(() => words(page.locator('body'))).toBe('inside');
});
