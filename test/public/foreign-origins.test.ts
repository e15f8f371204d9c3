/** Pages of foreign sites, in browsers that send an `Origin` and no fetch metadata: they bring nobody into the line. */
import { beforeEach, describe, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { createBrowser } from '#support/browser.ts';
import { enterWith } from '#support/enter.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { enterUrl, SALE, SITE } from './room.ts';

const service = serviceOn(embeddedStore, {
  rooms: [SALE],
  relying_parties: [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }],
});
const operations = () => service.waitingRoom.operations;
const set = (more: object) => operations().putRoom(roomSettings.parse({ ...SALE, ...more }));
const issued = async () => (await operations().counters('sale')).queue;

beforeEach(async () => {
  await set({});
  await operations().reset('sale');
});

const EVIL = 'https://evil.example';
const RELYING_PARTY = new URL(REDIRECT_URI).origin;
const PAGE = 'text/html,application/xhtml+xml,*/*;q=0.8';

type Headers = Record<string, string>;
/** The test's browser says that it navigates. */
const SAYS_NOTHING = { 'Sec-Fetch-Mode': '' };
/** Each answers with its status, after it followed the redirects of the service itself as a browser without Origin does. */
const DOORS: Readonly<Record<string, (headers: Headers) => Promise<number>>> = {
  'GET /authorize': async (headers) =>
    (await createBrowser().get((await startLogin(service.issuer)).url, headers)).status,
  async 'POST /authorize'(headers) {
    const { url } = await startLogin(service.issuer);
    const browser = createBrowser();
    const form = Object.fromEntries(new URL(url).searchParams);
    const { status, location } = await browser.post(`${service.issuer}/authorize`, form, headers);
    return status === 303 ? (await browser.get(location, { ...headers, Origin: '' })).status : status;
  },
  '/enter': async (headers) => (await enterWith(createBrowser(), enterUrl(service, `${SITE}/`), headers)).status,
};

/** What the sender of a request is, its headers, and how a door with pages answers. */
const SENDERS: readonly (readonly [string, Headers, number])[] = [
  ['a fetch of a foreign page', { Origin: EVIL, Accept: '*/*' }, 400],
  ['a fetch of a foreign page that asks for HTML', { Origin: EVIL, Accept: PAGE }, 403],
  ['a fetch of a sandboxed page', { Origin: 'null', Accept: '*/*' }, 400],
  ['a navigation', { Accept: PAGE }, 303],
  ['a program', { Accept: '*/*' }, 303],
  ['a form of a page that sends no referrer', { Origin: 'null', Accept: PAGE }, 303],
  ['a form of the service', { Origin: 'own', Accept: PAGE }, 303],
  ["a form of the room's site", { Origin: SITE, Accept: PAGE }, 303],
];

describe.each(Object.keys(DOORS))('%s', (name) => {
  const ask = (headers: Headers) =>
    DOORS[name]?.({ ...SAYS_NOTHING, ...headers, ...(headers.Origin === 'own' ? { Origin: service.issuer } : {}) });

  test.each(SENDERS)('by %s', async (_sender, headers, status) => {
    expect(await ask(headers)).toBe(status);
    expect(await issued()).toBe(status === 303 ? 1 : 0);
  });
});

describe('/authorize', () => {
  test.each(['GET', 'POST'])('accepts a %s of the relying party, whatever origins may call the API', async (method) => {
    await set({ origins: ['https://other.example'] });
    expect(await DOORS[`${method} /authorize`]?.({ ...SAYS_NOTHING, Origin: RELYING_PARTY, Accept: PAGE })).toBe(303);
    expect(await issued()).toBe(1);
  });

  test('accepts the form of any site where the browser says that it navigates', async () => {
    const navigates = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Site': 'cross-site' };
    expect(await DOORS['POST /authorize']?.({ ...navigates, Origin: EVIL, Accept: PAGE })).toBe(303);
    expect(await issued()).toBe(1);
  });

  test('shows the person behind a foreign form a page, and keeps the place of a visitor', async () => {
    const { url } = await startLogin(service.issuer);
    const form = Object.fromEntries(new URL(url).searchParams);
    const foreign = { ...SAYS_NOTHING, Origin: EVIL, Accept: PAGE };
    const refused = await createBrowser().post(`${service.issuer}/authorize`, form, foreign);
    expect([refused.status, refused.text.includes('frame_refused')]).toEqual([403, true]);
    expect(refused.headers['content-type']).toContain('text/html');
    const browser = createBrowser();
    await browser.get(url);
    const again = await browser.get(url, foreign);
    expect(again.location).toContain('/rooms/sale/wait?');
    expect(await issued()).toBe(1);
  });
});

describe('the gate', () => {
  test.each<[string, Headers, number]>([
    ['a fetch of a foreign page', { Origin: EVIL, Accept: '*/*' }, 401],
    ['a fetch of a foreign page that asks for HTML', { Origin: EVIL, Accept: PAGE }, 401],
    ['a fetch of the site itself', { Origin: SITE, Accept: '*/*' }, 401],
    ['a navigation', { Accept: PAGE }, 302],
    ['a navigation that repeats the origin of a form of the site', { Origin: SITE, Accept: PAGE }, 302],
  ])('answers %s', async (_sender, headers, status) => {
    const answer = await createBrowser().get(`${service.listensOn}/rooms/sale/gate/check`, {
      ...{ 'X-Original-Method': 'GET', 'X-Original-URL': `${SITE}/buy`, ...SAYS_NOTHING, ...headers },
    });
    expect(answer.status).toBe(status);
  });
});

describe('the tickets API', () => {
  test.each<[string, Headers, number]>([
    ['a foreign page', { Origin: EVIL }, 403],
    ['a sandboxed page', { Origin: 'null' }, 403],
    ["the room's site", { Origin: SITE }, 201],
    ['a program', {}, 201],
  ])('answers a join of %s', async (_sender, headers, status) => {
    const answer = await fetch(`${service.issuer}/rooms/sale/tickets`, { method: 'POST', headers });
    expect(answer.status).toBe(status);
    expect(await issued()).toBe(status === 201 ? 1 : 0);
  });
});
