import { beforeEach, describe, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { arrive, facts } from '#support/relying-party.ts';
import { COOKIE_KEYS } from '#support/service.ts';
import { closeDoor, comeBack, goIn, numbersGiven, relying_parties, rooms } from './visit.ts';

const SESSION = ['anteroom_session', 'anteroom_session.sig'];
const VISITOR = ['anteroom_visitor'];
const TICKET = ['anteroom_ticket_sale'];

onEachStore('one browser is one visitor', { rooms, relying_parties }, (service) => {
  let browser: Browser;

  beforeEach(async () => {
    await service.waitingRoom.operations.reset('sale');
    browser = createBrowser();
  });

  const forget = (names: readonly string[]) => {
    for (const name of names) expect(browser.cookies.delete(name)).toBe(true);
  };
  const restart = (cookieKeys: readonly string[]) => service.restart({ cookieKeys });
  const subOf = async (visit: Awaited<ReturnType<typeof comeBack>>) =>
    (await visit.login.exchange(visit.answer.location)).claims()?.sub;

  test('with one number: in a second tab, after a reload, and at two relying parties', async () => {
    const { page } = await arrive(browser, service.issuer);
    const number = (await facts(browser, page)).json().number;
    const tabs = [
      (await arrive(browser, service.issuer)).page,
      (await arrive(browser, service.issuer, { clientId: 'kiosk' })).page,
      (await browser.get(page)) && page,
    ];
    for (const tab of tabs) expect((await facts(browser, tab)).json()).toMatchObject({ number, state: 'waiting' });
    expect(await numbersGiven(service)).toBe(1);
  });

  test('with one sub: two tabs at two relying parties both get tokens', async () => {
    const [one, two] = [
      await arrive(browser, service.issuer),
      await arrive(browser, service.issuer, { clientId: 'kiosk' }),
    ];
    await service.waitingRoom.operations.raise('sale', 1);
    const subs = [];
    for (const { login, page } of [one, two]) {
      const back = await browser.follow((await browser.post(page)).location, service.issuer);
      subs.push((await login.exchange(back.location)).claims()?.sub);
    }
    expect(subs[0]).toBe(subs[1]);
    expect((await service.waitingRoom.operations.counters('sale')).claimed).toBe(1);
  });

  test('with one number, also when several tabs with a ticket arrive at the same moment', async () => {
    await arrive(browser, service.issuer);
    await Promise.all(Array.from({ length: 5 }, () => arrive(browser, service.issuer)));
    expect(await numbersGiven(service)).toBe(1);
  });

  test.each([
    ['the session is lost', SESSION],
    ['the visitor cookie is lost', VISITOR],
    ['the ticket is lost', TICKET],
    ['session and visitor cookie are lost', [...SESSION, ...VISITOR]],
    ['session and ticket are lost', [...SESSION, ...TICKET]],
    ['visitor cookie and ticket are lost', [...VISITOR, ...TICKET]],
  ])('admitted once and with the same sub when %s, without an automatic logout', async (_what, names) => {
    const first = await goIn(service, { browser });
    const sub = (await first.login.exchange(first.callback)).claims()?.sub;
    forget(names);
    const before = new Map(browser.cookies);
    expect((await comeBack(service, browser, { more: { prompt: 'none' } })).outcome).toBe('code');
    browser.cookies.clear();
    for (const [name, value] of before) browser.cookies.set(name, value);

    const again = await comeBack(service, browser);
    expect(again.outcome).toBe('code');
    expect(await subOf(again)).toBe(sub);
    expect(await numbersGiven(service)).toBe(1);
  });

  test.each([
    ['visitor cookie', VISITOR],
    ['ticket', TICKET],
  ])('in line once when the %s is lost', async (_what, names) => {
    const { page } = await arrive(browser, service.issuer);
    forget(names);
    const again = await arrive(browser, service.issuer);
    const number = (await facts(browser, again.page)).json().number;
    // Only the ticket holds the number, so this is a new one, at the back.
    expect(number).toBe(names === TICKET ? 2 : 1);
    await service.waitingRoom.operations.raise('sale', 2);
    const claimed = await browser.post(page);
    expect((await browser.follow(claimed.location, service.issuer)).location).toContain('code=');
  });

  test('two browsers are two visitors', async () => {
    const [a, b] = [await arrive(createBrowser(), service.issuer), await arrive(createBrowser(), service.issuer)];
    expect(a.page).not.toBe(b.page);
    expect(await numbersGiven(service)).toBe(2);
  });

  test("another visitor's ticket beside one's own visitor cookie is ignored", async () => {
    const other = createBrowser();
    await arrive(other, service.issuer);
    await arrive(browser, service.issuer);
    browser.cookies.set('anteroom_ticket_sale', other.cookies.get('anteroom_ticket_sale') ?? '');
    const { page } = await arrive(browser, service.issuer);
    expect((await facts(browser, page)).json()).toMatchObject({ number: 3 });
  });

  test('a ticket of another room gives a new place at the back', async () => {
    await arrive(browser, service.issuer, { clientId: 'elsewhere' });
    await arrive(createBrowser(), service.issuer);
    browser.cookies.set('anteroom_ticket_sale', browser.cookies.get('anteroom_ticket_other') ?? '');
    const { page } = await arrive(browser, service.issuer);
    expect((await facts(browser, page)).json()).toMatchObject({ number: 2 });
  });

  test('a ticket of an older generation gives a new place at the back', async () => {
    await arrive(browser, service.issuer);
    await service.waitingRoom.operations.reset('sale');
    await arrive(createBrowser(), service.issuer);
    const { page } = await arrive(browser, service.issuer);
    expect((await facts(browser, page)).json()).toMatchObject({ number: 2 });
  });

  test.each([
    ['empty', ''],
    ['of another alphabet', '%C3%A9'],
    ['quoted', '"AAAA"'],
    ['of the right length', 'A'.repeat(83)],
    ['as long as a browser sends them', 'A'.repeat(3_500)],
  ])('cookies that are %s give a new place and no error', async (_what, value) => {
    for (const name of [...SESSION, ...VISITOR, ...TICKET]) browser.cookies.set(name, value);
    const { answer } = await arrive(browser, service.issuer);
    expect(answer.status).toBe(303);
    expect(await numbersGiven(service)).toBe(1);
  });

  describe('COOKIE_KEYS', () => {
    const NEWER = 'a key that came later';

    test('with one prepended keep tickets, waiting pages and sessions valid', async () => {
      const inside = await goIn(service);
      const { page } = await arrive(browser, service.issuer);
      const { number } = (await facts(browser, page)).json();
      await restart([NEWER, ...COOKIE_KEYS]);
      expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number });
      expect((await comeBack(service, inside.browser)).outcome).toBe('code');

      await service.waitingRoom.operations.raise('sale', 1);
      const claimed = await browser.post(page);
      expect((await browser.follow(claimed.location, service.issuer)).location).toContain('code=');
    });

    test('with one removed make tickets and waiting pages invalid, with a new place and no error 500', async () => {
      await restart(COOKIE_KEYS);
      const { page } = await arrive(browser, service.issuer);
      await restart([NEWER]);
      expect((await browser.get(page)).status).toBe(400);
      expect((await facts(browser, page)).status).toBe(400);
      const again = await arrive(browser, service.issuer);
      expect([again.answer.status, (await facts(browser, again.page)).json().number]).toEqual([303, 2]);
    });

    test('with one removed make admitted visitors wait again, since nothing identifies them', async () => {
      await restart(COOKIE_KEYS);
      await goIn(service, { browser });
      await restart([NEWER]);
      await closeDoor(service);
      expect((await comeBack(service, browser)).outcome).toBe('waits');
      await restart(COOKIE_KEYS);
    });
  });
});
