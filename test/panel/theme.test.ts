import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PREVIEW_STATES } from '#pages/theme/preview.ts';
import { type AdminServer, ALICES_TOKEN, OPERATORS_TOKEN, startAdmin, VIEWERS_TOKEN } from '#support/admin.ts';
import { launchChromium } from '#support/chromium.ts';
import { openPanel, type Panel, press, show, signIn } from './panel.ts';

let browser: Browser;
let admin: AdminServer;
let panel: Panel;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  admin = await startAdmin();
  await admin.as('put', '/rooms/sale').send({ title: 'Spring sale', theme: THEME }).expect(201);
  panel = await openPanel(browser, admin);
  panel.page.setDefaultTimeout(15_000);
});
afterEach(async () => {
  expect(panel.complaints).toEqual([]);
  for (const context of browser.contexts()) await context.close();
  await admin.close();
});

const THEME = { name: 'Example', colours: { light: { accent: '#8a1c2b' } }, texts: { de: { 'legal.help': 'Hilfe!' } } };

const status = (text: string | RegExp) => panel.page.getByRole('status').filter({ hasText: text }).waitFor();
const themeOf = async () => (await admin.as('get', '/rooms/sale')).body.theme;
const page = () => panel.page.frameLocator('iframe');

async function open(token?: string) {
  await signIn(panel.page, token);
  await show(panel.page, '#/rooms/sale/theme');
}

describe('the theme of a room', () => {
  test('is previewed before it goes live, in each state and language', { timeout: 60_000 }, async () => {
    // The frame decides, not the browser of the test.
    await panel.page.emulateMedia({ colorScheme: null });
    await open();
    await page().locator('.brand', { hasText: 'Example' }).waitFor();
    await panel.page.getByLabel('Name above each page').fill('Müller & Söhne');
    await page().locator('.brand', { hasText: 'Müller & Söhne' }).waitFor();
    expect((await themeOf()).name).toBe('Example');
    await panel.page.getByLabel('Language', { exact: true }).selectOption('ar');
    for (const state of PREVIEW_STATES) {
      await panel.page.getByLabel('State').selectOption(state);
      await page().locator(`html[dir="rtl"] [data-state="${state}"]`).waitFor();
    }
    const background = () => page().locator('body').evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await background()).toBe('rgb(238, 242, 248)');
    await panel.page.getByRole('radio', { name: 'Dark' }).check();
    await expect.poll(background).toBe('rgb(16, 20, 28)');
    await press(panel.page, 'Make it live');
    await status('The theme is live.');
    expect(await themeOf()).toEqual({ ...THEME, name: 'Müller & Söhne' });
  });

  test('says which colours are hard to read, and does not go live with them', async () => {
    await open();
    const light = panel.page.getByRole('group', { name: 'Colours of the light scheme' });
    const accent = light.getByLabel('Buttons and links', { exact: true });
    await accent.fill('#ffcc00');
    await light.getByText('“Buttons and links” on “Card” is hard to read: the contrast is 1.51:1').waitFor();
    expect(await accent.getAttribute('aria-invalid')).toBe('true');
    await status('2 faults. The preview shows the theme without what you changed last.');
    await press(panel.page, 'Make it live');
    await panel.page.getByRole('alert').filter({ hasText: 'theme.colours.light.accent is hard to read' }).waitFor();
    expect(await themeOf()).toEqual(THEME);
    await accent.fill('blue');
    await light.getByText('Enter a colour such as #1d4ed8.').waitFor();
    await accent.fill('');
    await status('The preview shows your theme.');
    await press(panel.page, 'Make it live');
    await status('The theme is live.');
    expect(await themeOf()).toEqual({ name: THEME.name, texts: THEME.texts });
  });

  test('has a logo, a style sheet, a template and texts, each with its faults', { timeout: 60_000 }, async () => {
    await open();
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4v4z"/></svg>';
    const file = (name: string, text: string) => ({ name, mimeType: 'image/svg+xml', buffer: Buffer.from(text) });
    await panel.page.getByLabel('Logo', { exact: true }).setInputFiles(file('a.svg', svg.padEnd(33_000)));
    await panel.page.getByText('This file has 33 KiB.').waitFor();
    await panel.page.getByLabel('Logo', { exact: true }).setInputFiles(file('b.svg', svg));
    await page().locator('.brand img[src^="data:image/svg+xml"]').waitFor();
    await panel.page.getByText('Style sheet and template').click();
    await panel.page.getByLabel('Style sheet', { exact: true }).fill('main { background: url(//evil.example) }');
    await panel.page.getByText('line 1 has url(…): a theme loads nothing').first().waitFor();
    await panel.page.getByLabel('Style sheet', { exact: true }).fill('.own { color: rgb(1, 2, 3) }');
    await panel.page.getByLabel('Template of the waiting page').fill('<body><p class="own">{{state}}</p>{{{form}}}');
    await page().locator('p.own', { hasText: 'waiting' }).waitFor();
    const color = await page().locator('p.own').evaluate('getComputedStyle(document.querySelector("p.own")).color');
    expect(color).toBe('rgb(1, 2, 3)');
    await panel.page.getByText('Texts in your own words').click();
    await panel.page.getByText('There are own texts in Deutsch.').waitFor();
    await panel.page.getByLabel('Find a text').fill('you are in line');
    await panel.page.getByLabel('You are in line').fill('You queue {now}');
    await panel.page.getByText('has {now}').first().waitFor();
    await panel.page.getByLabel('You are in line').fill('You queue');
    await page().locator('h1', { hasText: 'You queue' }).waitFor();
    await press(panel.page, 'Make it live');
    await status('The theme is live.');
    expect(await themeOf()).toMatchObject({
      ...THEME,
      logo: expect.stringMatching(/^data:image\/svg\+xml;base64,/),
      css: '.own { color: rgb(1, 2, 3) }',
      template: '<body><p class="own">{{state}}</p>{{{form}}}',
      texts: { ...THEME.texts, en: { 'waiting.heading.waiting': 'You queue' } },
    });
  });

  test('is not overwritten if another operator changed it, and is if they changed something else', async () => {
    await open();
    await panel.page.getByLabel('Name above each page').fill('Mine');
    await admin.as('patch', '/rooms/sale', ALICES_TOKEN).send({ capacity: 9 }).expect(200);
    await press(panel.page, 'Make it live');
    await status('The theme is live.');
    expect((await themeOf()).name).toBe('Mine');
    await panel.page.getByLabel('Name above each page').fill('Mine again');
    await admin
      .as('patch', '/rooms/sale', ALICES_TOKEN)
      .send({ theme: { name: 'Theirs' } })
      .expect(200);
    await press(panel.page, 'Make it live');
    await panel.page.getByText('Somebody changed the theme since you opened it').waitFor();
    await press(panel.page, 'Make it live');
    expect((await themeOf()).name).toBe('Theirs');
    await press(panel.page, 'Begin with the current one');
    expect(await panel.page.getByLabel('Name above each page').inputValue()).toBe('Theirs');
  });

  test('is kept as a draft while another part of the room is shown, and can be dropped', async () => {
    await open();
    await panel.page.getByLabel('Name above each page').fill('Draft');
    await show(panel.page, '#/rooms/sale/events');
    await panel.page.getByText('No event is planned.').waitFor();
    await show(panel.page, '#/rooms/sale/theme');
    expect(await panel.page.getByLabel('Name above each page').inputValue()).toBe('Draft');
    await press(panel.page, 'Drop the changes');
    expect(await panel.page.getByLabel('Name above each page').inputValue()).toBe('Example');
  });

  test('is only looked at by an operator, and not offered to a viewer', async () => {
    await open(OPERATORS_TOKEN);
    await page().locator('.brand', { hasText: 'Example' }).waitFor();
    expect(await panel.page.getByLabel('Name above each page').count()).toBe(0);
    const other = await openPanel(browser, admin);
    await signIn(other.page, VIEWERS_TOKEN);
    await show(other.page, '#/rooms/sale/theme');
    await other.page.getByText('The theme and its preview need the role operator.').waitFor();
    expect(await other.page.getByRole('link', { name: 'Theme' }).count()).toBe(0);
  });
});
