import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { arrive, facts, type Login, REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { startService, type TestService } from '#support/service.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { type DurableRedis, startDurableRedis } from './durable-redis.ts';

const rooms = [{ id: 'sale', title: 'Spring sale' }];
const relying_parties = [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }];

describe.each(['killed', 'frozen'] as const)('while Redis is %s', (how) => {
  let redis: DurableRedis;
  let store: Store;
  let service: TestService;
  let waiting: { browser: Browser; login: Login; page: string; number: number };
  let late: Login;
  /** An admitted visitor's unredeemed code and access token. */
  let inside: { login: Login; callback: string; accessToken: string };

  beforeAll(async () => {
    redis = await startDurableRedis();
    store = await openRedisStore({ url: redis.url });
    service = await startService({ store, rooms, relying_parties });
  });
  afterAll(async () => {
    await service?.close();
    await store?.close();
    await redis?.stop();
  });

  const letIn = () => service.waitingRoom.operations.raise('sale', 1);
  const fetchHere = (path: string, init: RequestInit = {}) => fetch(service.issuer + path, init);
  async function goIn(browser: Browser) {
    const { login, page } = await arrive(browser, service.issuer);
    await letIn();
    const back = await browser.follow((await browser.post(page)).location, service.issuer);
    return { login, callback: back.location };
  }
  /** Polls until the store is back. */
  const whenBack = <T>(ask: () => Promise<T>, is: (answer: T) => boolean) =>
    expect.poll(async () => is(await ask()), { timeout: 15_000, interval: 200 }).toBe(true);

  beforeEach(async () => {
    await service.waitingRoom.operations.reset('sale');
    const guest = createBrowser();
    const first = await goIn(guest);
    const accessToken = (await first.login.exchange(first.callback)).access_token;
    const login = await startLogin(service.issuer);
    inside = { login, callback: (await guest.get(login.url)).location, accessToken };
    expect(inside.callback).toContain('code=');

    const browser = createBrowser();
    const { login: pending, page } = await arrive(browser, service.issuer);
    const { number } = (await facts(browser, page)).json();
    waiting = { browser, login: pending, page, number: Number(number) };
    late = await startLogin(service.issuer);
    await redis[how].begin();
  });

  test('no place is lost, every request says so, and service resumes by itself', async () => {
    const { browser, page, number } = waiting;

    // The last snapshot answers for some seconds.
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number });
    expect((await browser.get(page)).text).toContain('You are in line');
    expect((await fetchHere('/rooms/sale/status')).status).toBe(200);

    // A newcomer gets a page that retries by itself, and no number.
    const newcomer = createBrowser();
    const refused = await newcomer.get(late.url);
    expect([refused.status, refused.headers['content-type']]).toEqual([503, expect.stringMatching('text/html')]);
    expect(refused.headers).toMatchObject({ 'retry-after': '5', refresh: '5' });
    expect([refused.location, newcomer.cookies.size]).toEqual(['', 0]);

    const [live, ready] = [await fetchHere('/livez'), await fetchHere('/readyz')];
    expect([live.status, ready.status, ready.headers.has('retry-after')]).toEqual([200, 503, true]);

    // A claim needs the store and says that it is unavailable.
    const claim = await browser.post(page);
    expect([claim.status, claim.headers['content-type']]).toEqual([503, expect.stringMatching('text/html')]);

    // A relying party is asked to retry; neither the code nor the token is called invalid.
    const { searchParams } = new URL(inside.callback);
    const redeem = () =>
      fetchHere('/token', {
        method: 'POST',
        headers: { Authorization: `Basic ${btoa(`shop:${encodeURIComponent(SECRET)}`)}` },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code: searchParams.get('code') ?? '',
          redirect_uri: REDIRECT_URI,
          code_verifier: inside.login.verifier,
        }),
      });
    const token = await redeem();
    expect([token.status, await token.json()]).toEqual([
      503,
      { error: 'temporarily_unavailable', error_description: expect.any(String) },
    ]);
    expect(token.headers.get('retry-after')).toBe('5');
    const askUserinfo = () => fetchHere('/userinfo', { headers: { Authorization: `Bearer ${inside.accessToken}` } });
    expect((await askUserinfo()).status).toBe(503);

    // Each failed operation is counted under its name.
    const text = await (await fetchHere('/metrics')).text();
    for (const operation of ['join', 'claim', 'ping', 'oidc_records.find']) {
      expect(text).toMatch(new RegExp(`anteroom_store_errors_total\\{operation="${operation}"\\} [1-9]`));
    }

    // Ten seconds later the snapshot is too old: the page says so, and the APIs refuse.
    service.time.pass(10_000);
    const stale = await facts(browser, page);
    expect([stale.status, stale.json().code]).toEqual([503, 'store_unavailable']);
    expect(Number(stale.headers['retry-after'])).toBeGreaterThan(0);
    expect((await fetchHere('/rooms/sale/status')).status).toBe(503);
    const html = await browser.get(page);
    expect([html.status, html.text]).toEqual([200, expect.stringContaining('Your place is kept')]);
    expect(html.text).toMatch(`>${number}<`);

    // A person at another page's address gets the page that retries by itself, in their language.
    for (const path of ['storage', 'draws/opening']) {
      const other = await browser.get(`${service.issuer}/rooms/sale/${path}`, {
        ...{ Accept: 'text/html', 'Accept-Language': 'ar' },
      });
      expect([other.status, other.headers['content-type']]).toEqual([503, 'text/html; charset=utf-8']);
      expect(other.headers).toMatchObject({ 'retry-after': '5', refresh: '5', 'cache-control': 'no-store' });
      expect(other.text).toContain('<html lang="ar" dir="rtl">');
      expect(other.text).toMatch(/<title>[^<]+<\/title>/);
      expect(other.text).toContain('<a href="">');
    }

    await redis[how].end();
    await whenBack(
      () => fetchHere('/readyz'),
      ({ status }) => status === 200,
    );
    await whenBack(
      () => facts(browser, page),
      ({ status }) => status === 200,
    );
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number });
    expect((await fetchHere('/rooms/sale/status')).status).toBe(200);

    // The code can be redeemed now, once.
    const redeemed = await redeem();
    expect(redeemed.status).toBe(200);
    expect((await redeem()).status).toBe(400);

    // The newcomer joins behind, and the first in line is admitted with the same number.
    const { page: behind } = await arrive(newcomer, service.issuer);
    expect(Number((await facts(newcomer, behind)).json().number)).toBeGreaterThan(number);
    await service.waitingRoom.operations.raise('sale', 1);
    const back = await browser.follow((await browser.post(page)).location, service.issuer);
    expect((await waiting.login.exchange(back.location)).claims()).toMatchObject({ number });
  });

  test('a process that starts without the store waits for it and answers in the meantime', async () => {
    const other = await openRedisStore({ url: redis.url });
    const started = startService({ store: other });
    const alone = await started;
    expect((await fetch(`${alone.issuer}/livez`)).status).toBe(200);
    expect((await fetch(`${alone.issuer}/readyz`)).status).toBe(503);
    expect((await fetch(`${alone.issuer}/rooms/sale/status`)).status).toBe(503);
    await redis[how].end();
    await whenBack(
      () => fetch(`${alone.issuer}/rooms/sale/status`),
      ({ status }) => status === 200,
    );
    await alone.close();
    await other.close();
  });
});
