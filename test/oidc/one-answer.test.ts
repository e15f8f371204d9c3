/** A waiting request gets one code, in the browser that began it. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { arrive, type LoginOptions, REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { closeDoor, comeBack, numbersGiven } from './visit.ts';
import { headingOf } from './waiting-page.ts';

const SITE = new URL('/', REDIRECT_URI).origin;
const party = (client_id: string, more: Record<string, unknown>) => ({
  client_id,
  client_secret: SECRET,
  room: 'sale',
  redirect_uris: [REDIRECT_URI],
  ...more,
});
const settings = {
  rooms: [{ id: 'sale', title: 'Spring sale' }],
  relying_parties: [
    party('shop', { landing_url: `${SITE}/landing` }),
    party('patient', { landing_url: `${SITE}/landing`, login_window: null }),
    party('envoy', { profile: 'envoy' }),
    party('oauth2-proxy', { profile: 'oauth2-proxy' }),
    party('alb', { profile: 'alb' }),
    party('initiating', { initiate_login_uri: 'https://login.example/start' }),
    party('app', { client_secret: undefined, redirect_uris: ['com.example.app:/callback'] }),
  ],
};
const envoyState = Buffer.from(JSON.stringify({ url: `${SITE}/deep` })).toString('base64url');

/** Where each relying party starts a fresh login. */
const PARTIES: readonly [clientId: string, more: Record<string, string>, fresh: string][] = [
  ['shop', {}, `${SITE}/landing`],
  ['patient', {}, `${SITE}/landing`],
  ['envoy', { state: envoyState }, `${SITE}/deep`],
  ['oauth2-proxy', { state: 'n:/deep' }, `${SITE}/deep`],
  ['alb', {}, `${SITE}/`],
  ['initiating', {}, 'https://login.example/start?'],
];

onEachStore('a login that waits', settings, (service) => {
  let browser: Browser;

  beforeEach(async () => {
    await service.waitingRoom.operations.reset('sale');
    await closeDoor(service);
    browser = createBrowser();
  });

  const letIn = () => service.waitingRoom.operations.raise('sale', 10);
  async function wait(clientId: string, more: Record<string, string>, options: LoginOptions = {}) {
    const { page } = await arrive(browser, service.issuer, { clientId, more, ...options });
    expect(page).toContain('/rooms/sale/wait?');
    return page;
  }
  /** Claims, and follows the redirects of the service. */
  async function claim(page: string) {
    const answer = await browser.post(page);
    return answer.location.startsWith(service.issuer) ? browser.follow(answer.location, service.issuer) : answer;
  }

  describe.each(PARTIES)('at %s', (clientId, more, fresh) => {
    test('gets one code; its waiting page opened again begins a fresh login', async () => {
      const page = await wait(clientId, more);
      await letIn();
      expect((await claim(page)).location).toMatch(/\?code=/);
      const again = await claim(page);
      expect(again.location).not.toContain('code=');
      expect(again.location.startsWith(fresh)).toBe(true);
      expect((await comeBack(service, browser, { clientId })).outcome).toBe('code');
    });

    test('opened by a friend begins a fresh login there, before the friend gets a number', async () => {
      const page = await wait(clientId, more);
      const friend = createBrowser();
      const opened = await friend.follow(page, service.issuer);
      expect(opened.location.startsWith(fresh)).toBe(true);
      expect(await numbersGiven(service)).toBe(1);
      const { location } = await friend.get((await startLogin(service.issuer, { clientId })).url);
      expect(headingOf((await friend.get(location)).text)).toBe('You are in line');
    });

    test('opened by a friend who waits too, or claimed by one, begins a fresh login', async () => {
      const page = await wait(clientId, more);
      const friend = createBrowser();
      await arrive(friend, service.issuer, { clientId });
      await letIn();
      expect((await friend.get(page)).location.startsWith(fresh)).toBe(true);
      expect((await friend.post(page)).location.startsWith(fresh)).toBe(true);
      expect((await service.waitingRoom.operations.counters('sale')).claimed).toBe(0);
    });
  });

  test('opened by a friend says so where the relying party has no page to start from', async () => {
    const page = await wait('app', {}, { redirectUri: 'com.example.app:/callback' });
    const { status, text } = await createBrowser().follow(page, service.issuer);
    expect([status, headingOf(text)]).toEqual([400, 'Something went wrong']);
    expect(await numbersGiven(service)).toBe(1);
  });

  test('sent by a form of another site, which brings no cookies along, sets none', async () => {
    const page = await wait('shop', {});
    for (const field of ['leave', 'rejoin', 'claim']) {
      const sent = createBrowser();
      const { status, location } = await sent.post(page, { [field]: '1' }, { 'Sec-Fetch-Site': 'cross-site' });
      expect([status, location, sent.cookies.size]).toEqual([303, page, 0]);
    }
  });

  test('stays its visitor’s when the cookie keys are rotated', async () => {
    const page = await wait('shop', {});
    await service.restart({ cookieKeys: ['a newer key', 'a key that only the tests know'] });
    expect(headingOf((await browser.get(page)).text)).toBe('You are in line');
    await service.restart();
  });
});
