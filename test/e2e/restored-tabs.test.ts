/** A browser without cookies that opens ten tabs at once, as it does with a restored session. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { freePort } from '#support/ports.ts';
import { askForTokens, redirect, say, serve } from '../gateways/stand-ins/http.ts';
import type { RunningRelyingParty } from '../gateways/tour.ts';
import { type Anteroom, startAnteroom } from './anteroom.ts';
import { roomForThree } from './demo-room.ts';
import { words } from './visitor.ts';

const TABS = 10;
const PLACES = 3;
const client = { id: 'site', secret: 'a secret of the site, long enough' };

let browser: Browser;
let anteroom: Anteroom;
let site: RunningRelyingParty;
let origin: string;
let context: BrowserContext;

beforeAll(async () => {
  [browser, anteroom] = await Promise.all([launchChromium(), startAnteroom()]);
  const port = await freePort();
  origin = `http://localhost:${port}`;
  const redirect_uri = `${origin}/callback`;
  // It keeps no session, so that each page is a login of its own.
  site = await serve(port, async ({ res, url }) => {
    const code = url.searchParams.get('code');
    if (!code) {
      const target_link_uri = `${origin}${url.pathname}`;
      const request = { client_id: client.id, redirect_uri, response_type: 'code', scope: 'openid', target_link_uri };
      return redirect(res, `${anteroom.url}/authorize?${new URLSearchParams(request)}`);
    }
    const tokens = await askForTokens(anteroom.url, { grant_type: 'authorization_code', code, redirect_uri }, client);
    say(res, 200, `inside as ${subOf(tokens?.id_token ?? '')}`);
  });
  const answer = await fetch(`${anteroom.url}/admin/v1/relying-parties/${client.id}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${anteroom.adminToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ client_secret: client.secret, room: 'demo', redirect_uris: [redirect_uri] }),
  });
  expect(answer.ok, await answer.text()).toBe(true);
  await roomForThree(anteroom);
  context = await browser.newContext();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await anteroom?.close();
});

function subOf(idToken: string): string {
  const [, payload = ''] = idToken.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).sub;
}

const saysInside = (page: Page) =>
  expect.poll(() => words(page.locator('body')), { timeout: 60_000 }).toMatch(/^inside/);

test('ten tabs of one person all go in by one admission', async () => {
  const pages = await Promise.all(Array.from({ length: TABS }, () => context.newPage()));
  const asked = pages.map((page) => page.waitForRequest((request) => request.url().includes('/authorize?')));
  // No tab gets cookies before all have asked.
  anteroom.suspend();
  const opened = pages.map((page, tab) => page.goto(`${origin}/page/${tab}`));
  await Promise.all(asked);
  anteroom.resume();
  await Promise.all(opened);
  expect(await anteroom.admin('GET', '/counters')).toMatchObject({ queue: TABS, claimed: PLACES });

  for (const page of pages) await saysInside(page);
  // Three went in at once, each as a visitor of its own. The browser stayed one of them, and the others went in as it.
  const shown = await Promise.all(pages.map((page) => words(page.locator('body'))));
  const converged = shown.find((text, tab) => shown.indexOf(text) !== tab);
  expect(shown.filter((text) => text === converged)).toHaveLength(TABS - PLACES + 1);
  const tab = await context.newPage();
  await tab.goto(`${origin}/page/again`);
  expect(await words(tab.locator('body'))).toBe(converged);
  expect(await anteroom.admin('GET', '/counters')).toMatchObject({ queue: TABS, claimed: PLACES });
});
