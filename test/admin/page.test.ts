import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AdminServer } from '#support/admin.ts';
import { ADMIN_TOKEN, startAdmin } from '#support/admin.ts';

let browser: Browser;
let admin: AdminServer;
let page: Page;
/** What the browser complained of, and which other hosts it asked. */
let complaints: string[];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(() => browser.close());

beforeEach(async () => {
  admin = await startAdmin();
  await admin.as('put', '/rooms/sale').send({ title: 'Spring <b>sale</b>' });
  page = await browser.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
  });
  page.on('request', (sent) => {
    if (!sent.url().startsWith(admin.url)) complaints.push(sent.url());
  });
  await page.goto(`${admin.url}/admin/`);
});
afterEach(async () => {
  expect(complaints).toEqual([]);
  await page.close();
  await admin.close();
});

const serving = () => page.getByRole('region').locator('[data-counter="serving"]');

async function signIn(token = ADMIN_TOKEN) {
  // The field has the focus already.
  await page.keyboard.type(token);
  await page.keyboard.press('Enter');
}

describe('the operator', () => {
  test('signs in, sees the rooms and serves a hundred visitors, with the keyboard alone', async () => {
    await signIn();
    const room = page.getByRole('region', { name: 'Spring <b>sale</b>' });
    await room.waitFor();
    await room.getByRole('button', { name: 'Let 100 in' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'raised by 100 to 100.' }).waitFor();
    expect(await serving().textContent()).toBe('100');

    await room.getByLabel('How many').fill('7');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'raised by 7 to 107.' }).waitFor();
    expect(await serving().textContent()).toBe('107');
    expect((await admin.as('get', '/rooms/sale/counters')).body.serving).toBe(107);
  });

  test('sees changes from elsewhere without losing the focused field', async () => {
    await signIn();
    await page.getByLabel('How many').fill('42');
    await admin.as('post', '/rooms/sale/serving-counter').send({ increment_by: 5 });
    await serving().filter({ hasText: /^5$/ }).waitFor();
    expect(await page.getByLabel('How many').inputValue()).toBe('42');
    expect(await page.locator('input[type=number]:focus').count()).toBe(1);
  });

  test('sees an error after a wrong token, and may enter another', async () => {
    await signIn('wrong');
    await page.getByRole('alert').filter({ hasText: 'did not accept this token' }).waitFor();
    await signIn();
    await page.getByRole('region').waitFor();
    expect(await page.getByRole('alert').textContent()).toBe('');
  });

  test('stays signed in on reload, until signing out', async () => {
    await signIn();
    await page.getByRole('region').waitFor();
    await page.reload();
    await page.getByRole('region').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.reload();
    await page.getByLabel('Admin token').waitFor();
    expect(await page.getByRole('region').count()).toBe(0);
  });

  test('sees a message if the size allowed fewer visitors', async () => {
    await admin.as('patch', '/rooms/sale').send({ inlet: { size: 3 } });
    await signIn();
    await page.getByRole('button', { name: 'Let 100 in' }).click();
    await page.getByRole('status').filter({ hasText: 'raised by 3 to 3. There is no room for more.' }).waitFor();
  });
});

test('the page has enough contrast in light and dark mode', async () => {
  await signIn();
  await page.getByRole('region').waitFor();
  const paper = () => page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await paper();
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await paper()).not.toBe(light);
});
