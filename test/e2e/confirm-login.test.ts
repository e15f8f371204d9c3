/** The page that asks a visitor who is inside to confirm the login, in a browser with and without scripts. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { freePort } from '#support/ports.ts';
import { redirect, say, serve } from '../gateways/stand-ins/http.ts';
import type { RunningRelyingParty } from '../gateways/tour.ts';
import { type Anteroom, startAnteroom } from './anteroom.ts';
import { audit, heading, newVisitor, picture, words } from './visitor.ts';

let browser: Browser;
let anteroom: Anteroom;
let site: RunningRelyingParty;
let origin: string;

beforeAll(async () => {
  [browser, anteroom] = await Promise.all([launchChromium(), startAnteroom()]);
  const port = await freePort();
  origin = `http://localhost:${port}`;
  const request = { client_id: 'site', redirect_uri: `${origin}/callback`, response_type: 'code', scope: 'openid' };
  site = await serve(port, ({ res, url }) => {
    if (url.searchParams.has('code')) return say(res, 200, 'inside');
    const more = url.pathname === '/pay' ? { prompt: 'login' } : {};
    redirect(res, `${anteroom.url}/authorize?${new URLSearchParams({ ...request, ...more })}`);
  });
  await put('rooms/open', { title: 'Open house', mode: 'passthrough' });
  await put('relying-parties/site', {
    client_secret: 'a secret of the site',
    room: 'open',
    redirect_uris: [`${origin}/callback`],
    confirm_login: true,
  });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await anteroom?.close();
});

async function put(path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${anteroom.url}/admin/v1/${path}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${anteroom.adminToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.ok, await answer.text()).toBe(true);
}

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
