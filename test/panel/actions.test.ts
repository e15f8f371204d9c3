import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AdminServer, ALICES_TOKEN, OPERATORS_TOKEN, startAdmin, VIEWERS_TOKEN } from '#support/admin.ts';
import { launchChromium } from '#support/chromium.ts';
import { axe, openPanel, type Panel, press, show, signIn } from './panel.ts';

let browser: Browser;
let admin: AdminServer;
let panel: Panel;

beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  admin = await startAdmin();
  await admin.as('put', '/rooms/sale').send({ title: 'Spring <b>sale</b>' }).expect(201);
  panel = await openPanel(browser, admin);
});
afterEach(async () => {
  expect(panel.complaints).toEqual([]);
  for (const context of browser.contexts()) await context.close();
  await admin.close();
});

const room = async () => (await admin.as('get', '/rooms/sale')).body;
const status = (text: string | RegExp) => panel.page.getByRole('status').filter({ hasText: text }).waitFor();

/** The value of a card that has this text. */
const fact = (text: string) => panel.page.locator('.cards dd').getByText(text, { exact: true });

async function openRoom(token?: string, tab = 'now') {
  await signIn(panel.page, token);
  await show(panel.page, `#/rooms/sale/${tab}`);
  await panel.page.getByRole('heading', { level: 1, name: 'Spring <b>sale</b>' }).waitFor();
}

describe('an operator, by keyboard', () => {
  test('comes from the sign-in to a room, and lets people in', async () => {
    await signIn(panel.page);
    const link = panel.page.getByRole('link', { name: 'Spring <b>sale</b>' });
    await link.focus();
    await panel.page.keyboard.press('Enter');
    await press(panel.page, 'Let in');
    // The field has the focus.
    await panel.page.locator('input:focus').waitFor();
    await panel.page.keyboard.press('ControlOrMeta+a');
    await panel.page.keyboard.type('7');
    await panel.page.getByText('Raises the serving counter for 7 people; 0 are present.').waitFor();
    await panel.page.keyboard.press('Enter');
    await status('rose by 7 to 7');
    expect((await admin.as('get', '/rooms/sale/counters')).body.serving).toBe(7);
    // The focus is back where it was.
    await panel.page.locator('button:focus', { hasText: 'Let in' }).waitFor();
  });

  test('sees what fits before letting in, and lets in no more', async () => {
    await admin.as('patch', '/rooms/sale').send({ inlet: { size: 3 } });
    await openRoom();
    await press(panel.page, 'Let in');
    await panel.page.getByText('7 do not fit now: 0 of 3 are inside.').waitFor();
    await press(panel.page, 'Let 3 in');
    await status('rose by 3 to 3');
  });

  test('pauses without being asked, and resumes', async () => {
    await openRoom(OPERATORS_TOKEN);
    await press(panel.page, 'Pause');
    await status('Paused.');
    expect((await room()).mode).toBe('paused');
    await press(panel.page, 'Resume');
    await panel.page.getByText('The inlet is manual').waitFor();
    await panel.page.getByRole('dialog').getByRole('button', { name: 'Resume' }).press('Enter');
    await status('The line goes on.');
    expect((await room()).mode).toBe('queue');
  });

  test('pauses so that claim windows stand still, and lets them go on during the pause', async () => {
    await openRoom(OPERATORS_TOKEN);
    const choice = panel.page.getByLabel('While paused, time stands still for');
    await choice.focus();
    await panel.page.keyboard.press('ArrowDown');
    expect(await choice.inputValue()).toBe('claim_windows');
    await press(panel.page, 'Pause');
    await status('Paused.');
    expect(await room()).toMatchObject({ mode: 'paused', pause: { stops: 'claim_windows' } });
    await panel.page.getByRole('button', { name: 'Resume' }).waitFor();
    expect(await axe(panel.page)).toEqual([]);
    await choice.focus();
    await panel.page.keyboard.press('ArrowDown');
    await expect.poll(async () => (await room()).pause).toEqual({ stops: 'claim_windows_and_admissions' });
    const chooseBefore = async () => {
      await choice.press('ArrowUp');
      return (await room()).pause;
    };
    await expect.poll(chooseBefore, { timeout: 10_000, interval: 500 }).toEqual({ stops: 'nothing' });
    expect((await room()).mode).toBe('paused');
  });

  test('closes the room with a reason, and opens it again', async () => {
    await openRoom(OPERATORS_TOKEN);
    await press(panel.page, 'Close the room…');
    await panel.page.getByLabel('Reason that visitors see').selectOption('sold_out');
    await panel.page.getByRole('button', { name: 'Close the room', exact: true }).press('Enter');
    await status('The room is closed.');
    expect(await room()).toMatchObject({ mode: 'closed', closed_reason: 'sold_out' });
    await press(panel.page, 'Resume');
    await panel.page.getByRole('dialog').getByRole('button', { name: 'Resume' }).press('Enter');
    await status('The line goes on.');
    expect((await room()).mode).toBe('queue');
    expect((await room()).closed_reason ?? null).toBeNull();
  });

  test('writes a message, and removes it', async () => {
    await openRoom(OPERATORS_TOKEN);
    await press(panel.page, 'Message');
    await panel.page.locator('textarea:focus').waitFor();
    // There is nothing to show yet, and nothing to remove.
    expect(await panel.page.getByRole('button', { name: 'Show the message' }).isDisabled()).toBe(true);
    await panel.page.keyboard.type('Back at ten.');
    await press(panel.page, 'Show the message');
    await status('Shown to 0 people.');
    expect((await room()).message).toBe('Back at ten.');
    await press(panel.page, 'Message');
    await panel.page.locator('textarea:focus').waitFor();
    await panel.page.keyboard.press('ControlOrMeta+a');
    await panel.page.keyboard.press('Delete');
    await press(panel.page, 'Remove the message');
    await status('The message is removed.');
    expect((await room()).message).toBeNull();
  });

  test('writes a message in several languages, which are added one by one', async () => {
    await openRoom(OPERATORS_TOKEN);
    await press(panel.page, 'Message');
    await panel.page.locator('textarea:focus').waitFor();
    await panel.page.keyboard.type('Back at ten.');
    await press(panel.page, 'Write it in several languages');
    expect(await panel.page.getByLabel('English').inputValue()).toBe('Back at ten.');
    await panel.page.getByLabel('Another language').selectOption('ar');
    await press(panel.page, 'Add');
    await panel.page.locator('textarea[lang=ar][dir=rtl]:focus').waitFor();
    await panel.page.keyboard.type('نعود في العاشرة.');
    await panel.page.getByLabel('Another language').selectOption('de');
    await press(panel.page, 'Add');
    await panel.page.locator('textarea[lang=de]:focus').waitFor();
    await panel.page.keyboard.type('Um zehn.');
    expect(await axe(panel.page)).toEqual([]);
    await press(panel.page, 'Show the message');
    await status('Shown to 0 people.');
    expect((await room()).message).toEqual({ en: 'Back at ten.', ar: 'نعود في العاشرة.', de: 'Um zehn.' });

    await press(panel.page, 'Message');
    await press(panel.page, 'Remove Deutsch');
    await panel.page.getByLabel('English').fill('Back at eleven.');
    await press(panel.page, 'Show the message');
    await expect.poll(async () => (await room()).message).toEqual({ en: 'Back at eleven.', ar: 'نعود في العاشرة.' });

    await press(panel.page, 'Message');
    await press(panel.page, 'One text for all languages');
    await press(panel.page, 'Show the message');
    await expect.poll(async () => (await room()).message).toBe('Back at eleven.');
  });

  test('shows a preset, which every language has, and changes its words in some', async () => {
    await openRoom(OPERATORS_TOKEN);
    await press(panel.page, 'Message');
    await press(panel.page, /^The start has moved/);
    await panel.page.getByText('Visitors read it in their own language.').waitFor();
    await press(panel.page, 'Show the message');
    await status('Shown to 0 people.');
    expect((await room()).message).toEqual({ preset: 'start_moved' });

    await press(panel.page, 'Message');
    await press(panel.page, 'Change the words');
    await panel.page.getByLabel('Another language').selectOption('de');
    await press(panel.page, 'Add');
    await panel.page.getByLabel('English').fill('We start at eleven.');
    await panel.page.getByLabel('Deutsch').waitFor();
    await press(panel.page, 'Show the message');
    await expect
      .poll(async () => (await room()).message)
      .toEqual({ en: 'We start at eleven.', de: expect.stringContaining('Der Beginn wurde verschoben.') });
  });

  test('goes on writing where the text of another language comes late', async () => {
    const { page } = panel;
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    await page.route('**/languages/de/texts', async (route) => {
      asked.resolve();
      await answered.promise;
      await route.continue();
    });
    await openRoom();
    await press(page, 'Message');
    await press(page, /^The start has moved/);
    await press(page, 'Change the words');
    await page.getByLabel('Another language').selectOption('de');
    await press(page, 'Add');
    await asked.promise;
    await page.getByLabel('English').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('We start');
    answered.resolve();
    await page.getByLabel('Deutsch').waitFor();
    // Time for the field to take the focus, as it does where nobody writes.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    await page.keyboard.type(' at eleven.');
    expect(await page.getByLabel('English').inputValue()).toBe('We start at eleven.');
    expect(await page.getByLabel('Deutsch').inputValue()).toContain('Der Beginn wurde verschoben.');
  });

  test('changes the title, in several languages', async () => {
    await openRoom();
    await press(panel.page, 'Title…');
    await panel.page.locator('input:focus').waitFor();
    await panel.page.keyboard.press('ControlOrMeta+a');
    await panel.page.keyboard.type('Summer sale');
    await panel.page.keyboard.press('Enter');
    await status('The title is changed.');
    await panel.page.getByRole('heading', { level: 1, name: 'Summer sale' }).waitFor();
    // The focus is back where it was.
    await panel.page.locator('button:focus', { hasText: 'Title…' }).waitFor();

    await press(panel.page, 'Title…');
    await press(panel.page, 'Write it in several languages');
    expect(await panel.page.getByLabel('English').inputValue()).toBe('Summer sale');
    await panel.page.getByLabel('Another language').selectOption('ar');
    await press(panel.page, 'Add');
    await panel.page.locator('input[lang=ar][dir=rtl]:focus').waitFor();
    await panel.page.keyboard.type('تخفيضات الصيف');
    await panel.page.getByLabel('Another language').selectOption('de');
    await press(panel.page, 'Add');
    await panel.page.locator('input[lang=de]:focus').waitFor();
    await panel.page.keyboard.type('Sommeraktion');
    expect(await axe(panel.page)).toEqual([]);
    await panel.page.keyboard.press('Enter');
    await status('The title is changed.');
    expect((await room()).title).toEqual({ en: 'Summer sale', ar: 'تخفيضات الصيف', de: 'Sommeraktion' });

    await press(panel.page, 'Title…');
    await press(panel.page, 'Remove Deutsch');
    await panel.page.locator('input[lang=en]:focus').waitFor();
    await press(panel.page, 'Save the title');
    await expect.poll(async () => (await room()).title).toEqual({ en: 'Summer sale', ar: 'تخفيضات الصيف' });
    await press(panel.page, 'Title…');
    await press(panel.page, 'One text for all languages');
    await press(panel.page, 'Save the title');
    await expect.poll(async () => (await room()).title).toBe('Summer sale');
  });

  test('sees a title that somebody else wrote meanwhile before overwriting it', async () => {
    await openRoom();
    await press(panel.page, 'Title…');
    await admin.as('patch', '/rooms/sale').send({ title: 'Autumn sale' }).expect(200);
    await panel.page.getByLabel('Title', { exact: true }).fill('Winter sale');
    await press(panel.page, 'Save the title');
    await panel.page.getByText('Meanwhile somebody wrote: Autumn sale').waitFor();
    await press(panel.page, 'Save the title');
    await expect.poll(async () => (await room()).title).toBe('Winter sale');
  });

  test('is not offered the title where only owners may change it', async () => {
    await openRoom(OPERATORS_TOKEN);
    await panel.page.getByRole('button', { name: 'Stock…' }).waitFor();
    expect(await panel.page.getByRole('button', { name: 'Title…' }).count()).toBe(0);
  });

  test('finds rooms by their titles in several languages', async () => {
    await admin
      .as('patch', '/rooms/sale')
      .send({ title: { en: 'Spring', de: 'Frühling' } })
      .expect(200);
    await admin.as('put', '/rooms/other').send({ title: 'Other' }).expect(201);
    await signIn(panel.page);
    await panel.page.getByRole('link', { name: 'Spring', exact: true }).press('Enter');
    await panel.page.getByRole('heading', { level: 1, name: 'Spring', exact: true }).waitFor();
  });

  test('changes the inlet, the size and the capacity', async () => {
    await openRoom();
    await press(panel.page, 'Inlet and size…');
    await panel.page.getByLabel('Who is let in, and when').selectOption('periodic');
    await panel.page.getByLabel('How many each time').fill('100');
    await panel.page.getByLabel('How often').fill('1m');
    await panel.page.getByLabel(/^Size:/).fill('500');
    await panel.page.getByLabel('Capacity').fill('9000');
    await panel.page.getByText('0 are inside: 500 more fit.').waitFor();
    await press(panel.page, 'Apply');
    await status('applied within a second');
    expect(await room()).toMatchObject({
      inlet: { strategy: 'periodic', increment: 100, every: '1m', size: 500 },
      capacity: 9000,
    });
    await press(panel.page, 'Inlet and size…');
    await panel.page.getByLabel('Who is let in, and when').selectOption('manual');
    await panel.page.getByLabel(/^Size:/).fill('');
    await press(panel.page, 'Apply');
    await expect.poll(async () => (await room()).inlet).toEqual({ strategy: 'manual' });
  });

  test('sets what is left to sell', async () => {
    await openRoom(OPERATORS_TOKEN);
    let answer = () => {};
    const isTyped = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await panel.page.route(/\/stock$/, async (route) => {
      await isTyped;
      await route.continue();
    });
    await press(panel.page, 'Stock…');
    await panel.page.getByLabel('Left to sell').fill('400');
    // The figure of before comes late, and what was typed stays.
    const came = panel.page.waitForResponse(/\/stock$/);
    answer();
    await (await came).finished();
    await press(panel.page, 'Set the stock');
    await status('400 are left to sell.');
    expect((await admin.as('get', '/rooms/sale/stock')).body).toEqual({ left: 400 });
  });

  test.each([
    ['people to let in', 'Let in', 'How many people', ['0', '-3', '12,5', '1.000', 'ten', '99999999999']],
    ['a size', 'Inlet and size…', /^Size:/, ['0', '-3', '12,5', '1.000', 'ten', '99999999999']],
    ['a capacity', 'Inlet and size…', 'Capacity', ['0', '-3', '12,5', '1 000']],
    ['a stock', 'Stock…', 'Left to sell', ['-3', '12,5', '1.000', 'ten']],
  ] as const)('sees that %s is no whole number, and no plan with an invented one', async (_, open, label, texts) => {
    await admin.as('patch', '/rooms/sale').send({ inlet: { size: 12 } });
    await openRoom();
    const before = await room();
    await press(panel.page, open);
    for (const text of texts) {
      await panel.page.getByLabel(label).fill(text);
      await panel.page
        .locator('dialog')
        .getByText(/^Enter a whole number in digits only, at least [01]\.$/)
        .waitFor();
      expect(await panel.page.getByLabel(label).getAttribute('aria-invalid')).toBe('true');
      if (label !== 'Capacity') expect(await panel.page.locator('dialog .plan').isVisible()).toBe(false);
      await panel.page.locator('dialog button[type=submit]').press('Enter');
    }
    expect(await room()).toEqual(before);
    expect((await admin.as('get', '/rooms/sale/counters')).body.serving).toBe(0);
  });

  test('sees what is wrong with a setting, and changes nothing', async () => {
    await openRoom();
    await press(panel.page, 'Inlet and size…');
    await panel.page.getByLabel('Who is let in, and when').selectOption('rate');
    await panel.page.getByLabel('People per minute').fill('many');
    await press(panel.page, 'Apply');
    await panel.page.getByRole('alert').filter({ hasText: 'inlet.per_minute' }).waitFor();
    expect((await room()).inlet).toEqual({ strategy: 'manual' });
  });

  test('plans an event, postpones and cancels it', async () => {
    await openRoom(undefined, 'events');
    await press(panel.page, 'Plan an event');
    await panel.page.getByLabel('Name').fill('opening');
    await panel.page.getByLabel('Start', { exact: true }).fill('2031-01-01T10:00');
    await panel.page.getByRole('dialog').getByRole('button', { name: 'Plan the event' }).press('Enter');
    await status('The event opening is planned.');
    const start = async () => (await room()).events[0]?.start;
    expect(await start()).toBe(new Date('2031-01-01T10:00').toISOString());
    await press(panel.page, 'Postpone opening');
    await panel.page.getByLabel('Start', { exact: true }).fill('2031-01-01T11:30');
    await press(panel.page, 'Postpone');
    await status('opening starts');
    expect(await start()).toBe(new Date('2031-01-01T11:30').toISOString());
    await press(panel.page, 'Cancel opening');
    await press(panel.page, 'Cancel the event');
    await status('The event opening is cancelled.');
    await expect.poll(() => panel.page.getByText('No event is planned.').count()).toBe(1);
  });

  test('saves settings as JSON', async () => {
    await openRoom(undefined, 'settings');
    const field = panel.page.getByLabel('Settings as JSON');
    await field.fill((await field.inputValue()).replace('"title": "Spring <b>sale</b>"', '"title": "Autumn"'));
    await press(panel.page, 'Save');
    await status('The settings are saved.');
    expect((await room()).title).toBe('Autumn');
  });

  test('resets and deletes only with the name of the room', async () => {
    await admin.as('post', '/rooms/sale/serving-counter').send({ increment_by: 5 });
    await openRoom(undefined, 'settings');
    await press(panel.page, 'Reset the line');
    const reset = panel.page.getByRole('dialog').getByRole('button', { name: 'Reset the line' });
    await reset.press('Enter');
    expect((await admin.as('get', '/rooms/sale/counters')).body.serving).toBe(5);
    await panel.page.getByLabel('Enter sale to confirm').fill('sale');
    await reset.press('Enter');
    await status('The line of sale is reset.');
    expect((await admin.as('get', '/rooms/sale/counters')).body.serving).toBe(0);
    await press(panel.page, 'Delete the room');
    await panel.page.getByLabel('Enter sale to confirm').fill('sale');
    await panel.page.getByRole('dialog').getByRole('button', { name: 'Delete the room' }).press('Enter');
    await status('The room sale is deleted.');
    await admin.as('get', '/rooms/sale').expect(404);
  });

  test('undoes a reset, where the role may reset', async () => {
    const line = { incarnation: (await admin.store.line.view('sale', Date.now())).incarnation, generation: 1 };
    await admin.store.line.join('sale', [{ visitor: 'ann', claim: false }], Date.now());
    await admin.as('post', '/rooms/sale/reset').expect(200);
    await openRoom(OPERATORS_TOKEN);
    await panel.page.getByRole('button', { name: 'Let in', exact: true }).waitFor();
    expect(await panel.page.getByRole('button', { name: 'Undo the reset…' }).count()).toBe(0);
    await panel.page.context().clearCookies();
    await panel.page.goto(`${admin.url}/admin/`);
    await openRoom();
    await press(panel.page, 'Undo the reset…');
    await panel.page.getByText('1 person gets their number back, and 0 admissions go on.').waitFor();
    expect(await axe(panel.page)).toEqual([]);
    await press(panel.page, 'Undo the reset');
    await status('The line is back. 1 person has their number again.');
    // The focus is not lost with the button.
    await panel.page.locator('main:focus').waitFor();
    expect(await admin.store.line.view('sale', Date.now())).toMatchObject({ ...line, counters: { queue: 1 } });
    await expect.poll(() => panel.page.getByRole('button', { name: 'Undo the reset…' }).count()).toBe(0);
  });

  test('sees why a reset cannot be undone', async () => {
    await admin.store.line.join('sale', [{ visitor: 'ann', claim: false }], Date.now());
    await admin.as('post', '/rooms/sale/reset').expect(200);
    await admin.as('post', '/rooms/sale/serving-counter').send({ increment_by: 1 });
    await admin.store.line.join('sale', [{ visitor: 'eve', claim: true }], Date.now());
    await openRoom();
    await press(panel.page, 'Undo the reset…');
    await panel.page.getByText('Somebody was let in since the reset.').waitFor();
    await press(panel.page, 'Undo the reset');
    expect((await admin.as('get', '/rooms/sale/counters')).body.queue).toBe(1);
  });

  test('tests the rules', async () => {
    await admin.as('patch', '/rooms/sale').send({ rules: [{ match: { path: '/health' }, action: 'bypass' }] });
    await openRoom(VIEWERS_TOKEN, 'rules');
    await panel.page.getByLabel('URL that the visitor wants').fill('https://shop.example/health');
    await press(panel.page, 'Test');
    await status('The request bypasses the line.');
  });

  test('pins a note, which the next operator sees first, and removes it', async () => {
    await openRoom(OPERATORS_TOKEN);
    await press(panel.page, 'Pin a note…');
    await panel.page.locator('textarea:focus').waitFor();
    await panel.page.keyboard.type('Back at <b>ten</b>');
    expect(await axe(panel.page)).toEqual([]);
    await press(panel.page, 'Pin the note');
    await status('The note is pinned.');
    await panel.page.reload();
    await panel.page.getByText('Back at <b>ten</b> otto,').waitFor();
    expect(await axe(panel.page)).toEqual([]);
    await press(panel.page, 'Remove the note: Back at <b>ten</b>');
    await status('The note is removed.');
    expect((await admin.as('get', '/rooms/sale/notes')).body).toEqual([]);
  });

  test('sees what others did since the last look, once', async () => {
    await openRoom();
    await show(panel.page, '#/rooms');
    await admin.as('patch', '/rooms/sale', ALICES_TOKEN).send({ message: 'Soon.' }).expect(200);
    await show(panel.page, '#/rooms/sale');
    const since = panel.page.getByRole('region', { name: 'Since you last looked' });
    await since.getByText('alice changed the settings of sale.').waitFor();
    await show(panel.page, '#/rooms');
    await show(panel.page, '#/rooms/sale');
    await panel.page.getByRole('heading', { level: 1, name: 'Spring <b>sale</b>' }).waitFor();
    await panel.page.waitForLoadState('networkidle').catch(() => undefined);
    expect(await since.count()).toBe(0);
  });

  test('undoes what another operator changed, after seeing what goes back', async () => {
    await admin.as('patch', '/rooms/sale', ALICES_TOKEN).send({ mode: 'paused', message: '<b>Soon</b>' }).expect(200);
    await openRoom(OPERATORS_TOKEN);
    await press(panel.page, 'Undo…');
    await panel.page.getByText('alice changed these settings').waitFor();
    await panel.page.getByText('mode: paused → queue').waitFor();
    await panel.page.getByText('message: <b>Soon</b> → not set').waitFor();
    expect(await axe(panel.page)).toEqual([]);
    await panel.page.getByRole('dialog').getByRole('button', { name: 'Undo', exact: true }).press('Enter');
    await status('It is undone.');
    expect(await room()).toMatchObject({ mode: 'queue', message: null });
    await expect.poll(() => panel.page.getByRole('button', { name: 'Undo…' }).count()).toBe(0);
  });

  test('undoes what was let in, as far as nobody has claimed it', async () => {
    await openRoom(OPERATORS_TOKEN);
    await press(panel.page, 'Let in');
    await press(panel.page, 'Let 10 in');
    await status('rose by 10 to 10');
    await press(panel.page, 'Undo…');
    await panel.page.getByText('otto raised the serving counter by 10').waitFor();
    await panel.page.getByText('10 places of these are not claimed: the counter goes back by 10.').waitFor();
    expect(await axe(panel.page)).toEqual([]);
    await panel.page.getByRole('dialog').getByRole('button', { name: 'Undo', exact: true }).press('Enter');
    await status('The serving counter is lower by 10.');
    expect((await admin.as('get', '/rooms/sale/counters')).body.serving).toBe(0);
  });

  test('undoes only what the dialog shows', async () => {
    await admin.as('patch', '/rooms/sale').send({ message: 'One.' }).expect(200);
    await openRoom(OPERATORS_TOKEN);
    await press(panel.page, 'Undo…');
    await panel.page.getByText('message: One. → not set').waitFor();
    await panel.page.route('**/undo', async (route) => {
      if (route.request().method() === 'POST') {
        await admin.as('patch', '/rooms/sale').send({ message: 'Two.' }).expect(200);
      }
      await route.continue();
    });
    const dialog = panel.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Undo', exact: true }).press('Enter');
    await dialog.getByRole('alert').filter({ hasText: 'Something else happened' }).waitFor();
    expect((await room()).message).toBe('Two.');
    await panel.page.unroute('**/undo');
    await panel.page.getByText('message: Two. → One.').waitFor();
    await dialog.getByRole('button', { name: 'Undo', exact: true }).press('Enter');
    await status('It is undone.');
    expect((await room()).message).toBe('One.');
  });

  test('is not offered to undo what only an owner may change', async () => {
    await admin.as('patch', '/rooms/sale').send({ capacity: 7 }).expect(200);
    const answered = panel.page.waitForResponse((answer) => answer.url().endsWith('/rooms/sale/undo'));
    await openRoom(OPERATORS_TOKEN);
    expect((await (await answered).json()).last).toMatchObject({ role: 'owner', fields: ['capacity'] });
    await panel.page.getByRole('button', { name: 'Stock…' }).waitFor();
    expect(await panel.page.getByRole('button', { name: 'Undo…' }).count()).toBe(0);
  });

  test('says why, and the audit log shows it as text', async () => {
    await openRoom(OPERATORS_TOKEN);
    await press(panel.page, 'Let in');
    await panel.page.getByLabel('Why (optional)').fill('Kasse läuft wieder <b>東京</b>');
    await panel.page.keyboard.press('Enter');
    await status('rose by 10 to 10');
    await press(panel.page, 'Let in');
    expect(await panel.page.getByLabel('Why (optional)').inputValue()).toBe('');
    await panel.page.keyboard.press('Escape');
    await show(panel.page, '#/audit');
    await panel.page.getByText('Reason: Kasse läuft wieder <b>東京</b>').waitFor();
    const [raised] = (await admin.as('get', '/audit')).body;
    expect(raised).toMatchObject({ action: 'counter.raised', reason: 'Kasse läuft wieder <b>東京</b>' });
  });

  test('sees when an action was last repeated, and how often, in the order of the audit log', async () => {
    await openRoom(OPERATORS_TOKEN);
    const pause = () => admin.as('patch', '/rooms/sale', OPERATORS_TOKEN).send({ mode: 'paused' }).expect(200);
    await pause();
    await admin.as('patch', '/rooms/sale', OPERATORS_TOKEN).send({ mode: 'queue' }).expect(200);
    await pause();
    await show(panel.page, '#/audit');
    await panel.page.getByText(/^\s*2 times since /).waitFor();
    const times = await panel.page
      .locator('.feed time')
      .evaluateAll((all) => all.map((one) => one.getAttribute('datetime')));
    expect(times.length).toBeGreaterThan(3);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  test('simulates an event with the visitors that are expected', async () => {
    const events = [{ id: 'opening', prequeue_start: '2031-01-01T09:30:00Z', start: '2031-01-01T10:00:00Z' }];
    const inlet = { strategy: 'rate', per_minute: 60 };
    await admin.as('patch', '/rooms/sale').send({ inlet, events }).expect(200);
    await openRoom(OPERATORS_TOKEN, 'events');
    await panel.page.getByLabel('People who come before the start').fill('90');
    await panel.page.getByLabel('People who come in the hour after it').fill('30');
    await press(panel.page, 'Simulate');
    await status(/1\d\d visitors were simulated\./);
    await panel.page.getByText(/^\d+ of 1\d\d are let in\. At most \d+ are in line/).waitFor();
    expect(await panel.page.locator('figure canvas').count()).toBe(1);
    await panel.page.getByText('Show as a table').click();
    await panel.page.getByRole('columnheader', { name: 'Inside' }).waitFor();
    expect(await axe(panel.page)).toEqual([]);
  });

  test('rotates the signing keys, and sees it in the audit log', async () => {
    await signIn(panel.page);
    await show(panel.page, '#/keys');
    await fact('Signs').first().waitFor();
    await press(panel.page, 'Rotate the keys');
    await press(panel.page, 'Rotate');
    await status('New keys are published.');
    await show(panel.page, '#/audit');
    await panel.page.getByText('admin rotated the signing keys.').waitFor();
  });

  test('replaces keys that leaked, though the last rotation is not over', async () => {
    await signIn(panel.page);
    await show(panel.page, '#/keys');
    const kids = async () => (await admin.as('get', '/keys')).body.keys.map(({ kid }: { kid: string }) => kid);
    const before = await kids();
    await press(panel.page, 'Rotate the keys');
    await press(panel.page, 'Rotate');
    await status('New keys are published.');
    await press(panel.page, 'Rotate the keys');
    await press(panel.page, 'Rotate');
    await panel.page.getByRole('alert').filter({ hasText: 'Until then only ?emergency=true rotates.' }).waitFor();
    await panel.page.keyboard.press('Escape');
    await press(panel.page, 'Replace all keys now');
    await panel.page.getByText('Every token signed before is worthless').waitFor();
    await press(panel.page, 'Replace all keys');
    await status('All keys are replaced.');
    expect((await kids()).filter((kid: string) => before.includes(kid))).toEqual([]);
    await fact('Signs').first().waitFor();
    expect(await fact('Published, signs later').count()).toBe(0);
  });
});

describe('a press right after a dialog closes', () => {
  const ACTIONS = { 'Rotate the keys': 'Rotate', 'Replace all keys now': 'Replace all keys' };

  test.each([
    ['Escape', 'Rotate the keys'],
    ['Escape', 'Replace all keys now'],
    ['Cancel', 'Rotate the keys'],
    ['Cancel', 'Replace all keys now'],
  ] as const)('opens the next one: %s, then “%s”', async (by, next) => {
    await signIn(panel.page);
    await show(panel.page, '#/keys');
    await press(panel.page, 'Rotate the keys');
    await panel.page.getByRole('dialog').waitFor();
    // In one task, before the browser fires the event of the closed dialog.
    await panel.page.evaluate(
      `const button = (name) => [...document.querySelectorAll('button')].find(({ textContent }) => textContent === name);
      const next = button('${next}');
      if ('${by}' === 'Cancel') button('Cancel').click();
      else document.querySelector('dialog').requestClose();
      Promise.resolve().then(() => {
        next.focus();
        next.click();
      });`,
    );
    await panel.page.getByRole('dialog').getByRole('button', { name: ACTIONS[next], exact: true }).waitFor();
    await panel.page.keyboard.press('Escape');
    await panel.page.getByRole('dialog').waitFor({ state: 'detached' });
    // The browser gave the focus back.
    await panel.page.locator('button:focus', { hasText: next }).waitFor();
  });
});

describe('what a role cannot do is not offered', () => {
  const buttons = () => panel.page.locator('main').getByRole('button').allTextContents();

  test('to a viewer', async () => {
    await openRoom(VIEWERS_TOKEN);
    await panel.page.getByText('need the role operator').waitFor();
    expect(await buttons()).toEqual([]);
    for (const tab of ['events', 'settings']) {
      await show(panel.page, `#/rooms/sale/${tab}`);
      await panel.page.getByRole('heading', { level: 2 }).first().waitFor();
      expect(await buttons()).toEqual([]);
    }
    await show(panel.page, '#/keys');
    await fact('Signs').first().waitFor();
    expect(await buttons()).toEqual([]);
  });

  test('to an operator', async () => {
    const offered = ['Pin a note…', 'Pause', 'Message', 'Let in', 'Close the room…', 'Stock…'];
    await openRoom(OPERATORS_TOKEN);
    await expect.poll(buttons).toEqual(offered);
    for (const tab of ['events', 'settings']) {
      await show(panel.page, `#/rooms/sale/${tab}`);
      await panel.page.getByRole('heading', { level: 2 }).first().waitFor();
      await expect.poll(buttons).toEqual([...offered, ...(tab === 'events' ? ['Simulate'] : [])]);
    }
  });
});

describe('two operators', () => {
  test('do not overwrite each other silently', async () => {
    await openRoom();
    await press(panel.page, 'Message');
    await panel.page.locator('textarea:focus').waitFor();
    await panel.page.keyboard.type('Mine.');
    await admin.as('patch', '/rooms/sale').send({ message: 'Theirs.' });
    await press(panel.page, 'Show the message');
    await panel.page.getByRole('alert').filter({ hasText: 'Another operator changed these settings' }).waitFor();
    expect((await room()).message).toBe('Theirs.');
    await panel.page.getByText('Meanwhile somebody wrote: Theirs.').waitFor();
    await press(panel.page, 'Show the message');
    await status('Shown to');
    expect((await room()).message).toBe('Mine.');
  });

  test('see each other’s changes', async () => {
    await openRoom();
    await admin.as('patch', '/rooms/sale').send({ mode: 'paused' });
    await panel.page.getByText('The line is paused').waitFor();
    await panel.page.getByText('admin changed the settings of sale.').waitFor();
    await panel.page.getByRole('button', { name: 'Resume' }).waitFor();
  });

  test('may always pause, whatever the other changed', async () => {
    await openRoom();
    await admin.as('patch', '/rooms/sale').send({ title: 'Other' });
    await press(panel.page, 'Pause');
    await status('Paused.');
    expect(await room()).toMatchObject({ mode: 'paused', title: 'Other' });
  });
});

test('after the session ended, an action is not done, not even after signing in again', async () => {
  await openRoom();
  await press(panel.page, 'Let in');
  admin.passTime(61 * 60_000);
  await press(panel.page, 'Let 10 in');
  await panel.page.getByRole('dialog').getByRole('alert').filter({ hasText: 'so nothing was done' }).waitFor();
  await panel.page.getByRole('dialog').getByRole('link', { name: 'Sign in again' }).press('Enter');
  await signIn(panel.page);
  await panel.page.getByRole('heading', { level: 1, name: 'Spring <b>sale</b>' }).waitFor();
  expect((await admin.as('get', '/rooms/sale/counters')).body.serving).toBe(0);
});

test('signing out leads to the sign-in page, and the panel is closed', async () => {
  await openRoom();
  await press(panel.page, 'Sign out');
  await panel.page.waitForURL(/sign-in$/);
  await panel.page.goto(`${admin.url}/admin/`);
  await panel.page.waitForURL(/sign-in$/);
});
