/** One browser's cookies in many browsers, beside one browser whose tabs and answers go wrong in honest ways. */
import * as client from 'openid-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { samplesOf } from '#support/metric-samples.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { arrive, type LoginOptions, startLogin } from '#support/relying-party.ts';
import { comeBack, goIn, relying_parties, rooms } from './visit.ts';

const COPIES = 60;

onEachStore('the cookies of a visitor', { rooms, relying_parties }, (service) => {
  let browser: Browser;

  beforeEach(async () => {
    await service.waitingRoom.operations.reset('sale');
    browser = createBrowser();
  });

  function copyOf(original: Browser): Browser {
    const copy = createBrowser();
    for (const [name, value] of original.cookies) copy.cookies.set(name, value);
    return copy;
  }

  /** Logs in with a browser that goes where it is sent. */
  async function logIn(by: Browser, options: LoginOptions = {}) {
    const login = await startLogin(service.issuer, options);
    const { location, text, url } = await by.follow(login.url, service.issuer);
    return { login, callback: location, text, url };
  }
  const exchange = ({ login, callback }: Pick<Awaited<ReturnType<typeof logIn>>, 'login' | 'callback'>) =>
    login.exchange(callback);
  const tokensOf = async (visit: Awaited<ReturnType<typeof logIn>>) =>
    visit.callback.includes('code=') ? exchange(visit).catch(() => null) : null;
  const sessionsOf = async (sub: string) => (await service.waitingRoom.visitors.admission('sale', sub))?.sessions;
  const suspicions = () => service.told.filter(({ type }) => type === 'abuse.suspected');

  async function goInside() {
    const { login, callback } = await goIn(service, { browser });
    const tokens = await exchange({ login, callback });
    return { login, tokens, sub: tokens.claims()?.sub ?? '' };
  }

  /** How many of the browsers get tokens. */
  async function inside(browsers: readonly Browser[]): Promise<number> {
    let count = 0;
    for (let batch = 0; batch < browsers.length; batch += 20) {
      const logins = await Promise.all(browsers.slice(batch, batch + 20).map((each) => logIn(each)));
      for (const login of logins) if (await tokensOf(login)) count += 1;
    }
    return count;
  }

  /** The same, one after the other. */
  async function inTurn(browsers: readonly Browser[]): Promise<number> {
    let count = 0;
    for (const each of browsers) count += await inside([each]);
    return count;
  }

  test(`copied ${COPIES} times are good for three browsers, with the one that they were copied from`, async () => {
    await goInside();
    expect(await inside(Array.from({ length: COPIES }, () => copyOf(browser)))).toBe(2);
  }, 120_000);

  test(`copied ${COPIES} times from a browser that waits are good for three browsers`, async () => {
    await arrive(browser, service.issuer);
    const copies = Array.from({ length: COPIES }, () => copyOf(browser));
    await service.waitingRoom.operations.raise('sale', 1);
    let count = 0;
    for (let batch = 0; batch < COPIES; batch += 20) {
      const logins = copies.slice(batch, batch + 20).map(async (copy) => {
        const { login, page, answer } = await arrive(copy, service.issuer);
        const first = page.startsWith(`${service.issuer}/rooms/`) ? (await copy.post(page)).location : answer.location;
        const { location } = first.includes('code=') ? { location: first } : await copy.follow(first, service.issuer);
        return { login, callback: location };
      });
      for (const { login, callback } of await Promise.all(logins)) {
        if (callback.includes('code=') && (await exchange({ login, callback }).catch(() => null))) count += 1;
      }
    }
    expect(count).toBe(3);
  }, 120_000);

  test('that were copied are told to operators once, by visitor and address', async () => {
    const { sub } = await goInside();
    const before = suspicions().length;
    await inTurn(Array.from({ length: 5 }, () => copyOf(browser)));
    expect(suspicions().slice(before)).toMatchObject([
      { room: 'sale', reason: 'copied_admission', sub, address_hash: expect.stringMatching(/^[\w-]{8}$/) },
    ]);
  });

  test('that were copied are counted by what became of the copy', async () => {
    await goInside();
    const counts = async () => {
      const samples = samplesOf(await (await fetch(`${service.issuer}/metrics`)).text(), 'anteroom_copies_total');
      return ['admitted', 'refused'].map((outcome) =>
        Number(samples.find((sample) => sample.includes(`outcome="${outcome}"`))?.split(' ')[1] ?? 0),
      );
    };
    const before = await counts();
    await inTurn(Array.from({ length: 5 }, () => copyOf(browser)));
    expect((await counts()).map((count, n) => count - (before[n] ?? 0))).toEqual([1, 3]);
  });

  test('that are one too many get a page, and nothing without one', async () => {
    await goInside();
    const copies = [1, 2, 3].map(() => copyOf(browser));
    expect(await inTurn(copies.slice(0, 2))).toBe(2);
    const [, , last = browser] = copies;
    const { text, callback } = await logIn(last);
    expect(callback).toBe('');
    expect(text).toContain('Your place is in use in another browser');
    const silent = await logIn(last, { more: { prompt: 'none' } });
    expect(new URL(silent.callback).searchParams.get('error')).toBe('login_required');
  });

  describe('in a browser that takes over', () => {
    async function takeOver() {
      const honest = await goInside();
      const copies = [1, 2, 3].map(() => copyOf(browser));
      expect(await inTurn(copies.slice(0, 2))).toBe(2);
      const [, , last = browser] = copies;
      const { login, url } = await logIn(last);
      const taken = await last.post(url, { take_over: '1' });
      const back = await last.follow(taken.location, service.issuer);
      return { honest, copies, last, login, callback: back.location };
    }

    test('give it tokens, and end those of the others', async () => {
      const { honest, login, callback } = await takeOver();
      const tokens = await exchange({ login, callback });
      expect(tokens.claims()?.sub).toBe(honest.sub);
      const active = async ({ access_token }: { access_token: string }) =>
        (await client.tokenIntrospection(login.config, access_token)).active;
      expect(await active(tokens)).toBe(true);
      expect(await active(honest.tokens)).toBe(false);
      await expect(client.fetchUserInfo(login.config, honest.tokens.access_token, honest.sub)).rejects.toThrow();
      await expect(client.fetchUserInfo(login.config, tokens.access_token, honest.sub)).resolves.toBeTruthy();
    });

    test('show the others the page, and nobody but it comes in', async () => {
      const { login, callback, copies, last } = await takeOver();
      await exchange({ login, callback });
      for (const other of [browser, ...copies.slice(0, 2)]) {
        expect((await logIn(other)).text).toContain('Your place is in use in another browser');
      }
      await expect(tokensOf(await logIn(last))).resolves.toBeTruthy();
    });

    test('are not taken over by a form of another site', async () => {
      await goInside();
      const copies = [1, 2, 3].map(() => copyOf(browser));
      expect(await inTurn(copies.slice(0, 2))).toBe(2);
      const [, , last = browser] = copies;
      const { url } = await logIn(last);
      const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
      await last.post(url, { take_over: '1' }, foreign);
      expect((await logIn(last)).text).toContain('Your place is in use in another browser');
    });
  });

  describe('of one browser, in tabs that log in at the same moment,', () => {
    test('are never counted as copies', async () => {
      const { sub } = await goInside();
      const tabs = await Promise.all(Array.from({ length: 8 }, () => logIn(browser)));
      const tokens = await Promise.all(tabs.map(exchange));
      expect(new Set(tokens.map((each) => each.claims()?.sub))).toEqual(new Set([sub]));
      expect((await sessionsOf(sub))?.list).toHaveLength(1);
      await exchange(await logIn(browser));
    }, 30_000);
  });

  describe('of one browser whose answers are lost', () => {
    /** Requests, and gets nothing of the answer. */
    async function lose(): Promise<{ login: Awaited<ReturnType<typeof startLogin>>; callback: string }> {
      const before = new Map(browser.cookies);
      const visit = await logIn(browser);
      browser.cookies.clear();
      for (const [name, value] of before) browser.cookies.set(name, value);
      return visit;
    }

    test('are good for another answer, as often as it takes, and the lost codes are void', async () => {
      const { sub } = await goInside();
      const lost = [await lose(), await lose(), await lose(), await lose()];
      const visit = await logIn(browser);
      for (const each of lost) await expect(exchange(each)).rejects.toMatchObject({ error: 'invalid_grant' });
      await expect(exchange(visit)).resolves.toBeTruthy();
      expect((await sessionsOf(sub))?.list).toHaveLength(1);
      await expect(exchange(await logIn(browser))).resolves.toBeTruthy();
    }, 30_000);

    test('are good for another answer at the first login of a visitor who waited', async () => {
      const { login, page } = await arrive(browser, service.issuer);
      await service.waitingRoom.operations.raise('sale', 1);
      const claimed = await browser.post(page);
      const before = new Map(browser.cookies);
      const lost = await browser.follow(claimed.location, service.issuer);
      browser.cookies.clear();
      for (const [name, value] of before) browser.cookies.set(name, value);
      const { location } = await browser.follow(claimed.location, service.issuer);
      await expect(exchange({ login, callback: lost.location })).rejects.toMatchObject({ error: 'invalid_grant' });
      const tokens = await exchange({ login, callback: location });
      expect((await sessionsOf(tokens.claims()?.sub ?? ''))?.list).toHaveLength(1);
    }, 30_000);
  });

  test('are new with another admission of the visitor', async () => {
    const { sub } = await goInside();
    await inTurn([1, 2, 3].map(() => copyOf(browser)));
    await service.waitingRoom.operations.exits('sale', { exited: 0, completed: [sub], abandoned: [] });
    const again = await goInside();
    expect(again.sub).toBe(sub);
    expect((await comeBack(service, browser)).outcome).toBe('code');
  });

  test('are good for ten more logins a minute', async () => {
    await goInside();
    for (let more = 0; more < 10; more++) await expect(tokensOf(await logIn(browser))).resolves.toBeTruthy();
    const busy = await logIn(browser);
    expect(busy.callback).toBe('');
    service.time.pass(60_000);
    await expect(tokensOf(await logIn(browser))).resolves.toBeTruthy();
  });
});
