/** One browser's cookies in many browsers: at /enter, and at the gate of a site. */
import { beforeEach, describe, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { type Answer, type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { COOKIE_KEYS } from '#support/service.ts';
import { createPassOffice } from '#waiting-room/passes.ts';
import { createSeal } from '#waiting-room/seal.ts';
import { comeBack, enterUrl, SALE, SITE, tokenOf, verified } from './room.ts';

const COPIES = 60;
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const NEWER_FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0';
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36';

onEachStore('the cookies of a visitor', { rooms: [SALE], trustProxy: 1 }, (service) => {
  let browser: Browser;

  const operations = () => service.waitingRoom.operations;
  const set = (more: object) => operations().putRoom(roomSettings.parse({ ...SALE, ...more }));
  beforeEach(async () => {
    await set({});
    await operations().reset('sale');
    browser = createBrowser();
  });

  function copyOf(original: Browser): Browser {
    const copy = createBrowser();
    for (const [name, value] of original.cookies) copy.cookies.set(name, value);
    return copy;
  }

  /** Comes to /enter and goes where it is sent: to the site, or to a page. */
  const enter = (by: Browser, path = '/') => by.follow(enterUrl(service, `${SITE}${path}`), service.issuer);

  /** A request that a proxy asks the gate about. */
  function check(path: string, { cookie = '', agent = FIREFOX, navigates = true, address = '192.0.2.1' } = {}) {
    const { pathname, search } = new URL(path, SITE);
    return createBrowser().get(`${service.issuer}/rooms/sale/gate/check`, {
      ...(navigates ? {} : { 'Sec-Fetch-Mode': 'cors', Accept: '*/*' }),
      ...(cookie === '' ? {} : { Cookie: cookie }),
      'User-Agent': agent,
      'X-Forwarded-For': address,
      'X-Forwarded-Method': 'GET',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'shop.example',
      'X-Forwarded-Uri': pathname + search,
    });
  }
  const cookieOf = ({ headers }: Answer) => headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const siteOf = (url: string) => (url.startsWith(SITE) ? url.slice(SITE.length) : null);

  /** The gate's cookie for a token that is in the site's URL; '' if it accepts none. */
  const exchange = async (url: string, more: Parameters<typeof check>[1] = {}) =>
    cookieOf(await check(siteOf(url) ?? '/', more));
  const isInside = async (cookie: string, more: Parameters<typeof check>[1] = {}) =>
    (await check('/', { cookie, ...more })).status === 204;

  test(`copied ${COPIES} times are good for three gate sessions, with the one that they were copied from`, async () => {
    const sessions = [await exchange(await comeBack(service, browser))];
    const copies = Array.from({ length: COPIES }, () => copyOf(browser));
    for (let batch = 0; batch < COPIES; batch += 20) {
      const urls = await Promise.all(copies.slice(batch, batch + 20).map((copy) => enter(copy)));
      for (const { location } of urls) if (siteOf(location)) sessions.push(await exchange(location));
    }
    const inside = await Promise.all(sessions.map((cookie) => cookie !== '' && isInside(cookie)));
    expect(inside.filter(Boolean)).toHaveLength(3);
  }, 120_000);

  test(`copied ${COPIES} times are good for three tokens, also where a site verifies them by itself`, async () => {
    const tokens = new Set([tokenOf(await comeBack(service, browser))]);
    const copies = Array.from({ length: COPIES }, () => copyOf(browser));
    for (let batch = 0; batch < COPIES; batch += 20) {
      const urls = await Promise.all(copies.slice(batch, batch + 20).map((copy) => enter(copy)));
      for (const { location } of urls) if (siteOf(location)) tokens.add(tokenOf(location));
    }
    expect(tokens.size).toBe(3);
    for (const token of tokens) await verified(service, token);
  }, 120_000);

  test('that are one too many get a page, and may take over: the gate lets out the others', async () => {
    const honest = await exchange(await comeBack(service, browser));
    expect(await isInside(honest)).toBe(true);
    const copies = [1, 2, 3].map(() => copyOf(browser));
    const others: string[] = [];
    for (const copy of copies.slice(0, 2)) others.push(await exchange((await enter(copy)).location));
    const [, , last = browser] = copies;
    const { text, url } = await enter(last);
    expect(text).toContain('Your place is in use in another browser');

    const taken = await last.post(url, { take_over: '1' });
    const cookie = await exchange((await last.follow(taken.location, service.issuer)).location);
    expect(await isInside(cookie)).toBe(true);
    service.time.pass(2000);
    for (const other of [honest, ...others]) {
      expect(await isInside(other)).toBe(false);
      expect((await check('/api', { cookie: other, navigates: false })).status).toBe(401);
    }
    expect(await isInside(cookie)).toBe(true);
    expect((await enter(browser)).text).toContain('Your place is in use in another browser');
  });

  test('are good for tabs that come to /enter at the same moment', async () => {
    await comeBack(service, browser);
    const tabs = await Promise.all([1, 2, 3, 4, 5].map((tab) => enter(browser, `/${tab}`)));
    expect(new Set(tabs.map(({ location }) => tokenOf(location))).size).toBe(5);
    const cookies = [];
    for (const { location } of tabs) cookies.push(await exchange(location));
    expect(await Promise.all(cookies.map((cookie) => isInside(cookie)))).toEqual(Array(5).fill(true));
    await expect(enter(browser)).resolves.toHaveProperty('location', expect.stringContaining('anteroom_token='));
  }, 30_000);

  test('lock nobody out whose answer was lost', async () => {
    await comeBack(service, browser);
    const before = new Map(browser.cookies);
    await enter(browser);
    browser.cookies.clear();
    for (const [name, value] of before) browser.cookies.set(name, value);
    expect(siteOf((await enter(browser)).location)).toContain('anteroom_token=');
  }, 30_000);

  describe("the gate's cookie", () => {
    const enterBy = async (agent: string, address?: string) =>
      exchange(await comeBack(service, browser), { agent, ...(address ? { address } : {}) });

    test('is good for updates of the browser, and in another browser for no navigation', async () => {
      const cookie = await enterBy(FIREFOX);
      expect(await isInside(cookie, { agent: NEWER_FIREFOX })).toBe(true);
      const other = await check('/seats', { cookie, agent: CHROME });
      expect([other.status, other.location]).toEqual([302, expect.stringContaining('/rooms/sale/enter?')]);
      expect(await isInside(cookie, { agent: CHROME, navigates: false })).toBe(true);
      expect(await isInside(cookie)).toBe(true);
    });

    test('lets the visitor in again by the other browser of the same machine that has the place', async () => {
      const cookie = await enterBy(FIREFOX);
      // The browser asks for the site as a desktop does, and has the same cookies.
      const { location } = await enter(browser);
      const again = await exchange(location, { agent: CHROME });
      expect(await isInside(again, { agent: CHROME })).toBe(true);
      expect(cookie).not.toBe('');
    });

    test('is bound to the address where the room says so', async () => {
      await set({ bind: 'address' });
      const cookie = await enterBy(FIREFOX, '192.0.2.1');
      expect(await isInside(cookie, { address: '192.0.2.1' })).toBe(true);
      expect(await isInside(cookie, { address: '192.0.2.2' })).toBe(false);
      expect(await isInside(cookie, { address: '192.0.2.2', navigates: false })).toBe(true);
      await set({ bind: 'browser' });
      service.time.pass(2000);
      expect(await isInside(cookie, { address: '192.0.2.2' })).toBe(true);
    });

    test('is bound to nothing where the room says so', async () => {
      await set({ bind: 'off' });
      const cookie = await enterBy(FIREFOX);
      expect(await isInside(cookie, { agent: CHROME, address: '192.0.2.2' })).toBe(true);
    });

    test('of an earlier version stays valid', async () => {
      await exchange(await comeBack(service, browser));
      const sub = String((await verified(service, tokenOf((await enter(browser)).location))).payload.sub);
      const admission = await service.waitingRoom.visitors.admission('sale', sub);
      if (!admission) throw new Error('there is no admission');
      const office = createPassOffice(createSeal(COOKIE_KEYS));
      const cookie = `__Host-anteroom_gate_sale=${office.seal('sale', admission)}`;
      expect(await isInside(cookie, { agent: CHROME })).toBe(true);
    });
  });
});
