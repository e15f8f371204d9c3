/** The picker of languages on pages other than the waiting page: it works without scripts and keeps the address. */
import { beforeEach, describe, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { enter, enterUrl, SALE, SITE } from './room.ts';

const service = serviceOn(embeddedStore, { rooms: [SALE] });
const set = (more: object) => service.waitingRoom.operations.putRoom(roomSettings.parse({ ...SALE, ...more }));
const HTML = { Accept: 'text/html', 'Accept-Language': 'en' };

beforeEach(() => set({}));

async function newcomerOfClosedRoom(browser: Browser): Promise<string> {
  await set({ mode: 'closed' });
  return (await enter(service, browser, `${SITE}/a?b=1`)).location;
}

async function leftLine(browser: Browser): Promise<string> {
  const { location } = await enter(service, browser, `${SITE}/a?b=1`);
  await browser.post(location, { leave: '1' }, { Origin: service.issuer });
  return location;
}

async function draw(): Promise<string> {
  const iso = (after: number) => new Date(service.time.now() + after).toISOString();
  await set({ events: [{ id: 'opening', prequeue_start: iso(60_000), start: iso(120_000), end: null }] });
  await service.waitingRoom.flush();
  await service.waitingRoom.advance.all();
  return `${service.issuer}/rooms/sale/draws/opening`;
}

const PAGES: readonly (readonly [string, string, (browser: Browser) => string | Promise<string>])[] = [
  ['a closed room', 'The waiting room is closed', newcomerOfClosedRoom],
  ['a visitor who left the line', 'You have left the line', leftLine],
  ['a draw', 'How the draw will be made', draw],
  ['a changed address', 'This link is not complete', () => `${service.issuer}/rooms/sale/wait?altered=1`],
  ['a room that does not exist', 'room_not_found', () => enterUrl(service, `${SITE}/`, 'nowhere')],
  ['a return URL that is refused', 'return_url_refused', () => enterUrl(service, 'https://elsewhere.example/')],
];

describe.each(PAGES)('the page of %s', (_, words, reach) => {
  test('has the picker, which keeps the choice and goes back to the page', async () => {
    const browser = createBrowser();
    const page = await reach(browser);
    const { text } = await browser.get(page, HTML);
    expect(text).toContain(words);
    expect(text).toContain('<form method="post" class="languages">');
    const chosen = await browser.post(page, { lang: 'de' }, { Origin: service.issuer });
    expect([chosen.status, chosen.location]).toEqual([303, page]);
    expect((await browser.get(page, HTML)).text).toContain('<html lang="de"');
  });
});

describe('the page of an address where there is nothing', () => {
  const nowhere = () => `${service.issuer}/nowhere?token=secret`;

  test('has the picker, whose choice is in the address, without the rest of the query', async () => {
    const browser = createBrowser();
    const { text } = await browser.get(nowhere(), HTML);
    expect(text).toContain('<form class="languages">');
    expect(text).not.toContain('secret');
    expect((await browser.get(`${service.issuer}/nowhere?lang=de`, HTML)).text).toContain('<html lang="de"');
  });

  test('has no picker as the answer to a form, which the page could not repeat', async () => {
    const { text } = await createBrowser().post(nowhere(), { a: '1' }, HTML);
    expect(text).toContain('not_found');
    expect(text).not.toContain('class="languages"');
  });
});

test('a frame that is refused shows no picker, because the browser keeps no cookie there', async () => {
  const frame = { ...HTML, 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'cross-site' };
  const { text } = await enter(service, createBrowser(), `${SITE}/`, frame);
  expect(text).toContain('frame_refused');
  expect(text).not.toContain('class="languages"');
});
