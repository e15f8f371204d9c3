/** What an operator's settings may contain, before a browser and under the policy of the pages. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { ADMIN_TOKEN } from '#support/service.ts';
import { embeddedStore } from '#support/stores.ts';
import { enterUrl, SALE, SITE } from '../public/room.ts';
import { audit, picture } from './visitor.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const service = serviceOn(embeddedStore, { rooms: [SALE] });
let browser: Browser;
let page: Page;
/** Requests to other hosts, also those that the policy blocks. */
let left: string[];
let errors: string[];

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  page = await (await browser.newContext({ locale: 'en' })).newPage();
  [left, errors] = [[], []];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => errors.push(message.text()));
  await page.route(/evil\.example/, (route) => {
    left.push(route.request().url());
    return route.abort();
  });
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  await patch({ theme: null, message: null, title: 'Spring sale' });
});

/** The reasons of a refusal; null if it is accepted. */
async function patch(settings: object): Promise<string | null> {
  const answer = await fetch(`${service.issuer}/admin/v1/rooms/${SALE.id}`, {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${ADMIN_TOKEN}` },
    body: JSON.stringify(settings),
  });
  if (answer.ok) return null;
  const { errors: faults } = (await answer.json()) as { errors: { field: string; message: string }[] };
  return faults.map(({ field, message }) => `${field} ${message}`).join('\n');
}

const open = () => page.goto(enterUrl(service, `${SITE}/`));
async function axe(of: Page): Promise<unknown> {
  await of.evaluate(AXE);
  return of.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) => violations.map(({ id }) => id))`,
  );
}
const pwned = () => page.evaluate('window.pwned');

const CODE = '<img src=https://evil.example/x onerror="window.pwned=1"><script>window.pwned=1</script>';
const TEMPLATE = `<body><main><h1>{{title}}</h1><p title="{{message}}" class="seen">{{message}}</p>
<img src="{{logo}}" alt="{{name}}">{{{form}}}</main></body>`;
const svg = (inner: string) =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">${inner}</svg>`)}`;

describe('is shown as text', () => {
  test.each([
    ['a title', { title: CODE }],
    ['a message', { message: CODE }],
    ['a name', { theme: { name: CODE.slice(0, 100) } }],
    ['a text', { theme: { texts: { en: { 'waiting.heading.waiting': CODE.replaceAll('<', "'<'") } } } }],
    ['a title in a template', { title: CODE, theme: { template: TEMPLATE } }],
    ['a message in a template', { message: `x" onload="window.pwned=1" y="${CODE}`, theme: { template: TEMPLATE } }],
    ['a name in a template', { theme: { name: `" onerror="window.pwned=1`, template: TEMPLATE } }],
    ['tags of Mustache', { message: `{{{form}}}{{title}}${CODE}`, theme: { template: TEMPLATE } }],
  ])('%s', async (_, settings) => {
    expect(await patch(settings)).toBeNull();
    await open();
    await page.waitForSelector('#waiting');
    expect(await page.evaluate('document.body.innerText')).toMatch(/onerror|onload|Spring sale/);
    expect(await page.evaluate('document.querySelectorAll("[onerror],[onload],script:not([src])").length')).toBe(0);
    expect(await pwned()).toBeUndefined();
    expect(left).toEqual([]);
    expect(errors.filter((error) => !/404|favicon/.test(error))).toEqual([]);
  });
});

describe('is refused, with its reason', () => {
  test.each([
    ['a logo with a script', { logo: svg('<script>window.pwned=1</script>') }, 'theme.logo is an SVG that is refused'],
    ['a logo with a handler', { logo: svg('<path d="" onclick="pwned=1"/>') }, 'event handler onclick'],
    ['a logo from elsewhere', { logo: 'https://evil.example/x.svg' }, 'theme.logo must be a data URL'],
    ['CSS that loads', { css: 'body{background:url(https://evil.example/x)}' }, 'theme.css line 1 has url(…)'],
    ['CSS that imports', { css: '@import "https://evil.example/x";' }, 'theme.css line 1 has @import'],
    [
      'a text with tags',
      { texts: { en: { 'waiting.heading.waiting': CODE } } },
      'theme.texts.en.waiting.heading.waiting',
    ],
    ['a template with a script', { template: `${TEMPLATE}\n<script>window.pwned=1</script>` }, 'theme.template line 3'],
    ['a template that loads', { template: `<img src="https://evil.example/x">${TEMPLATE}` }, 'theme.template line 1'],
  ])('%s', async (_, theme, reason) => {
    expect(await patch({ theme })).toContain(reason);
    await open();
    expect(await pwned()).toBeUndefined();
    expect(left).toEqual([]);
  });
});

test('the policy stops what would slip through, and this test would see it', async () => {
  await open();
  await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.pwned=1">')`);
  await page.waitForTimeout(300);
  expect(await pwned()).toBeUndefined();
  // Without the policy, the same page runs it.
  const bare = await (await browser.newContext({ bypassCSP: true })).newPage();
  await bare.goto(enterUrl(service, `${SITE}/`));
  await bare.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.pwned=1">')`);
  await bare.waitForFunction('window.pwned === 1');
});

test('a template follows the state, keeps the part of the page, and is accessible', async () => {
  const template = `<head><title>{{title}}</title><style>.big { font-size: 2rem }</style></head>
<body><main><p class="big">{{#is_waiting}}You wait with {{number}}{{/is_waiting}}{{#is_paused}}We pause{{/is_paused}}</p>
<img src="{{logo}}" alt="{{name}}">{{{form}}}</main></body>`;
  const logo = svg('<rect width="9" height="9" fill="#8a1c2b"/>');
  const colours = { light: { accent: '#8a1c2b' }, dark: { accent: '#ffb3bd' } };
  expect(await patch({ theme: { name: 'Example Tickets', logo, colours, template } })).toBeNull();
  await open();
  await page.waitForSelector('text=You wait with');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await audit(page)).toEqual([]);
      await picture(page, `template-${colorScheme}-${width}`);
    }
    expect(await axe(page)).toEqual([]);
  }
  const arabic = await (await browser.newContext({ locale: 'ar', viewport: { width: 320, height: 800 } })).newPage();
  await arabic.goto(enterUrl(service, `${SITE}/`));
  expect(await arabic.evaluate('document.documentElement.dir')).toBe('rtl');
  expect(await audit(arabic)).toEqual([]);
  expect(await axe(arabic)).toEqual([]);
  await picture(arabic, 'template-arabic-320');
  await page.evaluate('window.same = document.getElementById("waiting")');
  expect(await patch({ mode: 'paused' })).toBeNull();
  await page.waitForSelector('text=We pause', { timeout: 20_000 });
  expect(await page.evaluate('window.same === document.getElementById("waiting")')).toBe(true);
  expect(await patch({ mode: 'queue' })).toBeNull();
  expect(left).toEqual([]);
});
