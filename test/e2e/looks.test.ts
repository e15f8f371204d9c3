import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchChromium } from '#support/chromium.ts';
import { type Anteroom, startAnteroom } from './anteroom.ts';
import { change, emptyRoom, letIn } from './demo-room.ts';
import { audit, heading, newVisitor, picture, reserve, words } from './visitor.ts';

let browser: Browser;
let anteroom: Anteroom;
let page: Page;
/** Errors that the browser logged, and requests to other hosts. */
let complaints: string[];

beforeAll(async () => {
  [browser, anteroom] = await Promise.all([launchChromium(), startAnteroom()]);
});
afterAll(async () => {
  await browser?.close();
  await anteroom?.close();
});

beforeEach(async () => {
  await emptyRoom(anteroom);
  page = await newVisitor(browser);
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('request', (sent) => {
    if (![anteroom.url, anteroom.shop].some((origin) => sent.url().startsWith(`${origin}/`))) {
      complaints.push(sent.url());
    }
  });
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

/** What reaches beyond the page's edges. */
const WIDER = `[...document.querySelectorAll('body *')]
  .filter((each) => each.getBoundingClientRect().right > innerWidth || each.getBoundingClientRect().left < 0)
  .map((each) => each.localName + ' ' + each.innerText.split('\\n')[0])`;

/** A state, its heading, and how the room gets there. */
const STATES: [string, string, () => Promise<void>][] = [
  ['waiting', 'You are in line', async () => undefined],
  [
    'paused',
    'The line is paused',
    () => change(anteroom, { mode: 'paused', message: 'The till is being fixed.\nBack at ten.' }),
  ],
  ['closed', 'The waiting room is closed', () => change(anteroom, { mode: 'closed' })],
  ['served', 'It is your turn', () => letIn(anteroom, 1)],
];

describe('the waiting page', () => {
  test.each(STATES)(
    'is accessible while %s: dark and light, narrow and wide, in both directions',
    async (name, says, reach) => {
      await reserve(page, anteroom);
      // Holds the turn, so that the page can be audited.
      await page.route(/\/rooms\/demo\/wait\?/, (route) =>
        route.request().method() === 'POST' ? route.fulfill({ status: 204 }) : route.continue(),
      );
      await reach();
      await page.reload();
      expect(await words(heading(page))).toBe(says);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const width of [1280, 320]) {
          await page.setViewportSize({ width, height: 800 });
          expect(await audit(page)).toEqual([]);
          await picture(page, `${name}-${colorScheme}-${width}`);
        }
      }
      await page.evaluate('document.documentElement.dir = "rtl"');
      expect(await audit(page)).toEqual([]);
      await picture(page, `${name}-rtl`);
      expect(complaints).toEqual([]);
    },
  );

  test('needs no horizontal scrolling at 400 % zoom and with spaced text (WCAG 1.4.10, 1.4.12)', async () => {
    await change(anteroom, { title: 'Springsalespringsalespringsalespringsalespringsale', message: 'm'.repeat(400) });
    await reserve(page, anteroom);
    await page.setViewportSize({ width: 320, height: 256 });
    // Through the style sheet object: the page's policy forbids foreign styles.
    await page.evaluate(`
      const spaced = new CSSStyleSheet();
      spaced.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }');
      document.adoptedStyleSheets.push(spaced);`);
    expect(await audit(page)).toEqual([]);
    await picture(page, 'spaced');
  });

  test.each(['de', 'ru', 'fi', 'ar'])(
    'needs no horizontal scrolling with text of twice the size on a phone (WCAG 1.4.4), in %s',
    async (locale) => {
      const context = await browser.newContext({ locale, viewport: { width: 320, height: 640 } });
      const phone = await context.newPage();
      await reserve(phone, anteroom);
      await phone.evaluate(`
        const large = new CSSStyleSheet();
        large.replaceSync(':root { font-size: 200% }');
        document.adoptedStyleSheets.push(large);`);
      expect(await phone.evaluate<string[]>(WIDER)).toEqual([]);
      await picture(phone, `large-text-${locale}`);
    },
  );

  test.each([
    ['en-US', /at \d+:\d\d:\d\d\s[AP]M$/, /^for \d:\d\d$/],
    ['en-GB', /at \d\d:\d\d:\d\d$/, /^for \d:\d\d$/],
    ['ar-EG', /\d+:\d\d:\d\d\s[صم]$/, /\d:\d\d$/],
    ['fa-IR', /[۰-۹]+:[۰-۹]{2}:[۰-۹]{2}$/, /[۰-۹]:[۰-۹]{2}/],
    ['bn-BD', /[০-৯]+:[০-৯]{2}:[০-৯]{2}/, /[০-৯]:[০-৯]{2}/],
  ])('writes times as people do where the browser is from: %s', async (locale, clock, countdown) => {
    const visitor = await (await browser.newContext({ locale })).newPage();
    await reserve(visitor, anteroom);
    expect(await words(visitor.locator('#updated'))).toMatch(clock);
    await visitor.route(/\/rooms\/demo\/wait\?/, (route) =>
      route.request().method() === 'POST' ? route.fulfill({ status: 204 }) : route.continue(),
    );
    await letIn(anteroom, 1);
    await visitor.reload();
    await expect.poll(() => words(visitor.locator('#held'))).toMatch(countdown);
  });

  test('works by keyboard, with a visible focus that is never lost', async () => {
    await reserve(page, anteroom);
    await page.keyboard.press('Tab');
    const focused = () => page.evaluate<string>('document.activeElement.textContent.trim()');
    expect(await focused()).toBe('Tell me when it is my turn');
    expect(
      await page.evaluate<string>(
        'getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth',
      ),
    ).toBe('solid3px');
    await picture(page, 'focus');
    await change(anteroom, { mode: 'closed' });
    await expect.poll(() => words(heading(page)), { timeout: 10_000 }).toBe('The waiting room is closed');
    expect(await focused()).toBe('The waiting room is closed');
  });

  test('announces changes of state, but no countdown', async () => {
    await reserve(page, anteroom);
    await page.evaluate(`
      globalThis.announced = [];
      for (const region of document.querySelectorAll('[role=status]')) {
        let last = region.innerText;
        const tell = () => region.innerText === last || announced.push((last = region.innerText));
        new MutationObserver(tell).observe(region, { subtree: true, childList: true, characterData: true, attributes: true });
      }`);
    const rounds = async (many: number) => {
      for (let i = 0; i < many; i++) await page.waitForResponse(/\/rooms\/demo\/(?:status|wait)/);
    };
    await rounds(2);
    expect(await page.evaluate('announced')).toEqual([]);
    await change(anteroom, { message: 'Ten more minutes.' });
    await expect.poll(() => page.evaluate('announced.at(-1)'), { timeout: 10_000 }).toBe('Ten more minutes.');
    await rounds(2);
    expect(await page.evaluate('announced')).toEqual(['Ten more minutes.']);
  });

  test.each([
    ['not complete', () => page.goto(`${anteroom.url}/rooms/demo/wait?client_id=shop`)],
    ['of no room', () => page.goto(`${anteroom.url}/rooms/nowhere/wait`)],
    ['of no relying party', () => page.goto(`${anteroom.url}/authorize?client_id=nobody`)],
    ['to leave at', () => page.goto(`${anteroom.url}/end-session`)],
  ])('has neighbours that are accessible too: an address %s', async (name, go) => {
    await go();
    await page.setViewportSize({ width: 320, height: 600 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await audit(page)).toEqual([]);
    }
    await picture(page, `address ${name}`);
  });
});
