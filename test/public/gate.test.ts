import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { type Answer, createBrowser } from '#support/browser.ts';
import { type RunningService, serviceOn } from '#support/on-each-store.ts';
import { type OpenedStore, STORES } from '#support/stores.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { comeBack, fromGateUrl, SALE, SITE, tokenOf } from './room.ts';

/** The service on the store under test. */
let service: RunningService;
/** The verbs that the store was called with. */
let asked: string[] = [];

/** Runs the tests that are declared beside this call on a store. */
function runOn(open: () => Promise<OpenedStore>): void {
  const rooms = [SALE, { ...SALE, id: 'other' }];
  const running = serviceOn(
    async () => {
      const opened = await open();
      return { ...opened, store: watched(opened.store) };
    },
    { rooms },
  );
  beforeEach(async () => {
    service = running;
    await set({});
    await operations().reset('sale');
  });
}

const operations = () => service.waitingRoom.operations;
const set = (more: object) => operations().putRoom(roomSettings.parse({ ...SALE, ...more }));

function watched(store: Store): Store {
  const note = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, name, receiver) {
        const found = Reflect.get(target, name, receiver);
        if (typeof found !== 'function') return found;
        return (...given: unknown[]) => {
          asked.push(String(name));
          return found.apply(target, given);
        };
      },
    });
  return { ...store, line: note(store.line), idempotency: note(store.idempotency) };
}

const NAVIGATION = { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate' };
const caddy = (uri: string, method = 'GET') => ({
  'X-Forwarded-Method': method,
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'shop.example',
  'X-Forwarded-Uri': uri,
});
const nginx = (uri: string, method = 'GET') => ({ 'X-Original-Method': method, 'X-Original-URL': `${SITE}${uri}` });

/** A proxy's check. Empty headers are left out. */
function check(headers: Record<string, string>, { room = 'sale', query = '' } = {}): Promise<Answer> {
  const { 'Sec-Fetch-Mode': mode = '', ...rest } = { ...NAVIGATION, ...headers };
  return createBrowser().get(`${service.issuer}/rooms/${room}/gate/check${query}`, { ...rest, 'Sec-Fetch-Mode': mode });
}

const cookieOf = ({ headers }: Answer) => headers['set-cookie']?.[0]?.split(';')[0] ?? '';

/** Waits and returns: the URI with the token, as the browser requests it from the protected site. */
async function tokenUri(path = '/deep?x=1', browser = createBrowser()): Promise<string> {
  return (await comeBack(service, browser, `${SITE}${path}`)).slice(SITE.length);
}

/** A visitor who is inside, with the gate's cookie. */
async function inside(): Promise<{ cookie: string; sub: string }> {
  const cookie = cookieOf(await check(caddy(await tokenUri())));
  const { headers } = await check({ ...caddy('/'), Cookie: cookie });
  return { cookie, sub: String(headers['x-anteroom-subject']) };
}

const DESCRIBED_IN = [
  ['X-Forwarded-*', caddy],
  ['X-Original-*', nginx],
] as const;
const EACH = STORES.flatMap(([store, open]) =>
  DESCRIBED_IN.map(([headers, describeRequest]) => [store, headers, open, describeRequest] as const),
);

describe.each(EACH)('the gate on %s, with the request described in %s', (_store, _headers, open, describeRequest) => {
  runOn(open);

  test('lets a visitor pass for as long as a pause stops the time, and says until when', async () => {
    const { cookie } = await inside();
    const pass = () => check({ ...describeRequest('/'), Cookie: cookie });
    const ends = async () => Date.parse(String((await pass()).headers['x-anteroom-expires']));
    const before = await ends();
    service.time.pass(60_000);
    await set({ mode: 'paused', pause: { stops: 'claim_windows_and_admissions' } });
    service.time.pass(40 * 60_000);
    expect((await pass()).status).toBe(204);
    await set({});
    service.time.pass(2000);
    expect(Math.abs((await ends()) - before - 40 * 60_000)).toBeLessThan(3000);
    service.time.pass(8 * 60_000);
    expect((await pass()).status).toBe(204);
    service.time.pass(60_000);
    expect((await pass()).status).toBe(302);
  });

  test('sends a navigation to wait, with the URL to return to', async () => {
    const deep = '/seats/12?q=a+b%20c&&x=%2F&y';
    const { status, headers } = await check(describeRequest(deep));
    expect(status).toBe(302);
    expect(headers.location).toBe(fromGateUrl(service, `${SITE}${deep}`));
    expect(headers['cache-control']).toBe('no-store');
  });

  test.each([
    ['loses its query', `/seats/12?q=${'a'.repeat(6000)}`, '/seats/12'],
    ['loses a query of characters that are escaped', `/seats/12?q=${'/'.repeat(3000)}`, '/seats/12'],
    ['is cut after a slash', `/seats/12/${'a'.repeat(6000)}`, '/seats/12/'],
  ])('sends a navigation to wait whose URL is too long for the way, so that it %s', async (_what, uri, kept) => {
    const { headers } = await check(describeRequest(uri));
    expect(headers.location).toBe(fromGateUrl(service, `${SITE}${kept}`));
  });

  test('accepts a token once, sets its own cookie and redirects to the URL without the token', async () => {
    const uri = await tokenUri('/seats/12?q=a+b%20c&&x=%2F&y');
    const taken = await check(describeRequest(uri));
    expect([taken.status, taken.headers.location]).toEqual([302, `${SITE}/seats/12?q=a+b%20c&&x=%2F&y`]);
    const [cookie = ''] = taken.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(
      /^__Host-anteroom_gate_sale=[\w-]+; Max-Age=(8699\d|87000); Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    const passed = await check({ ...describeRequest('/seats/12'), Cookie: `a=b; ${cookieOf(taken)}; c=d` });
    expect([passed.status, passed.text]).toEqual([204, '']);
    expect(passed.headers['x-anteroom-number']).toBe('1');
    expect(passed.headers['x-anteroom-subject']).toMatch(/^[\w-]{22}$/);
    expect(Date.parse(String(passed.headers['x-anteroom-expires']))).toBeGreaterThan(service.time.now() + 590_000);

    const replayed = await check(describeRequest(uri));
    expect([replayed.status, replayed.headers['set-cookie']]).toEqual([302, undefined]);
    expect(replayed.headers.location).toBe(fromGateUrl(service, `${SITE}/seats/12?q=a+b%20c&&x=%2F&y`));
  });

  test('accepts the token of a visitor who has a cookie, and replaces the cookie', async () => {
    const { cookie } = await inside();
    const taken = await check({ ...describeRequest(await tokenUri('/a')), Cookie: cookie });
    expect([taken.status, taken.headers.location]).toEqual([302, `${SITE}/a`]);
    expect(cookieOf(taken)).toMatch(/^__Host-anteroom_gate_sale=/);
  });

  test('removes an invalid token from the URL of a visitor who is inside', async () => {
    const { cookie } = await inside();
    const { status, headers } = await check({ ...describeRequest('/a?anteroom_token=made.up'), Cookie: cookie });
    expect([status, headers.location, headers['set-cookie']]).toEqual([302, `${SITE}/a`, undefined]);
  });

  test.each<[string, Record<string, string>]>([
    ['an in-app browser', { 'X-Requested-With': 'com.facebook.katana' }],
    ['an in-app browser, to a site without https', { 'Sec-Fetch-Mode': '', 'X-Requested-With': 'com.tencent.mm' }],
    ['a program that offers HTTP/2', { 'Sec-Fetch-Mode': '', Upgrade: 'h2c', Connection: 'Upgrade' }],
    ['a program that names types in capitals', { 'Sec-Fetch-Mode': '', Accept: 'TEXT/HTML' }],
  ])('sends a navigation of %s to wait', async (_who, headers) => {
    const answer = await check({ ...describeRequest('/a'), ...headers });
    expect([answer.status, answer.headers.location]).toEqual([302, fromGateUrl(service, `${SITE}/a`)]);
  });

  test.each<[string, string, Record<string, string>]>([
    ['a POST', 'POST', {}],
    ['a HEAD', 'HEAD', {}],
    ['a fetch', 'GET', { 'Sec-Fetch-Mode': 'cors', Accept: '*/*' }],
    ['a same-origin fetch', 'GET', { 'Sec-Fetch-Mode': 'same-origin' }],
    ['an image', 'GET', { 'Sec-Fetch-Mode': 'no-cors' }],
    ['an image of a site without https', 'GET', { 'Sec-Fetch-Mode': '', Accept: 'image/avif,image/webp,*/*;q=0.8' }],
    ['an XMLHttpRequest of a library', 'GET', { 'Sec-Fetch-Mode': '', 'X-Requested-With': 'XMLHttpRequest' }],
    ['a request for JSON', 'GET', { 'Sec-Fetch-Mode': '', Accept: 'application/json' }],
    ['a WebSocket of a browser', 'GET', { 'Sec-Fetch-Mode': 'websocket' }],
    ['a WebSocket', 'GET', { 'Sec-Fetch-Mode': '', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' }],
    ['a prefetch', 'GET', { 'Sec-Purpose': 'prefetch' }],
    ['a preview', 'GET', { 'X-Purpose': 'preview' }],
    ['a request that prefers JSON', 'GET', { 'Sec-Fetch-Mode': '', Accept: 'text/html;q=0.1, application/json' }],
  ])('refuses %s without a redirect', async (_what, method, headers) => {
    const answer = await check({ ...describeRequest('/api?x=1', method), ...headers });
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.headers.location).toBe(fromGateUrl(service, `${SITE}/api?x=1`));
    expect(answer.headers['x-anteroom-redirect']).toBeUndefined();
    expect(answer.json()).toMatchObject({ status: 401, code: 'admission_required' });
  });

  test('lets every kind of request pass with the cookie', async () => {
    const { cookie } = await inside();
    for (const [method, mode] of [
      ['POST', 'cors'],
      ['GET', 'websocket'],
      ['DELETE', 'cors'],
      ['GET', 'navigate'],
    ]) {
      const { status } = await check({
        ...describeRequest('/api', method),
        'Sec-Fetch-Mode': mode ?? '',
        Cookie: cookie,
      });
      expect(status).toBe(204);
    }
  });

  test('tells a proxy that can only pass on a 401 where to send navigations, and only those', async () => {
    const query = '?redirect=401';
    const waits = await check(describeRequest('/a'), { query });
    expect([waits.status, waits.headers['x-anteroom-redirect']]).toEqual([401, fromGateUrl(service, `${SITE}/a`)]);
    expect(waits.headers.location).toBe(waits.headers['x-anteroom-redirect']);
    const posts = await check(describeRequest('/a', 'POST'), { query });
    expect([posts.status, posts.headers['x-anteroom-redirect']]).toEqual([401, undefined]);
    const taken = await check(describeRequest(await tokenUri('/a')), { query });
    expect([taken.status, taken.headers['x-anteroom-redirect']]).toEqual([401, `${SITE}/a`]);
    expect(cookieOf(taken)).toMatch(/^__Host-/);
  });
});

describe.each(STORES)('the gate, on %s', (_name, open) => {
  runOn(open);

  test.each<[string, Record<string, string>]>([
    ['another host', { 'X-Forwarded-Host': 'evil.example' }],
    ['a host with the same beginning', { 'X-Forwarded-Host': 'shop.example.evil.example' }],
    ['another scheme', { 'X-Forwarded-Proto': 'http' }],
    ['another port', { 'X-Forwarded-Host': 'shop.example:8443' }],
    ['a parent folder', { 'X-Forwarded-Uri': '/../x' }],
  ])('does not send visitors to %s', async (_what, headers) => {
    const { status, headers: answered, json } = await check({ ...caddy('/a'), ...headers });
    expect([status, answered.location, json().code]).toEqual([403, undefined, 'return_url_refused']);
  });

  test.each<[string, Record<string, string>]>([
    ['empty headers', { 'X-Forwarded-Uri': '', 'X-Forwarded-Host': '' }],
    ['userinfo in the host', { 'X-Forwarded-Host': 'shop.example@evil.example' }],
    ['a path in the host', { 'X-Forwarded-Host': 'shop.example/x' }],
    ['two hosts', { 'X-Forwarded-Host': 'shop.example, evil.example' }],
    ['two schemes', { 'X-Forwarded-Proto': 'https, http' }],
    ['a URL in place of the path', { 'X-Forwarded-Uri': 'https://evil.example/' }],
  ])('refuses a request described by %s', async (_what, headers) => {
    const { status, headers: answered, json } = await check({ ...caddy('/a'), ...headers });
    expect([status, answered.location, json().code]).toEqual([400, undefined, 'invalid_request']);
  });

  test('reads the headers of the proxy, not those that the client sent for another proxy', async () => {
    const { headers } = await check({ ...caddy('/a'), ...nginx('/b') });
    expect(headers.location).toBe(fromGateUrl(service, `${SITE}/a`));
  });

  test('recognises a WebSocket by the scheme that Traefik sends, and its cookie', async () => {
    const { cookie } = await inside();
    const headers = { ...caddy('/socket'), 'X-Forwarded-Proto': 'wss', 'Sec-Fetch-Mode': 'websocket' };
    expect((await check(headers)).status).toBe(401);
    expect((await check({ ...headers, Cookie: cookie })).status).toBe(204);
  });

  test('a pass is refused at a host that is not under return_urls, and stays good at the site', async () => {
    const { cookie } = await inside();
    for (const elsewhere of [
      { ...caddy('/'), 'X-Forwarded-Host': 'evil.example' },
      { ...caddy('/'), 'X-Forwarded-Host': 'shop.example:8443' },
      { ...nginx('/'), 'X-Original-URL': 'https://shop.example.evil.example/' },
    ]) {
      const { status, text } = await check({ ...elsewhere, Cookie: cookie });
      expect([status, JSON.parse(text).code]).toEqual([403, 'return_url_refused']);
    }
    expect((await check({ ...caddy('/'), Cookie: cookie })).status).toBe(204);
    expect((await check({ ...nginx('/'), Cookie: cookie })).status).toBe(204);
  });

  test('sets a cookie without Secure and prefix for a site without https', async () => {
    await set({ return_urls: ['http://shop.example/'] });
    const headers = { 'X-Forwarded-Proto': 'http' };
    const back = await comeBack(service, createBrowser(), 'http://shop.example/a');
    const taken = await check({ ...caddy(`/a?anteroom_token=${tokenOf(back)}`), ...headers });
    expect(taken.headers['set-cookie']?.[0]).toMatch(
      /^anteroom_gate_sale=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect((await check({ ...caddy('/a'), ...headers, Cookie: cookieOf(taken) })).status).toBe(204);
  });

  test('does not accept a token that is expired, of another room, of another kind, or forged', async () => {
    const uri = await tokenUri('/a');
    const token = tokenOf(`${SITE}${uri}`);
    const [head, , signature] = token.split('.');
    const claims = Buffer.from('{"sub":"x","jti":"y","aud":"sale"}').toString('base64url');
    const joined = await (await fetch(`${service.issuer}/rooms/sale/tickets`, { method: 'POST' })).json();
    const { ticket } = joined as { ticket: string };
    await operations().raise('sale', 1);
    const claim = { method: 'POST', headers: { Authorization: `Bearer ${ticket}` } };
    const tokens = await (await fetch(`${service.issuer}/rooms/sale/tickets/self/claim`, claim)).json();
    const { id_token, access_token } = tokens as Record<string, string>;
    for (const invalid of [id_token, access_token, `${head}.${claims}.${signature}`, `${token}x`, '']) {
      const { status, headers } = await check(caddy(`/a?anteroom_token=${invalid}`));
      expect([status, headers['set-cookie']]).toEqual([302, undefined]);
      expect(headers.location).toBe(fromGateUrl(service, `${SITE}/a`));
    }
    expect((await check(caddy(uri), { room: 'other' })).headers['set-cookie']).toBeUndefined();
    service.time.pass(61_000);
    expect((await check(caddy(uri))).headers['set-cookie']).toBeUndefined();
  });

  test('does not accept a cookie of another room, or an altered one', async () => {
    const { cookie } = await inside();
    const moved = cookie.replace('gate_sale', 'gate_other');
    expect((await check({ ...caddy('/'), Cookie: moved }, { room: 'other' })).status).toBe(302);
    expect((await check({ ...caddy('/'), Cookie: `${cookie.slice(0, -2)}AA` })).status).toBe(302);
  });

  test('does not let a visitor pass whose admission has expired', async () => {
    const { cookie } = await inside();
    service.time.pass(601_000);
    expect((await check({ ...caddy('/'), Cookie: cookie })).status).toBe(302);
  });

  test('does not let a visitor pass a second after the admission ended early or the room was reset', async () => {
    const { cookie, sub } = await inside();
    await operations().exits('sale', { exited: 0, completed: [sub], abandoned: [] });
    service.time.pass(1001);
    expect((await check({ ...caddy('/'), Cookie: cookie })).status).toBe(302);

    const other = await inside();
    await operations().reset('sale');
    service.time.pass(1001);
    expect((await check({ ...caddy('/'), Cookie: other.cookie })).status).toBe(302);
  });

  test('asks the store once about a visitor, and again only after an admission ended early', async () => {
    const [one, other] = [await inside(), await inside()];
    const checks = async () => {
      asked = [];
      for (let second = 0; second < 5; second++) {
        for (let i = 0; i < 10; i++) {
          expect((await check({ ...caddy('/'), Cookie: one.cookie })).status).toBe(204);
        }
        service.time.pass(1001);
        // Until the snapshot that an answer requested has arrived.
        await delay(5);
      }
      // Without the reads of the snapshot and of the memory, and the clock's own writes.
      return asked.filter((verb) => !['view', 'viewForMemory', 'note'].includes(verb));
    };
    expect(await checks()).toEqual([]);
    await operations().exits('sale', { exited: 0, completed: [], abandoned: [other.sub] });
    expect(await checks()).toEqual(['admission']);
  });

  test('answers 404 for an unknown room', async () => {
    const { status, json } = await check(caddy('/'), { room: 'nowhere' });
    expect([status, json().code]).toEqual([404, 'room_not_found']);
  });
});
