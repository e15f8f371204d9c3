/** Each way in, under the path of a public URL, over real HTTP. */
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { enterWith } from '#support/enter.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { facts, REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { ADMIN_TOKEN } from '#support/service.ts';
import { embeddedStore } from '#support/stores.ts';
import { startBackChannel } from '../../oidc/logout-receiver.ts';
import { SITE } from '../../public/room.ts';
import { type WatchedBrowser, watchedBrowser } from './watched-browser.ts';

const PATH = '/line';
const IDP_RESPONSE = 'http://127.0.0.1:9/oauth2/idpresponse';
/** Browsers get pages instead of problems. */
const PROGRAM = { Accept: 'application/json' };
const AFTER = 'http://127.0.0.1:9/bye';
const rooms = [
  { id: 'sale', title: 'Spring sale', admission: { claim_window: '1m', lifetime: '10m' }, return_urls: [`${SITE}/`] },
];
const shop = await startBackChannel();
const relying_parties = [
  {
    client_id: 'shop',
    client_secret: SECRET,
    room: 'sale',
    profile: 'alb',
    redirect_uris: [IDP_RESPONSE, REDIRECT_URI],
    post_logout_redirect_uris: [AFTER],
    backchannel_logout_uri: shop.uri,
  },
];

const service = serviceOn(embeddedStore, { rooms, relying_parties, path: PATH });
const operations = () => service.waitingRoom.operations;
const url = (route: string) => service.issuer + route;
const admin = (route: string, init: RequestInit = {}) =>
  fetch(url(`/admin/v1${route}`), { ...init, headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, ...init.headers } });
const json = async (answer: Response) => (await answer.json()) as Record<string, unknown>;
let browser: WatchedBrowser;

afterAll(() => shop.close());
beforeEach(async () => {
  await operations().reset('sale');
  browser = watchedBrowser(service.issuer, ['http://127.0.0.1:9/', SITE]);
});

const journeys: Readonly<Record<string, () => Promise<void>>> = {
  async 'a relying party'() {
    const login = await startLogin(service.issuer);
    expect(login.url).toContain(`${PATH}/authorize?`);
    const { location: page } = await browser.get(login.url);
    expect(page).toContain(`${service.issuer}/rooms/sale/wait?`);
    expect((await browser.get(page)).text).toContain('You are in line');
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 1 });
    const status = await fetch(url('/rooms/sale/status'));
    expect(await json(status)).toMatchObject({ room: 'sale', serving: 0 });
    const early = await browser.post(page);
    expect([early.status, early.location]).toEqual([303, page]);

    await operations().raise('sale', 1);
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'served' });
    const back = await browser.follow((await browser.post(page)).location, service.issuer);
    const tokens = await login.exchange(back.location);
    expect(tokens.claims()).toMatchObject({ iss: service.issuer, room: 'sale', number: 1 });
    const sub = tokens.claims()?.sub ?? '';
    expect(await client.fetchUserInfo(login.config, tokens.access_token, sub)).toMatchObject({ sub, number: 1 });
    const refreshed = await client.refreshTokenGrant(login.config, tokens.refresh_token ?? '');
    expect(refreshed.claims()?.sub).toBe(sub);
    expect(await client.tokenIntrospection(login.config, refreshed.access_token)).toMatchObject({ active: true });

    const leaving = client.buildEndSessionUrl(login.config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: AFTER,
    });
    const confirm = await browser.get(leaving.href);
    const [, action = ''] = /action="([^"]+)"/.exec(confirm.text) ?? [];
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(confirm.text) ?? [];
    expect((await browser.post(action, { xsrf, logout: 'yes' })).location).toBe(AFTER);
    expect(await operations().counters('sale')).toMatchObject({ claimed: 1, active: 0, completed: 1 });
    expect(await client.tokenIntrospection(login.config, refreshed.access_token)).toEqual({ active: false });
  },

  async 'a relying party that is notified of the end'() {
    const login = await startLogin(service.issuer);
    await operations().raise('sale', 1);
    const tokens = await login.exchange((await browser.get(login.url)).location);
    const sub = tokens.claims()?.sub ?? '';
    await operations().exits('sale', { exited: 0, completed: [sub], abandoned: [] });
    await service.sendLogouts();
    const keys = createRemoteJWKSet(new URL(String(login.config.serverMetadata().jwks_uri)));
    // Logins of the other journeys have ended too.
    const token = shop.tokens.find((each) => decodeJwt(each).sub === sub);
    await jwtVerify(token ?? '', keys, { issuer: service.issuer, audience: 'shop' });
  },

  async 'an authorization request by POST, and one that was pushed'() {
    const login = await startLogin(service.issuer);
    const parameters = Object.fromEntries(new URL(login.url).searchParams);
    const posted = await browser.post(url('/authorize'), parameters);
    expect(posted.location).toContain(`${service.issuer}/authorize?`);
    expect((await browser.get(posted.location)).location).toContain(`${service.issuer}/rooms/sale/wait?`);

    const pushed = await client.buildAuthorizationUrlWithPAR(login.config, parameters);
    const { location: page } = await browser.get(pushed.href);
    expect(page).toContain(`${service.issuer}/rooms/sale/wait?`);
    expect(page).toContain('request_uri=');
    await operations().raise('sale', 1);
    const resumed = await browser.post(page);
    expect(resumed.location).toContain(`${service.issuer}/authorize?`);
    await expect(login.exchange((await browser.get(resumed.location)).location)).resolves.toHaveProperty('id_token');
  },

  async 'a token that is revoked'() {
    const login = await startLogin(service.issuer);
    await operations().raise('sale', 1);
    const tokens = await login.exchange((await browser.get(login.url)).location);
    await client.tokenRevocation(login.config, tokens.access_token);
    expect(await operations().counters('sale')).toMatchObject({ active: 0 });
  },

  async '/enter'() {
    const to = `${SITE}/deep?x=1`;
    const { location: page } = await enterWith(browser, url(`/rooms/sale/enter?return_to=${encodeURIComponent(to)}`));
    expect(page).toContain(`${service.issuer}/rooms/sale/wait?`);
    await operations().raise('sale', 1);
    const back = new URL((await browser.post(page)).location);
    const keys = createRemoteJWKSet(new URL(url('/jwks')));
    const token = back.searchParams.get('anteroom_token') ?? '';
    const { payload } = await jwtVerify(token, keys, { issuer: service.issuer, audience: 'sale' });
    expect([back.href.startsWith(to), payload.number]).toEqual([true, 1]);
  },

  async '/enter, at the end of an admission'() {
    const { location: page } = await enterWith(browser, url(`/rooms/sale/enter?return_to=${SITE}/`));
    await operations().raise('sale', 1);
    // The admission begins in the middle of a second: tokens expire in whole ones.
    service.time.pass(1_400 - (service.time.now() % 1_000));
    await browser.post(page);
    service.time.pass(10 * 60_000 - 300);
    expect((await browser.post(page)).location).toBe(page);
  },

  async 'the tickets API with /client.js'() {
    const served = await (await fetch(url('/client.js'))).text();
    const module = await import(`data:text/javascript,${encodeURIComponent(served)}`);
    const { join } = module as typeof import('../../../assets/client.js');
    const visit = await join(url('/rooms/sale'));
    await operations().raise('sale', 1);
    for await (const { state } of visit.facts()) if (state === 'served') break;
    const keys = createRemoteJWKSet(new URL(url('/jwks')));
    const { access_token } = await visit.claim();
    const { payload } = await jwtVerify(access_token, keys, { issuer: service.issuer, audience: 'sale' });
    expect(payload.number).toBe(1);
  },

  async 'the gate'() {
    const check = url('/rooms/sale/gate/check');
    const original = (uri: string, cookie = '') => ({
      'X-Original-Method': 'GET',
      'X-Original-URL': `${SITE}${uri}`,
      Cookie: cookie,
    });
    const sent = await browser.get(check, original('/a'));
    // Absolute, because the answer appears at the site.
    expect([sent.status, sent.headers.location]).toEqual([302, expect.stringContaining(url('/rooms/sale/enter?'))]);
    const { location: page } = await enterWith(browser, sent.location);
    await operations().raise('sale', 1);
    const back = await browser.post(page);
    const taken = await browser.get(check, original(back.location.slice(SITE.length)));
    expect([taken.status, taken.location]).toEqual([302, `${SITE}/a`]);
    const [cookie = ''] = taken.headers['set-cookie']?.[0]?.split(';') ?? [];
    const passed = await browser.get(check, original('/a', cookie));
    expect([passed.status, passed.headers['x-anteroom-number']]).toEqual([204, '1']);
  },

  async 'the admin API'() {
    expect(await json(await admin('/rooms/sale/counters'))).toMatchObject({ queue: 0 });
    const raised = await admin('/rooms/sale/serving-counter', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"increment_by":3}',
    });
    expect(await json(raised)).toMatchObject({ serving: 3, raised_by: 3 });
    const { servers } = await json(await fetch(url('/admin/v1/openapi.json')));
    expect(servers).toEqual([{ url: url('/admin/v1') }]);
    const panel = await browser.get(url('/admin'));
    expect(panel.location).toBe(url('/admin/'));
    expect((await browser.get(panel.location)).text).toContain('<div id="panel">');
  },

  async 'metadata, at both well-known addresses'() {
    const openid = await browser.get(url('/.well-known/openid-configuration'));
    expect(openid.json()).toMatchObject({ issuer: service.issuer, token_endpoint: url('/token') });
    for (const address of [
      // RFC 8414 §3.1, and where clients look that append, as OpenID Connect Discovery does.
      `${service.listensOn}/.well-known/oauth-authorization-server${PATH}`,
      url('/.well-known/oauth-authorization-server'),
    ]) {
      expect((await browser.get(address)).json()).toEqual(openid.json());
    }
  },

  async 'health, with and without the path'() {
    for (const base of [service.issuer, service.listensOn]) {
      for (const [route, what] of [
        ['/livez', '"live"'],
        ['/readyz', '"ready"'],
        ['/metrics', 'anteroom_joins_total'],
        ['/metrics?x=1', 'anteroom_joins_total'],
      ] as const) {
        const { status, text } = await browser.get(base + route);
        expect([status, text]).toEqual([200, expect.stringContaining(what)]);
      }
    }
  },
};

test.each(Object.keys(journeys))('%s works below a path, and nothing leads out of it', async (name) => {
  await journeys[name]?.();
  expect(browser.strays).toEqual([]);
});

test.each([
  '/',
  '/jwks',
  '/authorize?client_id=shop',
  '/rooms/sale/status',
  '/rooms/sale/enter?return_to=https://shop.example/',
  '/admin/v1/rooms',
  '/client.js',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/.well-known/oauth-authorization-server/other',
  '/lines/rooms/sale/status',
  '/Line/rooms/sale/status',
  '/line2',
  '/livez/line',
  '//line/rooms/sale/status',
  '/%6cine/rooms/sale/status',
  '/line',
  '/line/',
  '/line?x=1',
  '/line//rooms/sale/status',
  '/line/line/rooms/sale/status',
])('%s is not found', async (target) => {
  const logged = service.logged.length;
  const { status, headers, text } = await browser.get(service.listensOn + target, PROGRAM);
  expect([status, JSON.parse(text)]).toEqual([404, expect.objectContaining({ code: 'not_found' })]);
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  expect(service.logged.slice(logged).join()).toContain('"status":404');
});

test('a request outside the path learns what a proxy must do', async () => {
  const { text } = await browser.get(`${service.listensOn}/rooms/sale/status`, PROGRAM);
  expect(JSON.parse(text).detail).toBe(
    'Everything is below /line/ here. A proxy in front must pass this path on as it is.',
  );
});

test('a browser gets pages: the landing page below the path, and outside of it that nothing is there', async () => {
  const landing = await browser.get(url('/'));
  expect([landing.status, landing.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  const outside = await browser.get(`${service.listensOn}/rooms/sale/status`);
  expect([outside.status, outside.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
  expect(browser.strays).toEqual([]);
});
