/** Places that are taken and never used, by programs that keep no cookies, and visitors who are slow. */
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type RoomInput, room as roomSchema } from '#settings/room.ts';
import { createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { arrive, facts, REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { headingOf } from '../oidc/waiting-page.ts';

const SIZE = 500;
const SITE = 'https://shop.example';
const SECOND = 1000;
const WINDOW = 30 * SECOND;

const room: RoomInput = {
  id: 'sale',
  inlet: { strategy: 'max-size', size: SIZE },
  // The limit of joins has tests of its own.
  challenge: 'off',
  return_urls: [`${SITE}/`],
};
const shop = { client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] };
const relying_parties = [
  shop,
  { ...shop, client_id: 'bank', confirm_login: true },
  { ...shop, client_id: 'landing', login_window: '1m', landing_url: `${SITE}/start` },
  // Nowhere to start a fresh login: a page asks the visitor to go back to the app.
  { ...shop, client_id: 'app', client_secret: undefined, login_window: '1m', redirect_uris: ['com.example.app:/back'] },
];

onEachStore('an admission that nobody confirms', { rooms: [room], relying_parties }, (service) => {
  const tick = async () => {
    await service.waitingRoom.flush();
    await service.waitingRoom.advance.room('sale');
    service.waitingRoom.snapshots.expire('sale');
  };
  const pass = async (ms: number) => {
    service.time.pass(ms);
    await tick();
  };
  const active = async () => (await service.waitingRoom.operations.counters('sale')).active;
  const resize = (size: number) =>
    service.waitingRoom.operations.putRoom(z.decode(roomSchema, { ...room, inlet: { strategy: 'max-size', size } }));

  /** A program without cookies, which goes where it is sent as long as that is this service. */
  async function request(url: string, headers: Record<string, string> = {}): Promise<void> {
    const program = createBrowser();
    let { location } = await program.get(url, headers);
    for (let hops = 0; hops < 4 && location.startsWith(service.issuer); hops++) {
      program.cookies.clear();
      ({ location } = await program.get(location));
    }
  }

  /** An honest visitor logs in, and the relying party exchanges the code after so many ms. */
  async function logIn(delay = 0) {
    const browser = createBrowser();
    const login = await startLogin(service.issuer);
    const { location } = await browser.get(login.url);
    await pass(delay);
    return { browser, login, callback: location };
  }

  beforeEach(async () => {
    await resize(SIZE);
    await service.waitingRoom.operations.reset('sale');
    await tick();
  });

  const api = () => `${service.issuer}/rooms/sale/tickets`;
  const enter = () => `${service.issuer}/rooms/sale/enter?return_to=${encodeURIComponent(`${SITE}/`)}`;
  const original = { 'X-Forwarded-Method': 'GET', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Uri': '/a' };
  const ATTACKS: readonly [door: string, attack: () => Promise<unknown>, taken: number][] = [
    ['/authorize', async () => request((await startLogin(service.issuer)).url), SIZE],
    ['the API', () => fetch(api(), { method: 'POST' }), SIZE],
    ['/enter', () => request(enter()), 0],
    [
      'the gate',
      () => request(`${service.issuer}/rooms/sale/gate/check`, { ...original, 'X-Forwarded-Host': 'shop.example' }),
      0,
    ],
  ];

  test.each(ATTACKS)('holds no place for longer than the window: 500 requests at %s', async (_door, attack, taken) => {
    for (let batch = 0; batch < SIZE; batch += 50) await Promise.all(Array.from({ length: 50 }, attack));
    expect(await active()).toBe(taken);
    await pass(WINDOW);
    expect(await active()).toBe(0);
    const { login, callback } = await logIn();
    await expect(login.exchange(callback)).resolves.toHaveProperty('id_token');
    expect(await active()).toBe(1);
  });

  test('is counted in an activity event', async () => {
    const before = service.told.length;
    for (let tab = 0; tab < 3; tab++) await logIn();
    await pass(WINDOW);
    await service.waitingRoom.advance.all();
    expect(service.told.slice(before).filter(({ type }) => type === 'admissions.lapsed')).toMatchObject([
      { room: 'sale', count: 3 },
    ]);
  });

  test('waits for a relying party that takes 25 seconds, and stays once the code is exchanged', async () => {
    const { login, callback } = await logIn(25 * SECOND);
    await expect(login.exchange(callback)).resolves.toHaveProperty('id_token');
    await pass(9 * 60 * SECOND);
    expect(await active()).toBe(1);
  });

  test('leaves a code that is refused when the window has passed', async () => {
    const { login, callback } = await logIn(WINDOW);
    await expect(login.exchange(callback)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('returns a slow phone to the front of the line, once', async () => {
    await resize(1);
    await tick();
    const { browser, login } = await logIn();
    const next = createBrowser();
    const { page } = await arrive(next, service.issuer);
    // The place is free, and the number is next.
    service.time.pass(WINDOW);
    const back = await browser.get(login.url);
    expect(back.location).toContain('/rooms/sale/wait?');
    await tick();
    expect((await facts(browser, back.location)).json()).toMatchObject({ state: 'served', number: 1 });
    expect((await facts(next, page)).json()).toMatchObject({ state: 'waiting', number: 2 });
    const claimed = await browser.post(back.location);
    const { location } = await browser.follow(claimed.location, service.issuer);
    await expect(login.exchange(location)).resolves.toHaveProperty('id_token');
    await pass(WINDOW);
    expect(await active()).toBe(1);
  });

  test('holds ten places for ten restored tabs for at most the window', async () => {
    const tabs = await Promise.all(Array.from({ length: 10 }, () => logIn()));
    expect(await active()).toBe(10);
    const [first] = tabs;
    if (first) await first.login.exchange(first.callback);
    await pass(WINDOW);
    expect(await active()).toBe(1);
  });

  test('is confirmed by a claim whose answer has the tokens', async () => {
    const joined = (await (await fetch(api(), { method: 'POST' })).json()) as { ticket: string; claim_by: string };
    expect(Date.parse(joined.claim_by)).toBeLessThanOrEqual(service.time.now() + WINDOW);
    const headers = { Authorization: `Bearer ${joined.ticket}` };
    expect((await fetch(`${api()}/self/claim`, { method: 'POST', headers })).status).toBe(200);
    await pass(WINDOW);
    expect(await active()).toBe(1);
  });

  describe('does not apply where a page or the site asks the visitor to continue, with a cookie that came back', () => {
    const LONG = 2 * WINDOW;

    test('the page that asks for a new login', async () => {
      const { browser } = await logIn();
      service.time.pass(SECOND);
      const again = await startLogin(service.issuer, { clientId: 'bank', more: { prompt: 'login' } });
      const { location: page } = await browser.get(again.url);
      expect(headingOf((await browser.get(page)).text)).toBe('You are in');
      await pass(LONG);
      expect(await active()).toBe(1);
      const pressed = await browser.post(page, { confirm: '1' });
      const { location } = await browser.follow(pressed.location, service.issuer);
      await expect(again.exchange(location)).resolves.toHaveProperty('id_token');
    });

    test.each([
      ['a site that starts over', 'landing', 303],
      ['the page that says how to start over', 'app', 200],
    ])('%s', async (_answer, clientId, status) => {
      await resize(1);
      await tick();
      const redirectUri = clientId === 'app' ? 'com.example.app:/back' : REDIRECT_URI;
      const options = { clientId, redirectUri };
      await logIn();
      const browser = createBrowser();
      const { page } = await arrive(browser, service.issuer, options);
      // The other admission lapses, and the login waits for longer than its login window.
      await pass(LONG);
      expect((await facts(browser, page)).json()).toMatchObject({ state: 'served' });
      expect((await browser.post(page)).status).toBe(status);
      await pass(LONG);
      expect(await active()).toBe(1);
      const fresh = await startLogin(service.issuer, options);
      expect((await browser.get(fresh.url)).location).toMatch(/[?&]code=/);
    });
  });

  test('does not apply where a cookie came back to /enter before the place was given', async () => {
    const browser = createBrowser();
    const { location } = await browser.get((await browser.get(enter())).location);
    expect(location).toContain('anteroom_token=');
    await pass(WINDOW);
    expect(await active()).toBe(1);
  });
});
