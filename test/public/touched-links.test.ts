/** Browsers, messengers and link trackers respell the waiting page's address and add to it. */
import { beforeEach, describe, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { arrive, facts, REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { enter, enterUrl, SALE, SITE } from './room.ts';

const relying_parties = [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }];
const service = serviceOn(embeddedStore, { rooms: [SALE], relying_parties });
const STATE = "/l'oreal (50 %)+é/?a=b&c=~!*";

let browser = createBrowser();
beforeEach(async () => {
  await service.waitingRoom.operations.reset('sale');
  browser = createBrowser();
});

/** Each escape in the other case, and some letters that need none escaped. */
const respelled = (url: string) => {
  const [path, query = ''] = url.split('?');
  const respell = (found: string) =>
    found.length > 1 ? found.toLowerCase() : `%${found.charCodeAt(0).toString(16).toUpperCase()}`;
  const pairs = query.split('&').map((pair) => {
    const at = pair.indexOf('=') + 1;
    return pair.slice(0, at) + pair.slice(at).replace(/%[0-9A-F]{2}|[a-c]/g, respell);
  });
  return `${path}?${pairs.join('&')}`;
};
const TOUCHES: readonly [what: string, touch: (url: string) => string][] = [
  ['as it is', (url) => url],
  ['with a parameter appended', (url) => `${url}&fbclid=IwAR0x-_y`],
  ['with several appended', (url) => `${url}&utm_source=a%20b&utm_source=c&gclid`],
  ['with a parameter in front', (url) => url.replace('?', '?utm_medium=mail&')],
  ['with an apostrophe escaped', (url) => url.replaceAll("'", '%27')],
  ['with an apostrophe and more not escaped', (url) => url.replace(/%2[178A]/gi, decodeURIComponent)],
  ['with slashes not escaped', (url) => url.replaceAll(/%2F/gi, '/')],
  ['with %20 for a plus sign', (url) => url.replaceAll('+', '%20')],
  ['with other escapes', respelled],
];

describe.each(TOUCHES)('the address of the waiting page, %s', (_what, touch) => {
  test('keeps its authorization request, decoded once', async () => {
    const { page } = await arrive(browser, service.issuer, { more: { state: STATE } });
    const address = touch(page);
    expect((await browser.get(address)).text).toContain('You are in line');
    expect((await facts(browser, address)).json()).toMatchObject({ state: 'waiting', number: 1 });
    await service.waitingRoom.operations.raise('sale', 1);
    const { location } = await browser.post(address);
    expect(location).not.toMatch(/fbclid|utm_|gclid/);
    const back = new URL((await browser.follow(location, service.issuer)).location);
    expect(back.searchParams.get('state')).toBe(STATE);
    expect(back.searchParams.has('code')).toBe(true);
  });

  test.each([`${SITE}/l'oreal?q=a+b%20c&&x=%2F#it's`, `${SITE}/%27%2527?anteroom_at=1`])(
    'keeps the URL to return to (%s)',
    async (to) => {
      const named = await browser.get(enterUrl(service, to).replaceAll("'", '%27'));
      const page = (await browser.get(named.location)).location;
      const address = touch(page);
      expect((await browser.get(address)).text).toContain('You are in line');
      await service.waitingRoom.operations.raise('sale', 1);
      const { headers } = await browser.post(address);
      const [, token = ''] = /[?&](anteroom_token=[^#&]+)/.exec(headers.location ?? '') ?? [];
      expect(headers.location?.replace(/[?&]anteroom_token=[^#&]+/, '')).toBe(to);
      expect(token).toMatch(/./);
    },
  );
});

test.each(['state', 'client_id', 'anteroom_at', 'anteroom_stamp', 'anteroom_owner', 'anteroom_names'])(
  'an address in which %s is repeated leads to the start of a login, and nowhere else',
  async (name) => {
    const { page } = await arrive(browser, service.issuer);
    for (const value of ['evil', new URL(page).searchParams.get(name)]) {
      for (const touched of [`${page}&${name}=${value}`, page.replace('?', `?${name}=${value}&`)]) {
        const { status, text } = await browser.get(touched);
        expect(status).toBe(400);
        expect(text).toContain('This link is not complete');
      }
    }
    expect((await browser.get(`${page}&state=evil`)).text).toContain(`href="${new URL('/', REDIRECT_URI).href}"`);
  },
);

test('an altered address of a visitor who came through /enter leads there again, if the room allows it', async () => {
  const page = (await enter(service, browser, `${SITE}/deep`)).location;
  const cut = await browser.get(page.slice(0, -2));
  expect(cut.status).toBe(400);
  const [, again = ''] = /<a href="([^"]+)">Go back to your place in line/.exec(cut.text) ?? [];
  expect(again).toBe(`/rooms/sale/enter?return_to=${encodeURIComponent(`${SITE}/deep`)}`);
  expect((await browser.follow(`${service.issuer}${again}`, service.issuer)).text).toContain('You are in line');

  const elsewhere = await browser.get(page.replace('shop.example', 'evil.example'));
  expect([elsewhere.status, elsewhere.text.includes('evil.example')]).toEqual([400, false]);
});

test('a request that would not fit once it is respelled is refused', async () => {
  const { url } = await startLogin(service.issuer, { more: { login_hint: '/'.repeat(4000) } });
  const { searchParams } = new URL((await browser.get(url.replaceAll('%2F', '/'))).location);
  expect(searchParams.get('error_description')).toContain('6000 characters, form-encoded');
});
