import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { launchChromium } from '#support/chromium.ts';
import { freePort } from '#support/ports.ts';
import { arrive, SECRET, startLogin } from '#support/relying-party.ts';
import { ADMIN_TOKEN, COOKIE_KEYS, createFolder, type Folder, ready } from '../service/process.ts';
import { audit, heading, newVisitor, numberOf, picture, words } from './visitor.ts';

const SECOND = 1000;
const CROWD = 40;
/** Longer than a machine takes to start everything and to look at the page; the start is moved when that is done. */
const AHEAD = 3_600_000;
/** From the last thing that a visitor does before the start. */
const SOON = 6 * SECOND;

let browser: Browser;
let folder: Folder;
let shop: Server;
let url: string;
let redirectUri: string;

/** A configuration file with an event that starts in an hour, and a site that greets admitted visitors. */
beforeAll(async () => {
  shop = createServer((_req, res) => res.setHeader('Content-Type', 'text/html').end('<h1>You are inside</h1>'));
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  redirectUri = `http://localhost:${(shop.address() as AddressInfo).port}/callback`;
  const port = await freePort();
  url = `http://localhost:${port}`;
  folder = await createFolder();
  await folder.write(
    'anteroom.yaml',
    `rooms:
  - id: sale
    title: Spring sale
    # The crowd has one address and no scripts.
    challenge: off
    events:
      - id: opening
        prequeue_start: ${iso(Date.now() - AHEAD)}
        start: ${iso(Date.now() + AHEAD)}
        title: Grand opening
        message: Two tickets for each of you.
        inlet: { strategy: rate, per_minute: 60 }
  - { id: small, title: Small sale, presence: { timeout: 3s } }
relying_parties:
  - { client_id: kiosk, client_secret: "${SECRET}", room: small, redirect_uris: ["${redirectUri}"] }
  - { client_id: shop, client_secret: "${SECRET}", room: sale, redirect_uris: ["${redirectUri}"] }
`,
  );
  const run = folder.run({
    PORT: `${port}`,
    CONFIG: 'anteroom.yaml',
    COOKIE_KEYS,
    ADMIN_TOKEN,
    LOG_LEVEL: 'warn',
  });
  [browser] = await Promise.all([launchChromium(), ready(run, url)]);
});
afterAll(async () => {
  await browser?.close();
  await folder?.remove();
  shop?.closeAllConnections();
  await new Promise((resolve) => shop.close(resolve));
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

async function waitingPage(clientId = 'shop'): Promise<Page> {
  const page = await newVisitor(browser);
  await page.goto((await startLogin(url, { redirectUri, clientId })).url);
  return page;
}

async function admin(method: string, path: string, body?: object): Promise<{ events: object[] }> {
  const answer = await fetch(`${url}/admin/v1/rooms/${path}`, {
    method,
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return JSON.parse(text);
}

const iso = (time: number) => new Date(time).toISOString();

/** Plans an event of the room "small", in a line of its own, and waits until the service has heard of it. */
async function plan(id: string, from: number, start: number): Promise<void> {
  // An event with entrants cannot be replaced.
  await admin('POST', 'small/reset');
  await admin('PATCH', 'small', { events: [{ id, prequeue_start: iso(from), start: iso(start) }] });
  await expect.poll(() => fetch(`${url}/rooms/small/draws/${id}`).then(({ status }) => status)).toBe(200);
}

/** Moves the start of a room's only event to a few seconds from now. */
async function startSoon(room: string): Promise<void> {
  const { events } = await admin('GET', room);
  await admin('PATCH', room, { events: [{ ...events[0], start: iso(Date.now() + SOON) }] });
}

const says = (page: Page, what: string, timeout = 20 * SECOND) =>
  expect.poll(() => words(heading(page)), { timeout }).toBe(what);

/** Dark and light, narrow and wide, left to right and right to left. */
async function lookAt(page: Page, name: string): Promise<void> {
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 1280],
    ['dark', 320],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    expect(await audit(page)).toEqual([]);
    await picture(page, `${name}-${colorScheme}-${width}`);
  }
  await page.evaluate('document.documentElement.dir = "rtl"');
  expect(await audit(page)).toEqual([]);
  await picture(page, `${name}-rtl`);
  await page.evaluate('document.documentElement.dir = "ltr"');
}

test('the page counts down to the start, shows its number, checks the draw, and goes in by itself', async () => {
  const page = await waitingPage();
  const crowd = Array.from({ length: CROWD }, () => arrive(createBrowser(), url, { redirectUri }));
  await Promise.all(crowd);
  await says(page, 'You are early');
  await page.getByText('Two tickets for each of you.').waitFor();
  expect(await page.title()).toBe('You are early · Grand opening');
  const countdown = page.locator('#starts');
  const first = await words(countdown);
  expect(first).toMatch(/^in (1:00:00|\d\d:\d\d)$/);
  await expect.poll(() => words(countdown)).not.toBe(first);
  await lookAt(page, 'before-start');

  // From here on the page acts by itself.
  await startSoon('sale');
  await says(page, 'You are in line', SOON + 20 * SECOND);
  const number = await numberOf(page);
  expect(number).toBeGreaterThanOrEqual(1);
  expect(number).toBeLessThanOrEqual(CROWD + 1);

  const draw = await page.context().newPage();
  await draw.goto(`${url}/rooms/sale/draws/opening`);
  await draw.getByText('Your browser checked it').waitFor();
  expect(await words(heading(draw))).toBe('How the draw was made');
  expect(await words(draw.locator('#own #number'))).toBe(`${number}`);
  await lookAt(draw, 'draw');
  // The page notices a number that was not drawn.
  await draw.route(/\/draws\/opening$/, async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace(/data-number="\d+"/, `data-number="${number + 1}"`);
    await route.fulfill({ response: answer, body });
  });
  await draw.reload();
  await draw.getByText('Your browser computed a different result').waitFor();

  const late = await waitingPage();
  await says(late, 'You are in line');
  expect(await numberOf(late)).toBe(CROWD + 2);
  // Enough visitors have been served for an estimate.
  const estimate = late.locator('#estimate');
  await expect.poll(() => words(estimate), { timeout: 25_000 }).toMatch(/^\d+–\d+ min$/);
  await lookAt(late, 'estimate');

  await page.waitForURL(`${redirectUri}?**`, { timeout: (CROWD + 15) * SECOND });
  expect(await words(heading(page))).toBe('You are inside');
});

test('a visitor who missed the start joins behind the others by itself, and the page says so', async () => {
  await plan('opening', Date.now() - AHEAD, Date.now() + AHEAD);
  const away = await waitingPage('kiosk');
  await says(away, 'You are early');
  const here = await waitingPage('kiosk');
  await says(here, 'You are early');
  const address = away.url();
  await away.goto('about:blank');
  await startSoon('small');
  await says(here, 'You are in line');
  expect(await numberOf(here)).toBe(1);

  await away.goto(address);
  expect(await words(heading(away))).toBe('You missed the start');
  expect(await audit(away)).toEqual([]);
  await picture(away, 'missed-start');
  await says(away, 'You are in line');
  expect(await numberOf(away)).toBe(2);
});

test('the countdown stays on one line with text of twice the size on a phone, in every language', async () => {
  const start = Date.now() + 25 * AHEAD;
  await plan('tomorrow', Date.now() - AHEAD, start);
  const languages = readdirSync('locales').map((file) => file.replace('.json', ''));
  for (const locale of languages) {
    const context = await browser.newContext({ locale, viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    await page.goto((await startLogin(url, { redirectUri, clientId: 'kiosk' })).url);
    await page.evaluate(`
      const large = new CSSStyleSheet();
      large.replaceSync(':root { font-size: 200% }');
      document.adoptedStyleSheets.push(large);`);
    await page.locator('#starts:not(.plain)').waitFor();
    // The last look is at the longest: with hours.
    for (const shown of ['9:59', '59:54', '24:59:54']) {
      const lines = await page.evaluate<number>(`(() => {
        const node = document.getElementById('starts').firstChild;
        const time = /[\\p{Nd}:]{4,}/u.exec(node.data)[0];
        node.data = node.data.replace(time, '${shown}');
        const at = node.data.indexOf('${shown}');
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + ${shown.length});
        return new Set([...range.getClientRects()].map(({ top }) => top)).size;
      })()`);
      expect([locale, shown, lines]).toEqual([locale, shown, 1]);
    }
    expect([locale, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([locale, 320]);
    if (locale === 'de' || locale === 'ar') await picture(page, `countdown-large-text-${locale}`);
    await context.close();
  }
  await admin('POST', 'small/events/tomorrow/cancel', { entrants: 'release' });
});

test('the page says when the start has moved, and when the event is cancelled', async () => {
  const start = Date.now() + AHEAD;
  await plan('encore', Date.now() - AHEAD, start);

  const page = await waitingPage('kiosk');
  await says(page, 'You are early');
  const moved = page.locator('#moved');
  expect(await moved.isHidden()).toBe(true);
  await admin('POST', 'small/events/encore/postpone', { start: iso(start + AHEAD) });
  await expect
    .poll(() => words(moved), { timeout: 20_000 })
    .toMatch(/^The start has moved from .*\d:\d\d.* to .*\d:\d\d.*\. You keep your place\.$/);
  expect(await moved.isVisible()).toBe(true);
  await lookAt(page, 'moved-start');
  const shown = await words(moved);
  await page.reload();
  expect(await words(moved)).toBe(shown);

  await admin('POST', 'small/events/encore/cancel', { entrants: 'release' });
  await says(page, 'The event was cancelled');
  expect(await moved.isHidden()).toBe(true);
  expect(await audit(page)).toEqual([]);
  await page.getByRole('button', { name: 'Rejoin the line' }).click();
  await says(page, 'You are in line');
});
