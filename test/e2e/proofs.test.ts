/** The waiting page proves its visitor by itself, in Chromium. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { enterUrl, SALE, SITE } from '../public/room.ts';
import { heading, words } from './visitor.ts';

const service = serviceOn(embeddedStore, {
  rooms: [
    SALE,
    { ...SALE, id: 'limited', limits: { joins_per_address: '1/1h' } },
    { ...SALE, id: 'full', capacity: 1 },
  ],
});
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(() => context.close());

/** Comes to the room's waiting page. Every fault of a script or the Content-Security-Policy ends in `faults`. */
async function arrive(
  room: string,
): Promise<{ readonly page: Page; readonly faults: string[]; readonly hosts: Set<string> }> {
  const page = await context.newPage();
  const faults: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => hosts.add(new URL(request.url()).origin));
  await page.goto(enterUrl(service, `${SITE}/`, room));
  return { page, faults, hosts };
}

const proofOf = (page: Page) =>
  page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.url().includes('/wait?'));

const factsOf = async (page: Page) =>
  (await page.request.get(page.url(), { headers: { Accept: 'application/json' } })).json();

test('a visitor who waits is proven in the background, without a request to anybody else', async () => {
  const page = await context.newPage();
  const proof = proofOf(page);
  const faults: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('request', (request) => hosts.add(new URL(request.url()).origin));
  await page.goto(enterUrl(service, `${SITE}/`));
  expect(await words(heading(page))).toBe('You are in line');
  const before = page.url();
  expect(await (await proof).json()).toMatchObject({ proven: true, number: 1 });
  expect(await factsOf(page)).toMatchObject({ proven: true, number: 1 });
  expect(page.url()).toBe(before);
  expect(faults).toEqual([]);
  expect([...hosts]).toEqual([service.issuer]);
});

test('beyond the limit of the address, the page proves before it gets its number', async () => {
  await service.waitingRoom.visitors.arrive('limited', {
    visitor: null,
    ticket: null,
    address: service.waitingRoom.addressKey({ narrow: '127.0.0.1', wide: '127.0.0.0/24' }),
  });
  const { page, faults } = await arrive('limited');
  await page.getByText('You are in line').waitFor();
  expect(await factsOf(page)).toMatchObject({ state: 'waiting', number: 2, proven: true });
  expect(page.url()).not.toContain('anteroom_entry');
  expect(faults).toEqual([]);
});

test('without scripts, the page says what holds the visitor up, and leads on', async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(enterUrl(service, `${SITE}/`, 'limited'));
  expect(await words(heading(page))).toBe('One moment, please');
  const facts = await (await plain.request.get(page.url(), { headers: { Accept: 'application/json' } })).json();
  expect(facts).toMatchObject({ state: 'challenge', number: null, proven: false });
  service.time.pass(3_600_000);
  await page.getByRole('link', { name: 'Check again' }).click();
  expect(await words(heading(page))).toBe('You are in line');
  await plain.close();
});

test('a line that is full says so, and lets the visitor in line once there is room', async () => {
  await arrive('full');
  await service.waitingRoom.flush();
  service.time.pass(1500);
  const { operations } = service.waitingRoom;
  expect((await operations.counters('full')).present).toBe(1);
  const other = await browser.newContext();
  const page = await other.newPage();
  await page.goto(enterUrl(service, `${SITE}/`, 'full'));
  expect(await words(heading(page))).toBe('The line is full');
  const facts = await (await other.request.get(page.url(), { headers: { Accept: 'application/json' } })).json();
  expect(facts).toMatchObject({ state: 'full', number: null });
  await operations.reset('full');
  await page.getByRole('link', { name: 'Check again' }).click();
  expect(await words(heading(page))).toBe('You are in line');
  await other.close();
});
