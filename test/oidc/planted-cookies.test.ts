/**
 * Cookies of an earlier version, whose names any sibling host can set, over https. They still work in the browser that
 * got them. Planted in another browser they do not help.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { createCookieSigner } from '#oidc/cookie-signer.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { facts, REDIRECT_URI } from '#support/relying-party.ts';
import { COOKIE_KEYS } from '#support/service.ts';
import { embeddedStore } from '#support/stores.ts';
import { createSeal } from '#waiting-room/seal.ts';
import { storeRequest } from './stored-request.ts';
import { closeDoor, numbersGiven, read, relying_parties, rooms } from './visit.ts';

const ISSUER = 'https://wait.example';
const SESSION = '__Host-anteroom_session';
const signer = createCookieSigner(createSeal(COOKIE_KEYS));
const service = serviceOn(embeddedStore, { rooms, relying_parties, issuer: ISSUER });

beforeEach(() => service.waitingRoom.operations.reset('sale'));

const here = (location: string) => location.replace(ISSUER, service.listensOn);
const letIn = () => service.waitingRoom.operations.raise('sale', 10);

async function authorize(browser: Browser, more: Record<string, string> = {}) {
  const query = new URLSearchParams({
    ...{ client_id: 'shop', response_type: 'code', scope: 'openid', redirect_uri: REDIRECT_URI, state: 'x' },
    ...more,
  });
  return browser.get(`${service.listensOn}/authorize?${query}`);
}

/** Goes in, and closes the door. */
async function inside(browser = createBrowser()): Promise<Browser> {
  const page = here((await authorize(browser)).location);
  await letIn();
  const { location } = await browser.post(page);
  expect((await browser.get(here(location))).location).toContain('code=');
  await closeDoor(service);
  return browser;
}

/** Waits with a stored request. */
async function waiting(browser = createBrowser()) {
  const page = here((await authorize(browser)).location);
  return {
    browser,
    number: (await facts(browser, page)).json().number,
    ...(await storeRequest(browser, service, page)),
  };
}

/** Sets a session cookie as the earlier version named it. */
function plantSession(from: Browser, to: Browser): void {
  const value = from.cookies.get(SESSION) ?? '';
  to.cookies.set('anteroom_session', value);
  to.cookies.set('anteroom_session.sig', signer.sign(`anteroom_session=${value}`));
}

function plantResume(id: string, to: Browser): void {
  to.cookies.set(`anteroom_resume /authorize/${id}`, id);
}

describe('in the browser that got them', () => {
  test('a stored request continues', async () => {
    const { browser, page } = await waiting();
    await letIn();
    const { location } = await browser.post(here(page));
    expect((await browser.get(here(location))).location).toContain('code=');
  });

  test('a stored request continues where only the ticket is left', async () => {
    const { browser, page } = await waiting();
    await letIn();
    const { location } = await browser.post(here(page));
    browser.cookies.delete('__Host-anteroom_visitor');
    expect((await browser.get(here(location))).location).toContain('code=');
  });

  test('a session is read, unless its signature is forged', async () => {
    const browser = await inside();
    plantSession(browser, browser);
    const logout = (signature?: string) => {
      for (const name of [SESSION, `${SESSION}.sig`]) browser.cookies.delete(name);
      if (signature) browser.cookies.set('anteroom_session.sig', signature);
      return browser.get(`${service.listensOn}/end-session`);
    };
    expect((await logout()).text).toContain('Leave and give up your place?');
    expect((await logout('forged')).location).toMatch(/\/end-session\/success$/);
  });
});

describe('planted in another browser', () => {
  async function claimed() {
    const attacker = await waiting();
    await letIn();
    const { location } = await attacker.browser.post(here(attacker.page));
    await closeDoor(service);
    return { ...attacker, resume: here(location) };
  }

  test.each<[who: string, victim: () => Promise<Browser>]>([
    ['of a newcomer', async () => createBrowser()],
    ['of a visitor who waits', async () => (await waiting()).browser],
    ['of a visitor who is inside', inside],
  ])("%s, a resume cookie does not finish the attacker's request", async (_who, victim) => {
    const browser = await victim();
    const { id, resume } = await claimed();
    const before = new Map(browser.cookies);
    plantResume(id, browser);
    const answer = await browser.get(resume);
    expect([answer.status, answer.location]).toEqual([400, '']);
    browser.cookies.delete(`anteroom_resume /authorize/${id}`);
    expect(new Map(browser.cookies)).toEqual(before);
  });

  test.each<[where: string, path: (id: string) => string]>([
    ['with a slash at the end', (id) => `/authorize/${id}/`],
    ['with another id', () => '/authorize/anything'],
    ['with a letter escaped', (id) => `/authorize/%${id.charCodeAt(0).toString(16)}${id.slice(1)}`],
    ['with more cookies of the name', (id) => `/authorize/${id}`],
  ])('nor at an address %s', async (where, path) => {
    const { id } = await claimed();
    const planted = where === 'with more cookies of the name' ? `anteroom_resume=other; anteroom_resume="${id}"` : '';
    const spellings = [id, `"${id}"`, `"${id}?`].map((value) => `anteroom_resume=${value}`);
    for (const cookie of [...spellings, planted].filter(Boolean)) {
      const answer = await fetch(service.listensOn + path(id), { headers: { Cookie: cookie }, redirect: 'manual' });
      expect(answer.headers.get('location') ?? '').not.toContain('code=');
      expect(answer.headers.getSetCookie().filter((set) => set.includes('anteroom_session'))).toEqual([]);
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
  });

  test('a session does not make a newcomer the attacker', async () => {
    const attacker = await inside();
    const victim = createBrowser();
    plantSession(attacker, victim);
    const before = await numbersGiven(service);
    expect(read(await authorize(victim, { prompt: 'none' })).params.get('error')).toBe('login_required');
    expect(read(await authorize(victim)).outcome).toBe('waits');
    expect(await numbersGiven(service)).toBe(before + 1);
  });

  test('a session does not outrank a ticket', async () => {
    const attacker = await inside();
    const { browser, number } = await waiting();
    plantSession(attacker, browser);
    const again = await authorize(browser);
    expect(read(again).outcome).toBe('waits');
    expect((await facts(browser, here(again.location))).json()).toMatchObject({ number, state: 'waiting' });
  });

  test('a session does not outrank a ticket where the visitor cookie is gone', async () => {
    const attacker = await inside();
    const { browser, number } = await waiting();
    browser.cookies.delete('__Host-anteroom_visitor');
    plantSession(attacker, browser);
    const again = await authorize(browser);
    expect((await facts(browser, here(again.location))).json()).toMatchObject({ number, state: 'waiting' });
  });

  test('unsealed and old names of tickets and visitors are not read', async () => {
    const attacker = await inside();
    const victim = createBrowser();
    for (const name of ['anteroom_visitor', 'anteroom_ticket_sale']) {
      victim.cookies.set(name, attacker.cookies.get(`__Host-${name}`) ?? '');
    }
    expect(read(await authorize(victim)).outcome).toBe('waits');
  });
});
