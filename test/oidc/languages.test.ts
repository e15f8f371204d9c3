import { readdirSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import type { RoomInput } from '#settings/room.ts';
import { room as roomSettings } from '#settings/room.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { arrive, startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { goIn } from './visit.ts';
import { headingOf, relying_parties, rooms, SALE } from './waiting-page.ts';

const CODES = readdirSync('locales').map((file) => file.replace('.json', ''));

describe('the language of the waiting page', () => {
  const service = serviceOn(embeddedStore, { rooms, relying_parties });
  const set = (more: Partial<RoomInput>) =>
    service.waitingRoom.operations.putRoom(roomSettings.parse({ ...SALE, ...more }));
  const headers = (language: string) => ({ 'Accept-Language': language });

  beforeEach(() => set({}));

  async function visit() {
    const browser = createBrowser();
    const { page } = await arrive(browser, service.issuer);
    const see = async (language: string, url = page) => (await browser.get(url, headers(language))).text;
    return { browser, page, see };
  }

  test.each(CODES)('is %s for a browser that asks for it', async (code) => {
    const { see } = await visit();
    const html = await see(code);
    const dir = ['ar', 'fa', 'he', 'ur'].includes(code) ? 'rtl' : 'ltr';
    expect(html).toContain(`<html lang="${code}" dir="${dir}">`);
    expect(html).toContain(`<option value="${code}" lang="${code}" selected>`);
    expect(html).not.toMatch(/\{\{|\{\w+\}/);
  });

  test('is chosen with a form that works without scripts, and kept for other pages', async () => {
    const { browser, page, see } = await visit();
    const chosen = await browser.post(`${page}&lang=fr`, { lang: 'de' }, { Origin: service.issuer });
    expect(chosen.status).toBe(303);
    expect(chosen.location).toBe(page);
    expect(headingOf(await see('en'))).toBe('Sie stehen in der Schlange');
    expect(await see('en', `${service.issuer}/rooms/nowhere/wait`)).toContain('Diesen Warteraum gibt es nicht.');
  });

  test('is not chosen by a form of another site, nor by a value that is no code', async () => {
    const { browser, page } = await visit();
    await browser.post(page, { lang: 'de' }, { Origin: 'https://elsewhere.example' });
    await browser.post(page, { lang: 'de; Domain=example' }, { Origin: service.issuer });
    expect([...browser.cookies.keys()]).not.toContain('anteroom_lang');
  });

  test('is one of those that the room offers, or its default', async () => {
    await set({ languages: { default: 'de', offered: ['de', 'fr', 'xx'] } });
    const { see } = await visit();
    expect(await see('es')).toContain('<html lang="de"');
    const html = await see('fr');
    expect(html).toContain('<html lang="fr"');
    expect([...html.matchAll(/<option value="([^"]+)"/g)].map(([, code]) => code)).toEqual(['de', 'fr']);
  });

  test('follows ui_locales of the authorization request', async () => {
    const browser = createBrowser();
    const { page } = await arrive(browser, service.issuer, { more: { ui_locales: 'xx ja' } });
    expect((await browser.get(page, headers('en'))).text).toContain('<html lang="ja"');
  });
});

test.each([
  [{ default: 'DE' }, 'must be a language code'],
  [{ default: 'en', offered: ['de'] }, 'must be one of offered'],
  [{ default: 'en', offered: [] }, 'offered'],
])('a room with languages %j is refused', (languages, why) => {
  const parsed = roomSettings.safeDecode({ ...SALE, languages });
  expect(JSON.stringify(parsed.error?.issues)).toContain(why);
});

describe('the picker of a page that the OpenID provider shows by itself', () => {
  const service = serviceOn(embeddedStore, { rooms, relying_parties });
  const PICKER = '<form method="post" class="languages">';
  const html = (language: string) => ({ Accept: 'text/html', 'Accept-Language': language });

  const FOREIGN = new URLSearchParams([
    ['state', '"><b>a & b'],
    ['lang', 'fr'],
  ]);

  test.each([
    ['an unknown client', '/authorize?client_id=evil.example&lang=fr'],
    ['a login that is over', '/authorize/A'.padEnd(40, 'a')],
    ['a logout that is refused', '/end-session?id_token_hint=evil.example'],
    ['a logout to confirm', `/end-session?${FOREIGN}`, (browser: Browser) => goIn(service, { browser })],
    ['a finished logout', '/end-session/success'],
    ['the bare address', '/?to=https://evil.example'],
  ])('keeps the choice, here and for later pages: %s', async (_, path, enter?: (browser: Browser) => unknown) => {
    const browser = createBrowser();
    await enter?.(browser);
    const page = `${service.issuer}${path}`;
    const before = await browser.get(page, html('fr'));
    expect(before.text).toContain('<html lang="fr"');
    expect(before.text).toContain(PICKER);
    const chosen = await browser.post(page, { lang: 'de' });
    expect(chosen.status).toBe(303);
    const after = await browser.get(new URL(chosen.location, page).href, html('fr'));
    expect(after.text).toContain('<html lang="de"');
    expect([after.status, heading(after.text) === heading(before.text)]).toEqual([before.status, false]);
    expect((await browser.get(`${service.issuer}/rooms/sale/storage`, html('fr'))).text).toContain('<html lang="de"');
  });

  const heading = (text: string) => text.match(/(?<=<h1)[\s\S]*?(?=<\/h1>)/)?.[0];

  test('keeps no choice of a form of another site', async () => {
    const browser = createBrowser();
    const page = `${service.issuer}/authorize?client_id=nobody`;
    await browser.post(page, { lang: 'de' }, { 'Sec-Fetch-Site': 'cross-site' });
    expect(browser.cookies.has('anteroom_lang')).toBe(false);
    await browser.post(page, { lang: 'de' });
    expect(browser.cookies.get('anteroom_lang')).toBe('de');
  });

  test.each([
    ['an unknown client', '/authorize?client_id=evil.example'],
    ['a redirect URI that is not registered', '/authorize?client_id=shop&redirect_uri=https://evil.example'],
    ['a logout that is refused', '/end-session?id_token_hint=evil.example'],
    ['a finished logout with a parameter', '/end-session/success?to=https://evil.example'],
    ['the bare address with a parameter', '/?to=https://evil.example'],
  ])('repeats nothing that a foreign link says: %s', async (_, path) => {
    const { text } = await createBrowser().get(`${service.issuer}${path}`, { Accept: 'text/html' });
    expect(text).toContain('<h1');
    expect(text).not.toContain('evil.example');
  });

  test('is missing in a frame, where the browser keeps no choice', async () => {
    const frame = { Accept: 'text/html', 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'cross-site' };
    const { url } = await startLogin(service.issuer);
    const { text } = await createBrowser().get(url, frame);
    expect(text).toContain('frame_refused');
    expect(text).not.toContain('class="languages"');
  });
});
