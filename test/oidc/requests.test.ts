import { request as httpRequest } from 'node:http';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore, serviceOn } from '#support/on-each-store.ts';
import { arrive, facts, type Login, REDIRECT_URI, startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { push } from './pushed-request.ts';
import { arriveStored } from './stored-request.ts';
import { numbersGiven, read, relying_parties, rooms } from './visit.ts';

onEachStore('a request to /authorize', { rooms, relying_parties }, (service) => {
  let browser: Browser;

  beforeEach(async () => {
    await service.waitingRoom.operations.reset('sale');
    browser = createBrowser();
  });

  /** The shop's request with changes; an empty field is left out. */
  async function address(changes: Record<string, string> = {}): Promise<string> {
    const url = new URL((await startLogin(service.issuer)).url);
    for (const [name, value] of Object.entries(changes)) {
      if (value === '') url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    return url.href;
  }

  describe('that must not be answered by a redirect', () => {
    test.each([
      ['an unknown client', { client_id: 'nobody' }],
      ['no client', { client_id: '' }],
      ['a redirect URI that is not registered', { redirect_uri: 'https://evil.example/callback' }],
      ['a redirect URI that begins like one that is', { redirect_uri: `${REDIRECT_URI}/../evil` }],
      ['a redirect URI with a query added', { redirect_uri: `${REDIRECT_URI}?to=https://evil.example` }],
    ])('with %s gets a page with status 400, and takes no number', async (_what, changes) => {
      const before = await numbersGiven(service);
      const answer = await browser.get(await address(changes));
      expect([answer.status, answer.location]).toEqual([400, '']);
      expect(answer.headers['content-type']).toMatch('text/html');
      expect(answer.text).not.toContain('evil.example');
      expect(await numbersGiven(service)).toBe(before);
    });
  });

  describe('that is invalid otherwise', () => {
    test.each([
      ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
      ['no response type', { response_type: '' }, 'invalid_request'],
      ['an unknown prompt', { prompt: 'select_account' }, 'invalid_request'],
      ['prompt=none with another', { prompt: 'none login' }, 'invalid_request'],
      ['a max_age that is no number', { max_age: 'soon' }, 'invalid_request'],
      ['an unknown response mode', { response_mode: 'smoke' }, 'unsupported_response_mode'],
      ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
      ['a foreign request_uri', { request_uri: 'https://evil.example/request' }, 'request_uri_not_supported'],
    ])('by %s returns to the redirect URI with the state, and takes no number', async (_what, changes, error) => {
      const before = await numbersGiven(service);
      const answer = await browser.get(await address({ ...changes, state: 'mine' }));
      expect(answer.location).toMatch(REDIRECT_URI);
      const params = new URLSearchParams(answer.location.split(/[?#]/)[1] ?? '');
      expect([params.get('error'), params.get('state')]).toEqual([error, 'mine']);
      expect(await numbersGiven(service)).toBe(before);
    });

    test('by a repeated parameter is refused, and takes no number', async () => {
      const before = await numbersGiven(service);
      const answer = await browser.get(`${await address()}&scope=email`);
      expect(read(answer).params.get('error')).toBe('invalid_request');
      expect(await numbersGiven(service)).toBe(before);
    });

    test.each(['%', '%ff%fe', 'client_id[]=shop', '?'.repeat(10), '&&&&=&='])(
      'by a malformed query (%s) gets a page with status 400',
      async (query) => {
        expect((await browser.get(`${service.issuer}/authorize?${query}`)).status).toBe(400);
      },
    );
  });

  describe("of an app's own browser", () => {
    test.each(['com.facebook.katana', 'com.instagram.android', ''])(
      'with X-Requested-With: %j is a navigation, and waits',
      async (app) => {
        const answer = await browser.get(await address(), { 'X-Requested-With': app });
        expect(read(answer).outcome).toBe('waits');
        const page = await browser.get(answer.location, { 'X-Requested-With': app });
        expect(page.text).toContain('You are in line');
      },
    );
  });

  describe('that is not a navigation', () => {
    test.each([
      ['a fetch', { 'Sec-Fetch-Mode': 'cors' }],
      ['a fetch without CORS, an image or a script', { 'Sec-Fetch-Mode': 'no-cors' }],
      ['a fetch of the same origin', { 'Sec-Fetch-Mode': 'same-origin' }],
      ['an XMLHttpRequest of a library', { 'X-Requested-With': 'XMLHttpRequest' }],
      ['a script that wants JSON', { Accept: 'application/json' }],
      ['a prefetch', { 'Sec-Purpose': 'prefetch' }],
      ['a prerender', { 'Sec-Purpose': 'prefetch;prerender' }],
      ['a prefetch of an older browser', { Purpose: 'prefetch' }],
    ])('%s gets a cheap error and takes no number', async (_what, headers) => {
      const before = await numbersGiven(service);
      for (const path of [await address(), (await address()).replace('/authorize?', '/authorize/?')]) {
        const answer = await browser.get(path, headers);
        expect(answer.status).toBe(400);
        expect(answer.headers['content-type']).toMatch('application/problem+json');
        expect(answer.json()).toMatchObject({ code: 'invalid_request' });
      }
      expect(browser.cookies.size).toBe(0);
      expect(await numbersGiven(service)).toBe(before);
    });

    test('a HEAD gets the same, without a body', async () => {
      const before = await numbersGiven(service);
      const answer = await fetch(await address(), { method: 'HEAD', redirect: 'manual' });
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([400, null]);
      expect(await numbersGiven(service)).toBe(before);
    });

    test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('a %s gets no 500, and takes no number', async (method) => {
      const before = await numbersGiven(service);
      const answer = await fetch(await address(), { method, redirect: 'manual' });
      expect(answer.status).toBeGreaterThanOrEqual(200);
      expect(answer.status).toBeLessThan(500);
      expect(await numbersGiven(service)).toBe(before);
    });
  });

  describe('by POST', () => {
    const posted = async (extra: Record<string, string> = {}) => {
      const login = await startLogin(service.issuer);
      const { searchParams } = new URL(login.url);
      return { login, form: { ...Object.fromEntries(searchParams), ...extra } };
    };

    test('continues as the same request by GET, and is admitted', async () => {
      const { login, form } = await posted();
      const answer = await browser.post(`${service.issuer}/authorize`, form);
      expect([answer.status, answer.location]).toEqual([303, expect.stringMatching(`${service.issuer}/authorize\\?`)]);
      const { url } = await browser.follow(answer.location, service.issuer);
      expect(url).toMatch('/rooms/sale/wait?');
      await letIn();
      const back = await browser.follow((await browser.post(url)).location, service.issuer);
      await expect(login.exchange(back.location)).resolves.toHaveProperty('id_token');
    });

    test('of a visitor in line keeps the number, though a POST from another site brings no cookies', async () => {
      const { page } = await arrive(browser, service.issuer);
      const { number } = (await facts(browser, page)).json();
      const { form } = await posted();
      const answer = await browser.post(`${service.issuer}/authorize`, form, { Cookie: '' });
      const { url } = await browser.follow(answer.location, service.issuer);
      expect((await facts(browser, url)).json()).toMatchObject({ number });
    });

    test.each([
      ['nothing', '', 'application/x-www-form-urlencoded'],
      ['JSON', '{}', 'application/json'],
      ['a form beyond all measure', `state=${'x'.repeat(100_000)}`, 'application/x-www-form-urlencoded'],
    ])('of %s ends at a page with status 400', async (_what, body, type) => {
      const answer = await fetch(`${service.issuer}/authorize`, {
        method: 'POST',
        headers: { 'Content-Type': type, Accept: 'text/html' },
        body,
      });
      expect(answer.status).toBe(400);
    });
  });

  const letIn = () => service.waitingRoom.operations.raise('sale', 1_000);

  /** A request that waits: at /authorize or pushed, or as an earlier version stored it. */
  type Begin = () => Promise<{ login: Login; page: string }>;
  const travelling: Begin = async () => arrive(browser, service.issuer);
  const pushed: Begin = async () => {
    const { login, url } = await push(service.issuer);
    return { login, page: (await browser.get(url)).location };
  };
  const stored: Begin = async () => arriveStored(browser, service);

  describe.each([
    ['travels', travelling, 'response_type'],
    ['was pushed (RFC 9126)', pushed, 'request_uri'],
    ['was stored by an earlier version', stored, 'anteroom_interaction'],
  ])('that %s', (_what, begin, parameter) => {
    test('waits with its address, and is admitted', async () => {
      const { login, page } = await begin();
      expect([...new URL(page).searchParams.keys()]).toContain(parameter);
      expect((await browser.get(page)).status).toBe(200);
      expect((await browser.post(page)).location).toBe(page);
      await letIn();
      const back = await browser.follow((await browser.post(page)).location, service.issuer);
      await expect(login.exchange(back.location)).resolves.toHaveProperty('id_token');
    });

    test('survives a restart while it waits, with its number', async () => {
      const { login, page } = await begin();
      const { number } = (await facts(browser, page)).json();
      await service.restart();
      expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number });
      await letIn();
      const back = await browser.follow((await browser.post(page)).location, service.issuer);
      expect((await login.exchange(back.location)).claims()).toMatchObject({ number });
    });

    test('is admitted from the older of two tabs, each with its own request', async () => {
      const [older, newer] = [await begin(), await begin()];
      await letIn();
      for (const { login, page } of [older, newer]) {
        const back = await browser.follow((await browser.post(page)).location, service.issuer);
        await expect(login.exchange(back.location)).resolves.toHaveProperty('id_token');
      }
      expect(await numbersGiven(service)).toBe(1);
    });
  });

  describe('that an earlier version stored', () => {
    test('restarts at the relying party, where the login passes at once, if its record is gone', async () => {
      const { page, id } = await arriveStored(browser, service);
      await service.store.oidcRecords.destroy('Interaction', id);
      await letIn();
      const answer = await browser.post(page);
      expect([answer.status, answer.location]).toEqual([303, new URL('/', REDIRECT_URI).href]);
      expect(read(await browser.get((await startLogin(service.issuer)).url)).outcome).toBe('code');
    });

    test('begins a fresh login at the relying party in another browser, with a ticket or without', async () => {
      const { page, id } = await arriveStored(browser, service);
      const resume = `/authorize/${id}`;
      const [stranger, neighbour] = [createBrowser(), createBrowser()];
      const own = await arrive(neighbour, service.issuer);
      await letIn();
      const fresh = new URL('/', REDIRECT_URI).href;
      expect((await stranger.follow(page, service.issuer)).location).toBe(fresh);
      for (const answer of [await neighbour.get(page), await neighbour.post(page)]) {
        expect([answer.status, answer.location]).toEqual([303, fresh]);
      }
      for (const other of [stranger, neighbour]) {
        const stolen = await other.get(service.issuer + resume);
        expect([stolen.status, stolen.location]).toEqual([400, '']);
      }
      // The other visitor's turn does not admit the sender of the address.
      expect((await browser.get(service.issuer + resume)).location).toMatch('/rooms/sale/wait?');
      expect((await facts(neighbour, own.page)).json()).toMatchObject({ state: 'served' });
    });
  });

  test('that is longer than an address may be is refused before its visitor gets a number', async () => {
    const before = await numbersGiven(service);
    const long = await browser.get(await address({ state: 's'.repeat(6_000) }));
    const { outcome, params } = read(long);
    expect([outcome, params.get('error')]).toEqual(['error', 'invalid_request']);
    expect(params.get('error_description')).toBe(
      'the request is too long: its query may have 6000 characters, form-encoded',
    );
    expect(params.get('state')).toHaveLength(6_000);
    const longest = await browser.get(await address({ state: 's'.repeat(12_000) }));
    expect(read(longest).params.get('error')).toBe('invalid_request');
    expect([browser.cookies.size, await numbersGiven(service)]).toEqual([0, before]);
    const page = await browser.get(await address({ state: 's'.repeat(6_000), redirect_uri: 'https://evil.example/' }));
    expect([page.status, page.location]).toEqual([400, '']);
  });

  test('of a greater length than the server accepts is refused', async () => {
    const refused = await browser.get(await address({ state: 's'.repeat(20_000) }));
    expect([refused.status, refused.json()]).toEqual([400, expect.objectContaining({ code: 'invalid_request' })]);
    expect(refused.json().detail).toBe('The request target must have at most 16384 characters.');
    expect((await browser.get(await address({ state: 's'.repeat(40_000) }))).status).toBe(431);
  });

  test('comes with as many cookies as a site may have set for its whole domain', async () => {
    for (let n = 0; n < 5; n++) browser.cookies.set(`tracking_${n}`, 'x'.repeat(3_000));
    const { location } = await browser.get(await address({ state: 's'.repeat(5_000) }));
    expect((await browser.get(location)).text).toContain('You are in line');
  });

  test('that is as long as an address may be waits, and is admitted', async () => {
    const length = 6_000 - new URL(await address()).search.length - 20;
    const login = await startLogin(service.issuer, { more: { login_hint: 'x'.repeat(length) } });
    const page = (await browser.get(login.url)).location;
    await letIn();
    const back = await browser.follow((await browser.post(page)).location, service.issuer);
    await expect(login.exchange(back.location)).resolves.toHaveProperty('id_token');
  });
});

describe('routes of oidc-provider that are off', () => {
  const service = serviceOn(embeddedStore, { rooms, relying_parties });

  test.each([
    '/nothing',
    '/authorized',
    '/AUTHORIZE',
    '/token/of/love',
    '/userinfos',
    '/.well-known/else',
    '/rooms',
    '/rooms/none/status',
    '/rooms/none/wait?x',
    '/reg',
    '/device',
    '/interaction/x',
    '/%',
    '/%E0%A4%A',
    '//evil.example',
  ])('%s is 404', async (path) => {
    expect(await statusOf('GET', path)).toBe(404);
  });

  test.each(['/.well-known/openid-configuration', '/jwks', '/livez', '/readyz', '/rooms/sale/status'])(
    'HEAD %s is answered like GET',
    async (path) => {
      expect(await statusOf('HEAD', path)).toBe(200);
    },
  );

  /** Sends the path as it is; `fetch` would normalise it. */
  function statusOf(method: string, path: string): Promise<number> {
    const { port } = new URL(service.issuer);
    return new Promise((resolve, reject) => {
      httpRequest({ host: '127.0.0.1', port, method, path }, (res) => {
        res.resume();
        resolve(res.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });
  }
});
