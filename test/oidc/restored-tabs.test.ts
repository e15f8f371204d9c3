/**
 * A browser without cookies opens ten tabs at once (a restored session, a folder of bookmarks). No request has a cookie
 * yet, so each tab is a visitor of its own, and the browser keeps the cookies of the last answer.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { arrive, facts, type Login, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import type { TestService } from '#support/service.ts';
import { comeBack, ENDS, numbersGiven } from './visit.ts';
import { headingOf } from './waiting-page.ts';

const FRESH = 'http://127.0.0.1:9/start';
const TABS = 10;
const PLACES = 3;
const party = { client_secret: SECRET, redirect_uris: [REDIRECT_URI], landing_url: FRESH };
const settings = {
  rooms: [
    { id: 'sale', title: 'Spring sale', admission: { lifetime: '10m' } },
    { id: 'other', title: 'Another sale' },
  ],
  relying_parties: [
    { ...party, client_id: 'shop', room: 'sale' },
    { ...party, client_id: 'elsewhere', room: 'other' },
  ],
};

interface Tab {
  readonly login: Login;
  /** The waiting page, or the redirect URI with a code. */
  readonly at: string;
}

async function openAtOnce(service: TestService, browser: Browser): Promise<Tab[]> {
  const tabs: Tab[] = [];
  for (let opened = 0; opened < TABS; opened++) {
    const alone = createBrowser();
    const { login, answer } = await arrive(alone, service.issuer);
    tabs.push({ login, at: answer.location });
    for (const [name, value] of alone.cookies) browser.cookies.set(name, value);
  }
  return tabs;
}

onEachStore('ten tabs that were opened at once', settings, (service) => {
  let browser: Browser;
  let tabs: Tab[];

  beforeEach(async () => {
    await service.waitingRoom.operations.reset('sale');
    browser = createBrowser();
  });

  const waiting = () => tabs.filter(({ at }) => at.includes('/wait?')).map(({ at }) => at);
  const numberAt = async (page: string) => (await facts(browser, page)).json().number;
  const subOf = async ({ login, answer }: Awaited<ReturnType<typeof comeBack>>) =>
    (await login.exchange(answer.location)).claims()?.sub;

  test('converge on one number within a reload', async () => {
    tabs = await openAtOnce(service, browser);
    expect(waiting()).toHaveLength(TABS);
    for (const page of waiting()) {
      const reloaded = await browser.get(page);
      const { answer } =
        reloaded.location === FRESH ? await comeBack(service, browser) : { answer: { location: page } };
      expect(await numberAt(answer.location)).toBe(TABS);
    }
    expect(await numbersGiven(service)).toBe(TABS);
  });

  describe('in a room for three', () => {
    /** The visitor of the tab that was admitted last. */
    let inside: string | undefined;

    beforeEach(async () => {
      await service.waitingRoom.operations.raise('sale', PLACES);
      tabs = await openAtOnce(service, browser);
      expect(waiting()).toHaveLength(TABS - PLACES);
      const last = tabs[PLACES - 1];
      inside = (await last?.login.exchange(last.at))?.claims()?.sub;
    });

    test('all go in: the poll of a waiting tab says that it is its turn, and its claim leads in', async () => {
      for (const page of waiting()) {
        expect((await facts(browser, page)).json()).toMatchObject({ state: 'served', number: PLACES });
        expect((await browser.post(page)).location).toBe(FRESH);
        const again = await comeBack(service, browser);
        expect(again.outcome).toBe('code');
        expect(await subOf(again)).toBe(inside);
      }
      expect(await service.waitingRoom.operations.counters('sale')).toMatchObject({ queue: TABS, claimed: PLACES });
    });

    test('all go in by a reload, and by a login in a new tab', async () => {
      for (const page of waiting()) expect((await browser.get(page)).location).toBe(FRESH);
      expect(await subOf(await comeBack(service, browser))).toBe(inside);
    });

    test('are the visitor who is inside to a relying party that asks without a prompt, or names that visitor', async () => {
      const silent = await comeBack(service, browser, { more: { prompt: 'none' } });
      const tokens = await silent.login.exchange(silent.answer.location);
      expect(tokens.claims()?.sub).toBe(inside);
      const named = await comeBack(service, browser, { more: { id_token_hint: tokens.id_token ?? '' } });
      expect(await subOf(named)).toBe(inside);
    });

    test.each(ENDS.slice(0, 2))('wait with the number they have when the admission has %s', async (_how, end) => {
      await end(service, inside ?? '');
      service.time.pass(1000);
      const [page = ''] = waiting().slice(-1);
      expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: TABS });
      expect(headingOf((await browser.get(page)).text)).toBe('You are in line');
      const again = await comeBack(service, browser, { more: { prompt: 'none' } });
      expect(again.params.get('error')).toBe('login_required');
    });

    test('wait where the cookie is of another room, of another kind, or altered', async () => {
      const [page = ''] = waiting().slice(-1);
      const name = 'anteroom_inside_sale';
      const value = browser.cookies.get(name) ?? '';
      const visitor = browser.cookies.get('anteroom_visitor') ?? '';
      await arrive(browser, service.issuer, { clientId: 'elsewhere' });
      const ofAnother = browser.cookies.get('anteroom_ticket_other') ?? '';
      for (const wrong of [ofAnother, visitor, `A${value.slice(1)}`, value.slice(0, -4), '']) {
        browser.cookies.set(name, wrong);
        expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: TABS });
        expect((await comeBack(service, browser)).outcome).toBe('waits');
      }
      expect(await numbersGiven(service)).toBe(TABS);
    });

    test('stay left where their visitor left the line, until the visitor comes back', async () => {
      const [page = ''] = waiting().slice(-1);
      const kept = browser.cookies.get('anteroom_inside_sale') ?? '';
      browser.cookies.delete('anteroom_inside_sale');
      await browser.post(page, { leave: '1' });
      browser.cookies.set('anteroom_inside_sale', kept);
      expect((await facts(browser, page)).status).toBe(401);
      expect(headingOf((await browser.get(page)).text)).toMatch(/left/i);
      expect(await subOf(await comeBack(service, browser))).toBe(inside);
    });
  });
});
