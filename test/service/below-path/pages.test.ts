/** Every page, below the path of a public URL: all that it leads to is below the path too, and is there. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Answer, type Browser, createBrowser } from '#support/browser.ts';
import { enterWith } from '#support/enter.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { arrive, REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { createTime } from '#support/time.ts';
import { headingOf } from '../../oidc/waiting-page.ts';
import { SITE } from '../../public/room.ts';
import { isBelow, referencesOf, type WatchedBrowser, watchedBrowser } from './watched-browser.ts';

const MINUTE = 60_000;
const BROWSER = { 'Sec-Fetch-Dest': 'document' };

const time = createTime();
const iso = (after: number) => new Date(time.now() + after).toISOString();
const rooms = [
  { id: 'sale', title: 'Spring sale', presence: { timeout: '48h' }, return_urls: [`${SITE}/`] },
  { id: 'closed', mode: 'closed' },
  { id: 'early', events: [{ id: 'opening', prequeue_start: iso(-MINUTE), start: iso(MINUTE), end: null }] },
];
const party = { client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] };
const relying_parties = [
  { ...party, client_id: 'shop' },
  { ...party, client_id: 'careful', confirm_login: true },
  { ...party, client_id: 'proxy', profile: 'oauth2-proxy' },
  { ...party, client_id: 'closed', room: 'closed' },
  { ...party, client_id: 'early', room: 'early' },
];

const opened = embeddedStore(time.now);
const service = serviceOn(() => opened, { time, rooms, relying_parties, path: '/line' });
const url = (route: string) => service.issuer + route;
const letIn = () => service.waitingRoom.operations.raise('sale', 10);
const enter = (to: string, more = '') => url(`/rooms/sale/enter?return_to=${encodeURIComponent(to)}${more}`);

interface Page {
  readonly url: string;
  readonly answer: Answer;
}

/** A page, as a visitor comes to it. */
type Visit = (browser: WatchedBrowser) => Promise<Page>;

const at =
  (address: () => string): Visit =>
  async (browser) => ({ url: address(), answer: await browser.get(address(), BROWSER) });

/** The waiting page of a relying party's room. */
const waits =
  (clientId: string): Visit =>
  async (browser) => {
    const { page } = await arrive(browser, service.issuer, { clientId });
    return { url: page, answer: await browser.get(page) };
  };

/** The page after so many logins of an admitted visitor within a minute. */
const logins =
  (times: number): Visit =>
  async (browser) => {
    await letIn();
    for (let login = 0; login < times; login++) {
      await browser.get((await startLogin(service.issuer)).url, BROWSER);
    }
    return at(await startLogin(service.issuer).then((login) => () => login.url))(browser);
  };

/** Goes where it is sent, and takes the tokens if there are any. */
async function logIn(browser: Browser): Promise<Page> {
  const login = await startLogin(service.issuer);
  const { url: page, ...answer } = await browser.follow(login.url, service.issuer);
  if (answer.location.includes('code=')) await login.exchange(answer.location);
  return { url: page, answer };
}

/** Logs in, and asks to log out. */
async function leaving(browser: WatchedBrowser): Promise<Page> {
  await letIn();
  const login = await startLogin(service.issuer);
  const { id_token } = await login.exchange((await browser.get(login.url)).location);
  return at(() => url(`/end-session?id_token_hint=${id_token}`))(browser);
}

/** By view: the headings that it can have, and how visitors come to it. */
const pages: Readonly<Record<string, readonly [RegExp, ...Visit[]]>> = {
  waiting: [
    /^(?:You are early|You are in line|It is your turn)$/,
    waits('shop'),
    waits('early'),
    async (browser) => {
      const page = await waits('shop')(browser);
      await letIn();
      return at(() => page.url)(browser);
    },
  ],
  'room-closed': [/^The waiting room is closed$/, waits('closed')],
  'left-line': [
    /^You have left the line$/,
    async (browser) => {
      const { url: page } = await waits('shop')(browser);
      await browser.post(page, { leave: '1' });
      return at(() => page)(browser);
    },
    async (browser) => {
      const { location } = await enterWith(browser, enter(`${SITE}/a`));
      await browser.post(location, { leave: '1' });
      return at(() => location)(browser);
    },
  ],
  'address-altered': [
    /^This link is not complete$/,
    async (browser) => {
      const { location } = await enterWith(browser, enter(`${SITE}/a`));
      return at(() => location.replace('anteroom_stamp=', 'anteroom_stamp=x'))(browser);
    },
  ],
  'cookies-required': [
    /^Please allow cookies$/,
    at(() => enter(`${SITE}/a`, '&anteroom_again=1')),
    async (browser) => {
      const { page } = await arrive(browser, service.issuer);
      browser.cookies.clear();
      const { location: named } = await browser.get(page);
      browser.cookies.clear();
      return at(() => named)(browser);
    },
  ],
  error: [
    /^Something went wrong$/,
    at(() => url('/authorize?client_id=nobody')),
    at(() => enter('https://elsewhere.example/')),
  ],
  'return-loop': [
    /^You are in, but the site does not recognise you$/,
    async (browser) => {
      await letIn();
      for (let round = 0; round < 4; round++) await enterWith(browser, enter(`${SITE}/a`), BROWSER);
      return at(() => enter(`${SITE}/a`))(browser);
    },
  ],
  'login-loop-pause': [/^You are in, one moment$/, logins(5)],
  'login-loop': [/^You are in, but the site keeps sending you back$/, logins(12)],
  'login-restart': [
    /^You are in, but the site forgot your visit$/,
    async (browser) => {
      const { url: page } = await waits('shop')(browser);
      time.pass(11 * MINUTE);
      await letIn();
      for (let round = 0; round < 2; round++) await browser.post(page);
      return { url: page, answer: await browser.post(page) };
    },
  ],
  'other-tab': [
    /^You are in, one tab at a time$/,
    async (browser) => {
      const [older, newer] = [await waits('proxy')(browser), await waits('proxy')(browser)];
      await letIn();
      await browser.post(newer.url);
      return { url: older.url, answer: await browser.post(older.url) };
    },
  ],
  'confirm-login': [
    /^You are in$/,
    async (browser) => {
      await letIn();
      await browser.get((await startLogin(service.issuer, { clientId: 'careful' })).url);
      time.pass(2_000);
      const again = await startLogin(service.issuer, { clientId: 'careful', more: { prompt: 'login' } });
      const { location } = await browser.get(again.url);
      return at(() => location)(browser);
    },
  ],
  copied: [
    /^Your place is in use in another browser$/,
    async (browser) => {
      await letIn();
      const original = createBrowser();
      await logIn(original);
      const cookies = [...original.cookies];
      const logInWithCopies = (copy: Browser) => {
        for (const [name, value] of cookies) copy.cookies.set(name, value);
        return logIn(copy);
      };
      await logInWithCopies(createBrowser());
      await logInWithCopies(createBrowser());
      return logInWithCopies(browser);
    },
  ],
  landing: [/^This is a waiting room$/, at(() => url('/'))],
  storage: [/^What this page stores$/, at(() => url('/rooms/sale/storage'))],
  'confirm-logout': [/^Leave and give up your place\?$/, leaving],
  'logged-out': [
    /^Thank you$/,
    async (browser) => {
      const { answer } = await leaving(browser);
      const [, action = ''] = /action="([^"]+)"/.exec(answer.text) ?? [];
      const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(answer.text) ?? [];
      const { location } = await browser.post(action, { xsrf, logout: 'yes' });
      return at(() => location)(browser);
    },
  ],
  draw: [/^How the draw will be made$/, at(() => url('/rooms/early/draws/opening'))],
  // The last one: the store does not come back.
  unavailable: [
    /^One moment, please$/,
    async (browser) => {
      await (await opened).store.close();
      time.pass(11_000);
      return at(() => enter(`${SITE}/a`))(browser);
    },
    (browser) =>
      browser
        .get(url('/rooms/sale/gate/check'), { 'X-Original-Method': 'GET', 'X-Original-URL': `${SITE}/a` })
        // The gate's answer appears at the site.
        .then((answer) => ({ url: `${SITE}/a`, answer })),
  ],
};

test('every view is looked at', () => {
  const views = readdirSync('views').map((name) => name.replace('.ejs', ''));
  // The page of the demo is in the demo only.
  const others = ['layout', 'demo'];
  expect(Object.keys(pages).sort()).toEqual(views.filter((name) => !others.includes(name)).sort());
});

test.each(
  Object.entries(pages).flatMap(([view, [heading, ...visits]]) =>
    visits.map((visit, nth) => [view, nth + 1, heading, visit] as const),
  ),
)('the page %s (%i) leads nowhere but below the path, to what is there', async (view, _nth, heading, visit) => {
  if (view !== 'unavailable') {
    await service.waitingRoom.operations.reset('sale');
    time.pass(2_000);
  }
  const browser = watchedBrowser(service.issuer, ['http://127.0.0.1:9/', SITE]);
  const { url: page, answer } = await visit(browser);
  expect(headingOf(answer.text)).toMatch(heading);
  const references = referencesOf(answer, page).filter((each) => isBelow(service.issuer, each));
  // Every page has a style, at least.
  expect(references.some((each) => each.includes('/line/assets/'))).toBe(true);
  for (const reference of references) {
    if (reference.split('?')[0] === page.split('?')[0]) continue;
    const isForm = answer.text.includes(`method="post" action="${reference}"`);
    const { status } = isForm ? await browser.post(reference) : await browser.get(reference, BROWSER);
    // A form without its fields is refused, but there.
    const isThere = isForm ? status < 500 && status !== 404 : status < 400;
    expect([reference, isThere]).toEqual([reference, true]);
  }
  expect(browser.strays).toEqual([]);
});
