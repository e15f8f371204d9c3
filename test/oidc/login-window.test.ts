import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, type Browser, createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { arrive, facts, type LoginOptions, SECRET, startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { createTime } from '#support/time.ts';
import { push } from './pushed-request.ts';
import { arriveStored } from './stored-request.ts';
import { closeDoor } from './visit.ts';
import { headingOf, shown } from './waiting-page.ts';

const SECONDS = 1000;
const MINUTES = 60 * SECONDS;
const HOURS = 60 * MINUTES;
const SITE = 'http://127.0.0.1:9';
const CALLBACK = `${SITE}/callback`;

const rooms = [
  { id: 'sale', title: 'Spring <i>sale</i>', admission: { lifetime: '10m' }, presence: { timeout: '48h' } },
  { id: 'other' },
];
const party = (client_id: string, more: Record<string, unknown>) => ({
  client_id,
  client_secret: SECRET,
  room: 'sale',
  redirect_uris: [CALLBACK],
  landing_url: `${SITE}/landing?a=b`,
  ...more,
});
const relying_parties = [
  party('shop', {}),
  party('minute', { login_window: '1m' }),
  party('patient', { login_window: null }),
  party('rootless', { landing_url: null }),
  party('initiating', { initiate_login_uri: 'https://login.example/start?tenant=7' }),
  party('app', { client_secret: undefined, landing_url: null, redirect_uris: ['com.example.app:/callback'] }),
  party('alb', { profile: 'alb', redirect_uris: [CALLBACK, `${SITE}/oauth2/idpresponse`] }),
  party('envoy', { profile: 'envoy' }),
  party('proxy', { profile: 'oauth2-proxy' }),
  party('apache', { profile: 'mod-auth-openidc', landing_url: null }),
  party('apache-far', { profile: 'mod-auth-openidc', landing_url: 'https://elsewhere.example/' }),
  party('express', { profile: 'express-openid-connect', login_window: '10m' }),
  party('spring', { profile: 'spring', redirect_uris: [`${SITE}/login/oauth2/code/line`] }),
  party('traefik', { profile: 'traefik' }),
];

// The store needs the test's clock too: the login lock lasts a few seconds.
const time = createTime();
const service = serviceOn(() => embeddedStore(time.now), { time, rooms, relying_parties });
let browser: Browser;
beforeEach(async () => {
  await service.waitingRoom.operations.reset('sale');
  // The process's snapshot of the room is a second old at most.
  service.time.pass(2 * SECONDS);
  browser = createBrowser();
});
afterEach(() => closeDoor(service));

const letIn = () => service.waitingRoom.operations.raise('sale', 10);
const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Arrives, and is served after `ms`; the waiting page where the turn is claimed. */
async function wait(clientId: string, ms: number, more: Record<string, string> = {}, options: LoginOptions = {}) {
  const { page, login } = await arrive(browser, service.issuer, { clientId, more, redirectUri: CALLBACK, ...options });
  expect(page).toContain('/rooms/sale/wait?');
  service.time.pass(ms);
  await letIn();
  return { page, login };
}

/** The same with a request that an earlier version stored. */
async function waitStored(clientId: string, ms: number, more: Record<string, string> = {}) {
  const stored = await arriveStored(browser, service, { clientId, more, redirectUri: CALLBACK });
  service.time.pass(ms);
  await letIn();
  return stored;
}

/** Claims, and follows redirects within the service. */
async function claim(page: string, form: Record<string, string> = {}): Promise<Answer> {
  let answer = await browser.post(page, form);
  if (String(answer.headers.refresh).startsWith('3;url=')) {
    // Another tab holds the login lock: this one continues after it.
    expect(headingOf(answer.text)).toBe('You are in, one tab at a time');
    service.time.pass(3 * SECONDS);
    answer = await browser.post(page, form);
  }
  return answer.location.startsWith(service.issuer) ? browser.follow(answer.location, service.issuer) : answer;
}

/** A fresh login, as the relying party starts it when the visitor returns. */
async function passesAtOnce(clientId: string, options: LoginOptions = {}): Promise<void> {
  const fresh = await startLogin(service.issuer, { clientId, redirectUri: CALLBACK, ...options });
  const answer = await browser.get(fresh.url);
  expect(answer.location).toMatch(/\?code=/);
  await expect(fresh.exchange(answer.location)).resolves.toHaveProperty('id_token');
}

describe('a login that waited', () => {
  test.each([
    ['shop', 9 * MINUTES + 25 * SECONDS],
    ['minute', 53 * SECONDS],
    ['alb', 14 * MINUTES + 25 * SECONDS],
    ['apache', 4 * MINUTES + 25 * SECONDS],
    ['patient', 5 * HOURS],
  ])('at %s for %s ms, less than its login window, gets a code', async (clientId, ms) => {
    const { page, login } = await wait(clientId, ms);
    const answer = await claim(page);
    await expect(login.exchange(answer.location)).resolves.toHaveProperty('id_token');
  });

  test.each([
    ['shop', 9 * MINUTES + 31 * SECONDS],
    ['minute', 55 * SECONDS],
    ['alb', 14 * MINUTES + 31 * SECONDS],
    ['apache', 4 * MINUTES + 31 * SECONDS],
    ['shop', 14 * HOURS],
  ])('at %s for %s ms gets no code: the visitor restarts the login, which passes at once', async (clientId, ms) => {
    const { page, login } = await wait(clientId, ms);
    const answer = await claim(page);
    expect(answer.status).toBe(303);
    expect(answer.location).toMatch(/^http:\/\/127\.0\.0\.1:9\//);
    expect(answer.location).not.toContain(login.state);
    expect(answer.location).not.toContain('code=');
    await passesAtOnce(clientId);
    expect(await service.waitingRoom.operations.counters('sale')).toMatchObject({ queue: 1, claimed: 1, active: 1 });
  });

  test.each([
    ['shop', {}, `${SITE}/landing?a=b`],
    ['rootless', {}, `${SITE}/`],
    [
      'initiating',
      {},
      (at: string) => `https://login.example/start?tenant=7&${initiation(at, 'https://login.example/')}`,
    ],
    ['alb', { state: 'opaque' }, `${SITE}/landing?a=b`],
    ['apache', { state: 'a-hash' }, (at: string) => `${CALLBACK}?${initiation(at, `${SITE}/`)}`],
    ['apache-far', { state: 'a-hash' }, (at: string) => `${CALLBACK}?${initiation(at, `${SITE}/`)}`],
    ['envoy', { state: json({ url: `${SITE}/deep?q=1&r=%20#s`, csrf_token: 't' }) }, `${SITE}/deep?q=1&r=%20#s`],
    ['envoy', { state: 'opaque' }, `${SITE}/landing?a=b`],
    ['proxy', { state: 'nonce:/deep?q=1&r=%20' }, `${SITE}/deep?q=1&r=%20`],
    ['express', { state: json({ returnTo: '/deep?q=1' }) }, `${SITE}/deep?q=1`],
    ['traefik', { state: `nonce:oidc:${SITE}/deep` }, `${SITE}/deep`],
    ['shop', { state: json({ url: `${SITE}/deep`, returnTo: '/deep' }) }, `${SITE}/landing?a=b`],
    ['shop', { target_link_uri: `${SITE}/deep?q=1` }, `${SITE}/deep?q=1`],
    ['apache', { target_link_uri: `${SITE}/deep?q=1` }, `${SITE}/deep?q=1`],
    ['apache', { anteroom_page: btoa(`${SITE}/deep?q=~~~>>>`) }, `${SITE}/deep?q=~~~%3E%3E%3E`],
    ['envoy', { state: json({ url: `${CALLBACK}?code=x` }) }, `${SITE}/landing?a=b`],
  ])('too long at %s with %o restarts at the requested page, or the best alternative', async (clientId, more, to) => {
    const { page } = await wait(clientId, HOURS, more);
    const answer = await claim(page);
    expect(answer.location).toBe(typeof to === 'string' ? to : to(service.issuer));
  });

  const initiation = (issuer: string, target: string) =>
    new URLSearchParams({ iss: issuer, target_link_uri: target }).toString();

  test('too long at Spring restarts where Spring starts its logins', async () => {
    const { page } = await wait('spring', HOURS, {}, { redirectUri: `${SITE}/login/oauth2/code/line` });
    expect(new URL((await claim(page)).location).pathname).toBe('/oauth2/authorization/line');
  });

  test('too long for an app without a page explains it, and redirects nowhere', async () => {
    const { page } = await wait('app', HOURS, {}, { redirectUri: 'com.example.app:/callback' });
    const answer = await claim(page);
    expect([answer.status, answer.location]).toEqual([200, '']);
    expect(shown(answer.text)).toContain('Go back to where you came from');
    expect(answer.text).toContain('Spring &lt;i&gt;sale');
  });

  describe.each([
    ['envoy', (url: string) => ({ state: json({ url }) })],
    ['proxy', (url: string) => ({ state: `n:${url}` })],
    ['express', (returnTo: string) => ({ state: json({ returnTo }) })],
    ['traefik', (url: string) => ({ state: `n:p:${url}` })],
    ['shop', (target_link_uri: string) => ({ target_link_uri })],
    ['apache-far', (url: string) => ({ anteroom_page: btoa(url) })],
  ])('too long at %s restarts only at a registered origin', (clientId, more) => {
    test.each([
      'https://evil.example/',
      '//evil.example/',
      '///evil.example/',
      '/\\evil.example/',
      '\\\\evil.example/',
      '/\t/evil.example/',
      'https://127.0.0.1:9/',
      'http://127.0.0.1:90/',
      'http://127.0.0.1/',
      'http://127.0.0.1:9@evil.example/',
      'http://user:pass@127.0.0.1:9/',
      'http://127.0.0.1:9.evil.example/',
      'javascript:alert(document.domain)',
      'data:text/html,<script>alert(1)</script>',
      'com.example.app:/x',
      '/a\r\nSet-Cookie: a=b',
      '/a\u0000b',
      `/${'a'.repeat(4_200)}`,
    ])('%j', async (url) => {
      const { page } = await wait(clientId, HOURS, more(url));
      const begins = clientId === 'apache-far' ? `${CALLBACK}?iss=` : `${SITE}/landing?a=b`;
      expect((await claim(page)).location.slice(0, begins.length)).toBe(begins);
    });
  });
});

describe('a login keeps its start', () => {
  test('if the ticket was lost and /authorize issued a new one', async () => {
    const { page } = await wait('shop', HOURS);
    browser.cookies.delete('anteroom_ticket_sale');
    const rejoined = await browser.follow(page, service.issuer);
    expect((await claim(rejoined.url)).location).toBe(`${SITE}/landing?a=b`);
  });

  test('unless all cookies were lost: then the relying party starts a fresh one', async () => {
    const { page } = await wait('shop', HOURS);
    browser = createBrowser();
    expect((await browser.follow(page, service.issuer)).location).toBe(`${SITE}/landing?a=b`);
    await passesAtOnce('shop');
  });

  test('if its visitor left the line and joined again', async () => {
    const { page } = await arrive(browser, service.issuer, { redirectUri: CALLBACK });
    await browser.post(page, { leave: '1' });
    service.time.pass(HOURS);
    const { text } = await browser.get(page);
    const again = /<a href="(\/authorize[^"]+)">Join again/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const joined = await browser.follow(`${service.issuer}${again}`, service.issuer);
    await letIn();
    expect((await claim(joined.url)).location).toBe(`${SITE}/landing?a=b`);
  });

  test('between the claim and the code', async () => {
    const { page } = await wait('shop', 9 * MINUTES);
    const { location } = await browser.post(page);
    expect(location).toMatch(`${service.issuer}/authorize?`);
    service.time.pass(MINUTES);
    const late = await browser.follow(location, service.issuer);
    expect(late.url).toContain('/rooms/sale/wait?');
    expect((await claim(late.url)).location).toBe(`${SITE}/landing?a=b`);
  });

  test('and a forged note does not change it', async () => {
    const { page } = await wait('shop', HOURS);
    browser.cookies.delete('anteroom_ticket_sale');
    const { location } = await browser.get(page);
    const [, at = '', stamp = ''] = /anteroom_began=(\d+)\.([\w-]+)$/.exec(location) ?? [];
    const forged = location.replace(`${at}.${stamp}`, `${Number(at) + HOURS}.${stamp}`);
    const answer = await browser.follow(forged, service.issuer);
    // Without a valid note this is a new request; the relying party decides about its answer.
    expect(answer.location).toContain('code=');
  });

  test('as a stored request, which its resume URL does not complete', async () => {
    const { page } = await waitStored('shop', 9 * MINUTES);
    expect(page).toContain('anteroom_interaction=');
    const { location } = await browser.post(page);
    expect(location).toMatch(`${service.issuer}/authorize/`);
    service.time.pass(MINUTES);
    const late = await browser.follow(location, service.issuer);
    expect(late.url).toContain('/rooms/sale/wait?');
    expect((await claim(late.url)).location).toBe(`${SITE}/landing?a=b`);
    await passesAtOnce('shop');
  });

  test('as a stored request that was resumed before its turn', async () => {
    const { id } = await arriveStored(browser, service, { redirectUri: CALLBACK });
    service.time.pass(9 * MINUTES);
    const { location } = await browser.get(`${service.issuer}/authorize/${id}`);
    service.time.pass(MINUTES);
    await letIn();
    expect((await claim(location)).location).toBe(`${SITE}/landing?a=b`);
  });

  test('as a pushed request, which restarts at the page in its state', async () => {
    const state = json({ url: `${SITE}/deep` });
    const { url } = await push(service.issuer, { clientId: 'envoy', more: { state }, redirectUri: CALLBACK });
    const page = (await browser.get(url)).location;
    service.time.pass(HOURS);
    await letIn();
    expect((await claim(page)).location).toBe(`${SITE}/deep`);
    await passesAtOnce('envoy');
  });

  test('as a stored request, which restarts at the page in its state', async () => {
    const { page } = await waitStored('envoy', HOURS, { state: json({ url: `${SITE}/deep` }) });
    expect((await claim(page)).location).toBe(`${SITE}/deep`);
  });
});

describe('a visitor who waits overnight', () => {
  test('is admitted in the morning if the browser kept its cookies', async () => {
    const { page } = await wait('envoy', 0, { state: json({ url: `${SITE}/deep` }) });
    service.time.pass(11 * HOURS);
    expect(headingOf((await browser.get(page)).text)).toBe('Your turn has passed');
    await browser.post(page, { rejoin: '1' });
    await letIn();
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'served' });
    expect((await claim(page)).location).toBe(`${SITE}/deep`);
    await passesAtOnce('envoy');
  });

  test('with a stored request that expired restarts the login too', async () => {
    const { page, id } = await waitStored('shop', MINUTES);
    await service.store.oidcRecords.destroy('Interaction', id);
    expect((await claim(page)).location).toBe(`${SITE}/landing?a=b`);
    await passesAtOnce('shop');
  });

  test('gets a way back from an altered address of a stored request', async () => {
    const { page } = await waitStored('shop', MINUTES);
    const { status, text } = await browser.get(`${page}x`);
    expect(status).toBe(400);
    expect(text).toContain(`href="${SITE}/landing?a=b"`);
  });
});

test("prompt=none of an admitted visitor gets a code, however old another tab's login is", async () => {
  const { page } = await wait('alb', HOURS);
  await claim(page);
  const silent = await startLogin(service.issuer, { clientId: 'alb', redirectUri: CALLBACK, more: { prompt: 'none' } });
  expect((await browser.get(silent.url)).location).toContain('code=');
});

describe('a relying party that keeps restarting logins', () => {
  test('is stopped after two restarts in a minute, by a page that explains and has a button to continue', async () => {
    const { page } = await wait('shop', HOURS);
    for (const _ of [1, 2]) expect((await claim(page)).status).toBe(303);
    const stopped = await claim(page);
    expect([stopped.status, stopped.location]).toEqual([200, '']);
    expect(headingOf(stopped.text)).toBe('You are in, but the site forgot your visit');
    expect(shown(stopped.text)).toContain('Continue to 127.0.0.1:9');
    expect(stopped.text).toContain('<form method="post"');
    expect(stopped.text).toContain('name="restart" value="1"');
    expect(stopped.text).not.toContain('<i>');

    // The button continues, and its restart is the first of a new count.
    expect((await claim(page, { restart: '1' })).location).toBe(`${SITE}/landing?a=b`);
    expect((await claim(page)).status).toBe(303);
    expect((await claim(page)).status).toBe(200);
  });

  test('is not stopped a minute later, nor is another relying party', async () => {
    const { page } = await wait('shop', HOURS);
    const { page: other } = await arrive(browser, service.issuer, { clientId: 'rootless', redirectUri: CALLBACK });
    expect(other).toContain('code=');
    for (const _ of [1, 2]) await claim(page);
    expect((await claim(page)).status).toBe(200);
    service.time.pass(61 * SECONDS);
    expect((await claim(page)).status).toBe(303);
  });

  test('is not counted by a forged cookie', async () => {
    const { page } = await wait('shop', HOURS);
    browser.cookies.set('anteroom_loop_shop', '1,2,3');
    expect((await claim(page)).status).toBe(303);
  });
});

describe('of two tabs', () => {
  async function twoTabs(clientId: string) {
    const state = (deep: string) => (clientId === 'proxy' ? { state: `n:${deep}` } : {});
    const options = { clientId, redirectUri: CALLBACK };
    const older = await arrive(browser, service.issuer, { ...options, more: state('/older') });
    service.time.pass(5 * SECONDS);
    const newer = await arrive(browser, service.issuer, { ...options, more: state('/newer') });
    await letIn();
    return { older, newer };
  }

  test.each([
    ['proxy', `${SITE}/older`],
    ['alb', `${SITE}/landing?a=b`],
  ])('at %s, which keeps one login per browser, the newer gets a code and the older restarts', async (clientId, to) => {
    const { older, newer } = await twoTabs(clientId);
    expect((await claim(older.page)).location).toBe(to);
    expect((await claim(newer.page)).location).toMatch(/\?code=/);
    await passesAtOnce(clientId);
  });

  test.each(['shop', 'apache', 'envoy'])('at %s both get a code', async (clientId) => {
    const { older, newer } = await twoTabs(clientId);
    for (const { page, login } of [older, newer]) {
      await expect(login.exchange((await claim(page)).location)).resolves.toHaveProperty('id_token');
    }
  });

  test('the second of two served at once continues by itself', async () => {
    const { older, newer } = await twoTabs('alb');
    const first = await browser.post(newer.page);
    expect(first.location).toContain('/authorize?');
    const held = await browser.post(older.page);
    expect([held.status, held.location, held.headers['cache-control']]).toEqual([200, '', 'no-store']);
    expect(headingOf(held.text)).toBe('You are in, one tab at a time');
    expect(held.headers.refresh).toBe(`3;url=${older.page.slice(service.issuer.length)}`);
    // A tab does not block itself, as when its button is pressed twice.
    expect((await browser.post(newer.page)).location).toBe(first.location);
    service.time.pass(3 * SECONDS);
    expect((await browser.post(older.page)).location).toBe(`${SITE}/landing?a=b`);
  });

  test('a fresh login supersedes the tab that still waits', async () => {
    const { older, newer } = await twoTabs('proxy');
    await claim(older.page);
    await passesAtOnce('proxy');
    expect((await claim(newer.page)).location).toBe(`${SITE}/newer`);
  });
});
