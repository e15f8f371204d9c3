/** `confirm_login`: prompt=login and max_age ask a visitor who is inside (OpenID Connect Core §3.1.2.1). */
import * as client from 'openid-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { facts, REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { push } from './pushed-request.ts';
import { storeRequest } from './stored-request.ts';
import { closeDoor, comeBack, goIn, numbersGiven, read } from './visit.ts';
import { headingOf } from './waiting-page.ts';

const FRESH = 'http://127.0.0.1:9/start';
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HEADING = 'You are in';
const CONFIRM = { confirm: '1' };
const party = { client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI], landing_url: FRESH };
const settings = {
  rooms: [{ id: 'sale', title: 'Spring sale', admission: { lifetime: '1h', confirm_window: '0s' } }],
  relying_parties: [
    { ...party, client_id: 'shop', confirm_login: true },
    { ...party, client_id: 'kiosk' },
  ],
};
/** Makes the ID token say when the visitor was authenticated. */
const AUTH_TIME = { claims: JSON.stringify({ id_token: { auth_time: null } }) };
const PROMPT_LOGIN = { prompt: 'login', ...AUTH_TIME };
type Kind = 'travelling' | 'pushed' | 'stored';
const ASKED: readonly [string, Record<string, string>, Kind?][] = [
  ['prompt=login', PROMPT_LOGIN],
  ['prompt=login consent', { ...PROMPT_LOGIN, prompt: 'login consent' }],
  ['max_age=0', { max_age: '0' }],
  ['a max_age that has passed', { max_age: '60' }],
  ['prompt=login, pushed (RFC 9126)', PROMPT_LOGIN, 'pushed'],
  ['max_age=0, pushed', { max_age: '0' }, 'pushed'],
  ['prompt=login, as an earlier version stored it', PROMPT_LOGIN, 'stored'],
  ['max_age=0, as an earlier version stored it', { max_age: '0' }, 'stored'],
];

onEachStore('a relying party with confirm_login', settings, (service) => {
  let browser: Browser;
  /** When the visitor was admitted, in seconds. */
  let admittedAt: number;

  beforeEach(async () => {
    await service.waitingRoom.operations.reset('sale');
    browser = createBrowser();
    admittedAt = Math.floor(service.time.now() / SECOND);
    await goIn(service, { browser });
    service.time.pass(2 * MINUTE);
  });

  const seconds = () => Math.floor(service.time.now() / SECOND);
  /** The time that the ID token names. The library's own check of it needs the real clock. */
  async function authTime(login: Awaited<ReturnType<typeof startLogin>>, callback: string): Promise<number> {
    const tokens = await login.exchange(callback);
    return Number(tokens.claims()?.auth_time);
  }
  /** Arrives at the waiting page. */
  async function wait(visitor: Browser, more: Record<string, string>, kind: Kind = 'travelling') {
    const pushed = kind === 'pushed' ? await push(service.issuer, { more }) : null;
    const login = pushed?.login ?? (await startLogin(service.issuer, { more }));
    const answer = await visitor.get(pushed?.url ?? login.url);
    expect(read(answer).outcome).toBe('waits');
    const { page } =
      kind === 'stored' ? await storeRequest(visitor, service, answer.location) : { page: answer.location };
    return { login, page };
  }
  const ask = (more: Record<string, string>, kind?: Kind) => wait(browser, more, kind);
  async function confirm(page: string, form: Record<string, string> = CONFIRM, headers = {}) {
    const answer = await browser.post(page, form, headers);
    return answer.location.startsWith(service.issuer) ? browser.follow(answer.location, service.issuer) : answer;
  }

  test.each(ASKED)('asks a visitor who is inside, once: %s', async (_asked, more, kind) => {
    const before = await numbersGiven(service);
    const { login, page } = await ask(more, kind);
    const { status, text } = await browser.get(page);
    expect([status, headingOf(text)]).toEqual([200, HEADING]);
    expect(text.match(/<button/g)).toHaveLength(1);
    expect(text).not.toContain('<script');

    service.time.pass(30 * SECOND);
    const pressedAt = seconds();
    const back = await confirm(page);
    expect(await authTime(login, back.location)).toBeGreaterThanOrEqual(pressedAt);
    expect(await numbersGiven(service)).toBe(before);
    expect((await comeBack(service, browser)).outcome).toBe('code');
  });

  test('asks in the second after the admission, too', async () => {
    await service.waitingRoom.operations.raise('sale', 10);
    const newcomer = createBrowser();
    expect((await comeBack(service, newcomer)).outcome).toBe('code');
    await closeDoor(service);
    service.time.pass(100);
    const { answer } = await comeBack(service, newcomer, { more: PROMPT_LOGIN });
    expect(headingOf((await newcomer.get(answer.location)).text)).toBe(HEADING);
  });

  test('asks again for each request with prompt=login, and by max_age from the last press', async () => {
    await confirm((await ask(PROMPT_LOGIN)).page);
    expect((await comeBack(service, browser, { more: { max_age: '60' } })).outcome).toBe('code');
    await ask(PROMPT_LOGIN);
    service.time.pass(MINUTE + SECOND);
    await ask({ max_age: '60' });
  });

  test.each([
    ['no prompt', AUTH_TIME],
    ['a max_age that has not passed', { max_age: '600' }],
    ['prompt=none within max_age', { max_age: '600', prompt: 'none' }],
  ])('does not ask for %s: the admission is the authentication', async (_asked, more) => {
    const { login, outcome, answer } = await comeBack(service, browser, { more });
    expect(outcome).toBe('code');
    const time = await authTime(login, answer.location);
    expect(time).toBeGreaterThanOrEqual(admittedAt);
    expect(time).toBeLessThan(admittedAt + 60);
  });

  test('answers prompt=none with login_required once max_age has passed', async () => {
    const { outcome, params } = await comeBack(service, browser, { more: { max_age: '60', prompt: 'none' } });
    expect([outcome, params.get('error')]).toEqual(['error', 'login_required']);
  });

  test('measures max_age from the admission where the session is lost', async () => {
    for (const name of ['anteroom_session', 'anteroom_session.sig']) browser.cookies.delete(name);
    await ask({ max_age: '60' });
    expect((await comeBack(service, browser, { more: { max_age: '600' } })).outcome).toBe('code');
  });

  test.each(ASKED)('does not ask a newcomer, whose turn is the authentication: %s', async (_asked, more, kind) => {
    const newcomer = createBrowser();
    const { page, login } = await wait(newcomer, more, kind);
    expect(headingOf((await newcomer.get(page)).text)).toBe('You are in line');
    service.time.pass(2 * MINUTE);
    await service.waitingRoom.operations.raise('sale', 10);
    expect((await facts(newcomer, page)).json()).toMatchObject({ state: 'served' });
    const back = await newcomer.follow((await newcomer.post(page)).location, service.issuer);
    expect(await authTime(login, back.location)).toBeGreaterThanOrEqual(admittedAt + 120);
    await closeDoor(service);
  });

  test('does not ask a newcomer who finds a free place', async () => {
    await service.waitingRoom.operations.raise('sale', 10);
    expect((await comeBack(service, createBrowser(), { more: PROMPT_LOGIN })).outcome).toBe('code');
    await closeDoor(service);
  });

  test('leaves other relying parties of the room as they are', async () => {
    const { outcome } = await comeBack(service, browser, { clientId: 'kiosk', more: PROMPT_LOGIN });
    expect(outcome).toBe('code');
  });

  describe('lets nothing but the press confirm', () => {
    test.each(ASKED)('not a form without it, nor a visit of the way back: %s', async (_asked, more, kind) => {
      const { page } = await ask(more, kind);
      expect(headingOf((await confirm(page, {})).text)).toBe(HEADING);
      const interaction = new URL(page).searchParams.get('anteroom_interaction');
      if (!interaction) return;
      const resumed = await browser.get(`${service.issuer}/authorize/${interaction}`);
      expect(read(resumed).outcome).toBe('waits');
    });

    test.each([
      ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
      ['a sibling host', { 'Sec-Fetch-Site': 'same-site' }],
      ['another origin', { Origin: 'https://evil.example' }],
    ])('not a form that %s sent', async (_sender, headers) => {
      const { page } = await ask(PROMPT_LOGIN);
      expect((await browser.post(page, CONFIRM, headers)).location).toBe(page);
      expect(headingOf((await browser.get(page)).text)).toBe(HEADING);
    });

    test('not the press of another visitor who is inside', async () => {
      const { page } = await ask(PROMPT_LOGIN);
      const attacker = createBrowser();
      await goIn(service, { browser: attacker });
      service.time.pass(SECOND);
      const own = await comeBack(service, attacker, { more: PROMPT_LOGIN });
      const confirmed = (await attacker.post(own.answer.location, CONFIRM)).location;
      expect(confirmed).toContain('/authorize?');
      expect(read(await attacker.get(confirmed)).outcome).toBe('code');
      expect(read(await browser.get(confirmed)).outcome).toBe('waits');
      expect((await attacker.post(page, CONFIRM)).location).toBe(FRESH);
    });

    test('not the cookie of another visitor who pressed', async () => {
      const attacker = createBrowser();
      await goIn(service, { browser: attacker });
      service.time.pass(SECOND);
      const { page } = await ask(PROMPT_LOGIN);
      const own = await comeBack(service, attacker, { more: PROMPT_LOGIN });
      await attacker.post(own.answer.location, CONFIRM);
      const pressed = attacker.cookies.get('anteroom_confirmed_sale') ?? '';
      expect(pressed).not.toBe('');
      browser.cookies.set('anteroom_confirmed_sale', pressed);
      expect(headingOf((await confirm(page, {})).text)).toBe(HEADING);
      await ask(PROMPT_LOGIN);
    });
  });

  describe('follows the rules of every login that waits', () => {
    test('a press after the login window restarts the login at the relying party', async () => {
      const { page } = await ask(PROMPT_LOGIN);
      service.time.pass(11 * MINUTE);
      expect((await browser.post(page, CONFIRM)).location).toBe(FRESH);
    });

    test('a page that was answered begins a fresh login', async () => {
      const { page } = await ask(PROMPT_LOGIN);
      expect((await confirm(page)).location).toContain('code=');
      expect((await confirm(page)).location).toBe(FRESH);
    });

    test.each(ASKED)('a visitor whose admission has ended waits in line: %s', async (_asked, more, kind) => {
      const { page } = await ask(more, kind);
      service.time.pass(60 * MINUTE);
      expect((await browser.post(page, CONFIRM)).location).not.toContain('code=');
      expect(headingOf((await browser.get(page)).text)).toBe('Your turn has passed');
      expect((await comeBack(service, browser, { more })).outcome).toBe('waits');
    });

    test('refresh and userinfo work after it', async () => {
      const { login, page } = await ask(PROMPT_LOGIN);
      const tokens = await login.exchange((await confirm(page)).location);
      const sub = tokens.claims()?.sub ?? '';
      expect((await client.fetchUserInfo(login.config, tokens.access_token, sub)).sub).toBe(sub);
    });
  });
});
