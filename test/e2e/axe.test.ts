/** Every state of the waiting page before axe-core: light and dark, from the left and from the right, narrow. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPages } from '#pages/index.ts';
import { createLocales } from '#pages/locale/index.ts';
import type { LineData } from '#pages/waiting/waiting-views.ts';
import { launchChromium } from '#support/chromium.ts';
import { audit, picture } from './visitor.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const TYPES: Readonly<Record<string, string>> = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };

const NOW = '2026-11-24T10:00:00.000Z';
const FACTS = {
  ...{ room: 'sale', number: 1204, serving: 1100, people_ahead: 87, people_ahead_at_join: 210 },
  ...{ estimated_wait: { low: 60, high: 150 }, poll_after: 600, heartbeat_after: 600, updated_at: NOW, proven: false },
  ...{ message: null, claim_by: '2026-11-24T10:02:00.000Z', starts_at: '2026-11-24T11:00:00.000Z' },
};
const ROOM = {
  ...{ id: 'sale', title: 'Spring sale', languages: { default: 'en' } },
  ...{ message: 'Back at ten', messages: { preset: 'technical_pause' as const } },
  legal: { privacy: 'https://shop.example/privacy', help: 'https://shop.example/help' },
};
const WAITING: Omit<LineData, 'facts'> = {
  ...{ title: 'Spring sale', script: 'waiting.js', languageForm: true, site: 'shop.example', number: 1204 },
  ...{
    order: 'draw' as const,
    drawUrl: '/draw',
    seedHash: 'a'.repeat(64),
    claimSeconds: 120,
    missedTurn: 'front' as const,
  },
  ...{
    statusUrl: '/status',
    refresh: 600,
    refreshUrl: null,
    again: '/again',
    lane: null,
    landing: 'https://shop.example/',
    emailBefore: 300,
    push: { before: 300, key: '0', worker: '/w' },
    noticeState: null,
    noticeNews: null,
    isNoticeDue: false,
    isRenumbered: true,
    hasToPress: true,
  },
};
const PAGES: readonly string[] = ['storage', 'landing', 'error'];
/** Facts by state; null where the store does not answer. */
const STATES: Readonly<Record<string, object | null>> = {
  waiting: { state: 'waiting' },
  'waiting-later': { state: 'waiting' },
  'waiting-sent': { state: 'waiting' },
  'waiting-early': { state: 'waiting' },
  'waiting-failed': { state: 'waiting' },
  paused: { state: 'paused' },
  served: { state: 'served' },
  expired: { state: 'expired', rejoin: 'on_request', rejoin_at: 'front' },
  cancelled: { state: 'expired', number: null, event_cancelled: true },
  missed_start: { state: 'expired', number: null },
  before_start: { state: 'before_start', number: null, moved_from: NOW },
  closed: { state: 'closed' },
  sold_out: { state: 'closed', closed_reason: 'sold_out' },
  ended: { state: 'closed', closed_reason: 'ended' },
  maintenance: { state: 'closed', closed_reason: 'maintenance' },
  full: { state: 'full', number: null },
  challenge: { state: 'challenge', number: null },
  unavailable: null,
};
/** What the page says of a message ahead of the turn. */
const NOTICES: Readonly<Record<string, Pick<LineData, 'noticeState' | 'noticeNews'>>> = {
  'waiting-later': { noticeState: 'kept', noticeNews: 'later' },
  'waiting-sent': { noticeState: 'push_sent', noticeNews: 'sent' },
  'waiting-early': { noticeState: 'sent', noticeNews: 'early' },
  'waiting-failed': { noticeState: 'failed', noticeNews: 'failed' },
};

const pages = createPages({ folder: 'views', locales: createLocales('locales'), asset: (name) => `/assets/${name}` });
let server: Server;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://localhost');
    const name = pathname.slice(1);
    if (name.startsWith('assets/')) {
      res.setHeader('Content-Type', TYPES[name.split('.').at(-1) ?? ''] ?? '');
      return res.end(readFileSync(join('assets', name.slice('assets/'.length))));
    }
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    if (!PAGES.includes(name) && !Object.hasOwn(STATES, name)) return res.writeHead(404).end();
    if (PAGES.includes(name)) {
      const more = {
        title: 'Spring sale',
        host: 'shop.example',
        url: '/u',
        again: '/a',
        cookies: [],
        email: true,
        push: true,
        code: 'not_found',
      };
      return res.end(pages.page(req, name, more, ROOM));
    }
    const given = STATES[name];
    const facts = given && { ...FACTS, ...given };
    const notice = NOTICES[name] ?? {};
    const { number = null } = facts ?? {};
    return res.end(
      pages.page(
        { url: req.url, headers: {} },
        'waiting',
        { ...WAITING, ...notice, facts, number, lang: searchParams.get('lang') },
        ROOM,
      ),
    );
  }).listen(0);
  browser = await launchChromium();
  // Its script would press what there is to press.
  page = await browser.newPage();
  await page.addInitScript("Object.defineProperty(document, 'hidden', { get: () => true })");
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

async function violations(): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(
    `axe.run({ runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`,
  );
}

const open = (name: string, lang: string) =>
  page.goto(`http://localhost:${(server.address() as AddressInfo).port}/${name}?lang=${lang}`);

describe.each(['en', 'ar'])('in %s, a person with assistive technology can use', (lang) => {
  test.each(Object.keys(STATES))('the state %s, light and dark', async (state) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 320, height: 800 });
      await open(state, lang);
      expect(await page.locator('#waiting').getAttribute('data-state')).toBe(state.split('-')[0]);
      expect(await violations()).toEqual([]);
      expect(await audit(page)).toEqual([]);
      await picture(page, `axe-${state}-${lang}-${colorScheme}`);
    }
  });

  test.each(PAGES)('the page %s', async (name) => {
    await open(name, lang);
    expect(await violations()).toEqual([]);
    expect(await audit(page)).toEqual([]);
    await picture(page, `axe-${name}-${lang}`);
  });
});
