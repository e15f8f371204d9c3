/** “Check again”, which keeps a visitor without scripts present. Their page reloads twice a minute by itself. */
import { beforeEach, describe, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { arrive, facts } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { relying_parties, rooms, SALE } from './waiting-page.ts';

const service = serviceOn(embeddedStore, { rooms, relying_parties });
const HALF_MINUTE = 30_000;
const TEXT = 'To stay in line, press “Check again” at least every ten minutes.';

let browser: Browser;
let page: string;

const operations = () => service.waitingRoom.operations;
const set = (more: object) => operations().putRoom(roomSettings.parse({ ...SALE, ...more }));

beforeEach(async () => {
  await set({});
  await operations().reset('sale');
  browser = createBrowser();
  ({ page } = await arrive(browser, service.issuer));
});

async function present(): Promise<number> {
  await service.waitingRoom.flush();
  service.waitingRoom.snapshots.expire('sale');
  return (await operations().counters('sale')).present;
}

/** Lets so many minutes pass, with a request each half minute. The room is looked at as the clock does. */
async function during(minutes: number, load: () => Promise<unknown>): Promise<void> {
  for (let n = 0; n < 2 * minutes; n++) {
    service.time.pass(HALF_MINUTE);
    await load();
    await present();
  }
}

const reload = () => browser.get(page);
const reloads = (minutes: number) => during(minutes, reload);

/** Presses the button of the page's form. */
async function press(): Promise<void> {
  const { status, location } = await browser.post(page);
  expect(status).toBe(303);
  page = location;
  await reload();
}

describe('the waiting page of a visitor without a proof', () => {
  test('keeps the visitor present for a quarter of an hour by itself, and says what to do', async () => {
    expect((await reload()).text).toContain(TEXT);
    await reloads(15);
    expect(await present()).toBe(1);
  });

  test('does not keep a visitor present who only reloads it', async () => {
    // The second is made from pieces.
    await during(20, () => reload().then(reload));
    expect(await present()).toBe(0);
    expect((await reload()).text).toContain(TEXT);
  });

  test('keeps a visitor present who presses “Check again” every ten minutes', async () => {
    for (let n = 0; n < 4; n++) {
      await reloads(9);
      await press();
      expect(await present()).toBe(1);
    }
  });

  test('makes a visitor present again who presses after a long sleep', async () => {
    await during(60, async () => undefined);
    await reload();
    expect(await present()).toBe(0);
    await press();
    expect(await present()).toBe(1);
    await reloads(9);
    expect(await present()).toBe(1);
  });

  test('counts a press in one tab for one address: another tab’s does not end it', async () => {
    await reloads(9);
    const other = page;
    await press();
    await during(14, () => Promise.all([browser.get(page), browser.get(other)]));
    expect(await present()).toBe(1);
  });

  test('takes presses one after the other for one, and keeps its address short', async () => {
    const unpressed = page;
    await press();
    expect(page).toBe(unpressed);
    await reloads(5);
    await press();
    const pressed = page;
    expect(pressed).not.toBe(unpressed);
    await press();
    expect(page).toBe(pressed);
    await reloads(5);
    await press();
    expect(page).not.toBe(pressed);
    expect(page.length).toBe(pressed.length);
  });

  test('does not believe a press that is forged, changed, or of another ticket', async () => {
    await reloads(5);
    const unpressed = page;
    await press();
    const [, mark = ''] = /&(anteroom_pressed=.*)$/.exec(page) ?? [];
    expect(mark).not.toBe('');
    const later = mark.replace(/=\d+/, `=${service.time.now() + 60 * 60_000}`);
    const other = createBrowser();
    const { page: otherPage } = await arrive(other, service.issuer);
    await service.waitingRoom.flush();
    await during(20, () =>
      Promise.all([
        browser.get(`${unpressed}&${later}`),
        browser.get(`${unpressed}&anteroom_pressed=${service.time.now()}.${'A'.repeat(22)}`),
        other.get(`${otherPage}&${mark}`),
      ]),
    );
    expect(await present()).toBe(0);
  });

  test('does not take the form of another site for a press', async () => {
    await reloads(20);
    const { location } = await browser.post(page, {}, { Origin: 'https://evil.example' });
    page = location;
    await reload();
    expect(await present()).toBe(0);
  });

  test('keeps a visitor present whose script or program asks for the facts', async () => {
    await during(20, () => facts(browser, page));
    expect(await present()).toBe(1);
  });

  test('keeps a visitor present in a room without challenges, and asks for nothing', async () => {
    await set({ challenge: 'off' });
    await reloads(20);
    expect(await present()).toBe(1);
    expect((await reload()).text).not.toContain(TEXT);
  });
});
