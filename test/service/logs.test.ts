import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { arrive, facts, type Login, REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { ADMIN_TOKEN, COOKIE_KEYS, startService, type TestService } from '#support/service.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { push } from '../oidc/pushed-request.ts';
import { arriveStored } from '../oidc/stored-request.ts';

const rooms = [{ id: 'sale' }];
const relying_parties = [
  {
    client_id: 'shop',
    client_secret: SECRET,
    room: 'sale',
    redirect_uris: [REDIRECT_URI],
    post_logout_redirect_uris: ['http://127.0.0.1:9/bye'],
  },
];

describe('the log at level trace', () => {
  let redis: RedisServer;
  let store: Store;
  let service: TestService;
  /** Secrets, each with its name. */
  const secrets = new Map<string, string>();

  beforeAll(async () => {
    redis = await startRedis();
    store = await openRedisStore({ url: redis.url });
    service = await startService({ store, rooms, relying_parties });
  });
  afterAll(async () => {
    await service?.close();
    await store?.close();
    await redis?.stop();
  });

  function keep(what: string, value: string | undefined): void {
    // Short values appear in a log by chance.
    if (value && value.length >= 12) secrets.set(value, what);
  }
  function keepQuery(what: string, url: string): void {
    const [, query = ''] = url.split('?');
    keep(`query of ${what}`, query);
    for (const [name, value] of new URLSearchParams(query)) {
      if (['redirect_uri', 'post_logout_redirect_uri', 'iss'].includes(name)) continue;
      keep(`${name} of ${what}`, value);
      keep(`${name} of ${what}, encoded`, encodeURIComponent(value));
    }
  }
  function keepCookies(browser: Browser): void {
    for (const [name, value] of browser.cookies) keep(`cookie ${name}`, value);
  }

  type Begin = (browser: Browser) => Promise<{ login: Login; page: string }>;
  async function wholeFlow(begin: Begin): Promise<string> {
    const browser = createBrowser();
    const { login, page } = await begin(browser);
    keep('verifier', login.verifier);
    keepQuery('the request', login.url);
    keepQuery('the waiting page', page);
    keepCookies(browser);
    await browser.get(page);
    await facts(browser, page);
    await facts(browser, `${page}x`);
    await browser.get(`${page}x`);
    await browser.post(page, { rejoin: '1' });
    await service.waitingRoom.operations.raise('sale', 1);
    const claimed = await browser.post(page);
    keepQuery('the claim', claimed.location);
    keepCookies(browser);
    const back = await browser.follow(claimed.location, service.issuer);
    keepQuery('the callback', back.location);
    keepCookies(browser);
    const tokens = await login.exchange(back.location);
    keep('access token', tokens.access_token);
    keep('ID token', tokens.id_token);
    await expect(login.exchange(back.location)).rejects.toThrow();
    await fetch(`${service.issuer}/userinfo`, { headers: { Authorization: `Bearer ${tokens.access_token}` } });
    await fetch(`${service.issuer}/userinfo`, { headers: { Authorization: `Bearer ${tokens.access_token}` } });

    const hint = tokens.id_token ?? '';
    await browser.get((await startLogin(service.issuer, { more: { prompt: 'none', id_token_hint: hint } })).url);
    const logout = `${service.issuer}/end-session?id_token_hint=${hint}&state=a-state-of-the-logout`;
    keepQuery('the logout', logout);
    const form = await browser.get(logout);
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(form.text) ?? [];
    keep('xsrf', xsrf);
    await browser.post(`${service.issuer}/end-session/confirm`, { xsrf, logout: 'yes' });
    return login.url;
  }

  async function faults(url: string): Promise<void> {
    const browser = createBrowser();
    await browser.get(`${url}&response_type=twice`);
    await browser.get(url, { Accept: 'application/json' });
    await browser.get(url.replace('client_id=shop', 'client_id=a-client-that-is-unknown'));
    await browser.get(url.replace('callback', 'a-foreign-callback'));
    await browser.get(`${service.issuer}/authorize/a-made-up-interaction`);
    await browser.get(`${service.issuer}/nothing?token=a-token-in-a-query`);
    keep('query of nothing', 'a-token-in-a-query');
    for (const secret of ['a-wrong-secret-of-the-shop', SECRET]) {
      keep('secret of the shop', secret);
      const authorization = `Basic ${btoa(`shop:${encodeURIComponent(secret)}`)}`;
      keep('basic credentials', authorization.slice(6));
      await fetch(`${service.issuer}/token`, {
        method: 'POST',
        headers: { Authorization: authorization },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          code: 'a-made-up-code',
          redirect_uri: REDIRECT_URI,
        }),
      });
    }
    keep('code', 'a-made-up-code');
    for (const token of [ADMIN_TOKEN, 'a-wrong-admin-token']) {
      keep('admin token', token);
      await fetch(`${service.issuer}/admin/v1/rooms`, { headers: { Authorization: `Bearer ${token}` } });
    }
    browser.cookies.set('anteroom_ticket_sale', 'a-ticket-that-is-none');
    keep('ticket', 'a-ticket-that-is-none');
    await browser.get(url);
  }

  test('contains no code, token, ticket, cookie, secret, state or query, whether requests succeed or fail', async () => {
    for (const key of COOKIE_KEYS) keep('cookie key', key);
    await wholeFlow((browser) => arriveStored(browser, { issuer: service.issuer, store }));
    await wholeFlow(async (browser) => {
      const { login, url, requestUri } = await push(service.issuer);
      keep('request_uri', requestUri);
      return { login, page: (await browser.get(url)).location };
    });
    const url = await wholeFlow((browser) => arrive(browser, service.issuer, { scope: 'openid email' }));
    await faults(url);

    const browser = createBrowser();
    const { login, page } = await arrive(browser, service.issuer);
    keepQuery('the request', login.url);
    keepQuery('the waiting page', page);
    keepCookies(browser);
    await redis.stop();
    service.time.pass(10_000);
    expect((await facts(browser, page)).status).toBe(503);
    await browser.post(page);
    await browser.get(login.url);
    await faults(login.url);
    expect((await fetch(`${service.issuer}/readyz`)).status).toBe(503);

    const log = service.logged.join('');
    expect(secrets.size).toBeGreaterThan(50);
    expect(service.logged.length).toBeGreaterThan(40);
    expect([...secrets].filter(([value]) => log.includes(value)).map(([, what]) => what)).toEqual([]);
  });

  test('has the method, path, status and duration of each request', () => {
    const requests = service.logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
    expect(requests).toContainEqual(
      expect.objectContaining({ door: 'oidc', method: 'GET', path: '/authorize', status: 303, ms: expect.any(Number) }),
    );
    expect(requests).toContainEqual(expect.objectContaining({ path: '/rooms/sale/wait', status: 200 }));
  });

  test('says why the store is unavailable', () => {
    expect(service.logged.filter((line) => line.includes('store does not answer')).length).toBeGreaterThan(0);
  });
});
