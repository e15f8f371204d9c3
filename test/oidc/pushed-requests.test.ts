/** Pushed authorization requests (RFC 9126), which travel sealed in their `request_uri`. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore, serviceOn } from '#support/on-each-store.ts';
import { facts, SECRET, startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { createTime } from '#support/time.ts';
import { push } from './pushed-request.ts';
import { closeDoor, goIn, numbersGiven, read, relying_parties, rooms } from './visit.ts';

onEachStore('a pushed request', { rooms, relying_parties }, (service) => {
  let browser: Browser;

  beforeEach(async () => {
    await service.waitingRoom.operations.reset('sale');
    await closeDoor(service);
    browser = createBrowser();
  });

  const letIn = () => service.waitingRoom.operations.raise('sale', 1_000);
  const MINUTE = 60_000;

  test('survives a wait that is longer than the request_uri lives', async () => {
    const { login, url } = await push(service.issuer);
    const page = (await browser.get(url)).location;
    service.time.pass(5 * MINUTE);
    await letIn();
    const back = await browser.follow((await browser.post(page)).location, service.issuer);
    await expect(login.exchange(back.location)).resolves.toHaveProperty('id_token');
  });

  test('shows nothing of itself in the addresses of the wait', async () => {
    const { login, url } = await push(service.issuer, { more: { login_hint: 'ann@shop.example' } });
    const page = (await browser.get(url)).location;
    await letIn();
    const { location } = await browser.post(page);
    for (const address of [page, location]) {
      for (const secret of [login.state, login.nonce, 'ann']) expect(address).not.toContain(secret);
    }
  });

  test('is refused a minute after it was pushed, and takes no number', async () => {
    const before = await numbersGiven(service);
    const { url } = await push(service.issuer);
    service.time.pass(MINUTE);
    expect(await browser.get(url)).toMatchObject({ status: 400, location: '' });
    expect(await numbersGiven(service)).toBe(before);
  });

  test('cannot be revived by a forged note of its start', async () => {
    const { url } = await push(service.issuer);
    const at = service.time.now();
    service.time.pass(MINUTE);
    expect((await browser.get(`${url}&anteroom_began=${at}.${'x'.repeat(22)}`)).status).toBe(400);
  });

  test.each<[what: string, change: (query: URLSearchParams) => void]>([
    ['of another relying party', (query) => query.set('client_id', 'kiosk')],
    ['that was altered', (query) => query.set('request_uri', `${query.get('request_uri')?.slice(0, -1)}_`)],
    ['that was cut off', (query) => query.set('request_uri', query.get('request_uri')?.slice(0, -8) ?? '')],
    ['that is empty', (query) => query.set('request_uri', 'urn:ietf:params:oauth:request_uri:')],
  ])('%s is refused, and takes no number', async (_what, change) => {
    const before = await numbersGiven(service);
    const url = new URL((await push(service.issuer)).url);
    change(url.searchParams);
    expect(await browser.get(url.href)).toMatchObject({ status: 400, location: '' });
    expect(await numbersGiven(service)).toBe(before);
  });

  test('outranks parameters beside it', async () => {
    const { login, url } = await push(service.issuer);
    await letIn();
    const { location } = await browser.get(`${url}&state=forged&scope=openid+email&redirect_uri=https://evil.example/`);
    const claims = (await login.exchange(location)).claims();
    expect(claims).toMatchObject({ sub: expect.any(String) });
    expect(claims).not.toHaveProperty('email');
  });

  test('gets one code', async () => {
    const { browser: insider } = await goIn(service);
    const { login, url } = await push(service.issuer);
    const first = await insider.get(url);
    await expect(login.exchange(first.location)).resolves.toHaveProperty('id_token');
    const again = read(await insider.get(url));
    expect([again.outcome, again.params.get('error')]).toEqual(['error', 'invalid_request_uri']);
  });

  test('that was answered begins a fresh login when its waiting page is opened again', async () => {
    const { url } = await push(service.issuer);
    const page = (await browser.get(url)).location;
    await letIn();
    expect((await browser.follow((await browser.post(page)).location, service.issuer)).location).toContain('code=');
    const again = await browser.post(page);
    expect(again.location).toBe(new URL('/', 'http://127.0.0.1:9').href);
  });

  test('of a visitor whose ticket was lost gets a new one at its waiting page', async () => {
    const { login, url } = await push(service.issuer);
    const page = (await browser.get(url)).location;
    browser.cookies.delete('anteroom_ticket_sale');
    service.time.pass(2 * MINUTE);
    const { url: again } = await browser.follow(page, service.issuer);
    expect((await facts(browser, again)).json()).toMatchObject({ state: 'waiting', number: 2 });
    await letIn();
    const back = await browser.follow((await browser.post(again)).location, service.issuer);
    await expect(login.exchange(back.location)).resolves.toHaveProperty('id_token');
  });

  test('keeps what it was pushed with: repeated resources, claims and a max_age', async () => {
    const login = await startLogin(service.issuer);
    const body = new URLSearchParams([
      ...new URL(login.url).searchParams,
      ['client_secret', SECRET],
      ['claims', JSON.stringify({ id_token: { sub: { value: 'somebody else' } } })],
      ['max_age', '600'],
    ]);
    const answer = await fetch(`${service.issuer}/par`, { method: 'POST', body });
    const { request_uri } = (await answer.json()) as { request_uri: string };
    const query = new URLSearchParams({ client_id: 'shop', request_uri });
    const { params } = read(await browser.get(`${service.issuer}/authorize?${query}`));
    expect(params.get('error')).toBe('login_required');
  });
});

describe('a pushed request that waited gets one code', () => {
  const MINUTE = 60_000;
  // The store needs the test's clock too: it remembers for how long the request could come back.
  const time = createTime();
  const [shop] = relying_parties;
  const service = serviceOn(() => embeddedStore(time.now), {
    time,
    rooms: [{ id: 'sale', admission: { lifetime: '24h' } }],
    relying_parties: [shop, { ...shop, client_id: 'patient', login_window: null }],
  });

  test.each([
    ['shop', 9],
    ['patient', 23 * 60],
  ])('of %s, also %s minutes after the first', async (clientId, minutes) => {
    const browser = createBrowser();
    const { login, url } = await push(service.issuer, { clientId });
    const page = (await browser.get(url)).location;
    await service.waitingRoom.operations.raise('sale', 1);
    const { location } = await browser.post(page);
    await login.exchange((await browser.get(location)).location);
    for (const passed of [2, minutes - 2]) {
      service.time.pass(passed * MINUTE);
      const again = read(await browser.get(location));
      expect([again.outcome, again.params.get('error')]).toEqual(['error', 'invalid_request_uri']);
    }
  });
});

describe('pushed requests beyond the limit', () => {
  const service = serviceOn(embeddedStore, { rooms, relying_parties, trustProxy: 1 });
  const LIMIT = 600;
  let body: URLSearchParams;

  beforeEach(async () => {
    service.time.pass(10 * 60_000);
    body = new URL((await startLogin(service.issuer, { clientId: 'app' })).url).searchParams;
  });

  const pushFrom = (address: string, form = body) =>
    fetch(`${service.issuer}/par`, { method: 'POST', headers: { 'X-Forwarded-For': address }, body: form });
  /** Pushes twice the limit, as fast as it goes. Ten more are accepted in each second that it takes. */
  async function flood(address: (i: number) => string, form = body) {
    const begun = performance.now();
    const answers = await Promise.all(Array.from({ length: 2 * LIMIT }, (_, i) => pushFrom(address(i), form)));
    const seconds = (performance.now() - begun) / 1000;
    const accepted = answers.filter(({ status }) => status === 201).length;
    return { refused: answers.filter(({ status }) => status !== 201), accepted, most: LIMIT + 1 + 10 * seconds };
  }

  test.each<[what: string, address: (i: number) => string, other: string]>([
    ['one address', () => '203.0.113.7', '203.0.113.8'],
    ['the addresses of one network of IPv6', (i) => `2001:db8:0:7::${i.toString(16)}`, '2001:db8:0:8::1'],
  ])('from %s are 429 with Retry-After, and those from others are accepted', async (_what, address, other) => {
    const { refused, accepted, most } = await flood(address);
    expect(accepted).toBeGreaterThanOrEqual(LIMIT);
    expect(accepted).toBeLessThanOrEqual(most);
    for (const { status, headers } of refused) expect([status, headers.get('retry-after')]).toEqual([429, '1']);
    expect(await refused[0]?.json()).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'too many pushed requests: try again in 1 s',
    });
    expect((await pushFrom(other)).status).toBe(201);
    service.time.pass(1_000);
    expect((await pushFrom(address(0))).status).toBe(201);
  });

  test('do not exist for a relying party with a secret, which pushes for all its visitors', async () => {
    const { searchParams } = new URL((await startLogin(service.issuer)).url);
    searchParams.set('client_secret', SECRET);
    expect(await flood(() => '203.0.113.9', searchParams)).toMatchObject({ accepted: 2 * LIMIT });
  });
});
