import { beforeEach, expect, test } from 'vitest';
import type { RoomInput } from '#settings/room.ts';
import { room as roomSettings } from '#settings/room.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { arrive, facts, REDIRECT_URI } from '#support/relying-party.ts';
import { headingOf, relying_parties, rooms, SALE, shown } from './waiting-page.ts';

onEachStore('the waiting page', { rooms, relying_parties }, (service) => {
  let browser: Browser;

  beforeEach(async () => {
    await set({});
    await operations().reset('sale');
    browser = createBrowser();
  });

  const operations = () => service.waitingRoom.operations;
  const set = (more: Partial<RoomInput>) => operations().putRoom(roomSettings.parse({ ...SALE, ...more }));
  const wait = async (as = browser) => (await arrive(as, service.issuer)).page;

  test('is complete without a script: number, people ahead, a button to check again, a way to leave', async () => {
    const ahead = createBrowser();
    await ahead.get(await wait(ahead));
    await service.waitingRoom.flush();
    service.waitingRoom.snapshots.expire('sale');
    const page = await wait();
    const { status, headers, text } = await browser.get(page);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headingOf(text)).toBe('You are in line');
    expect(shown(text)).toContain('People ahead of you 1 ');
    expect(shown(text)).toContain('Your number 2 ');
    expect(text).toContain('<noscript><button>Check again</button></noscript>');
    expect(text).toContain('<meta http-equiv="refresh" content="30">');
    expect(shown(text)).toContain('Leave the line');
    expect(shown(text)).not.toContain('Continue to');
  });

  test('shows each state, and answers the same facts as JSON at its address', async () => {
    const page = await wait();
    const states = async () => {
      const json = (await facts(browser, page)).json();
      return [json.state, headingOf((await browser.get(page)).text)];
    };
    expect(await states()).toEqual(['waiting', 'You are in line']);
    await set({ mode: 'paused' });
    expect(await states()).toEqual(['paused', 'The line is paused']);
    await set({ mode: 'closed' });
    expect(await states()).toEqual(['closed', 'The waiting room is closed']);
    await set({});
    await operations().raise('sale', 1);
    expect(await states()).toEqual(['served', 'It is your turn']);
    const served = (await facts(browser, page)).json<{ claim_by: string }>();
    const html = (await browser.get(page)).text;
    expect(shown(html)).toContain(`Your place is held until ${served.claim_by.slice(11, 19)} UTC`);
    expect(shown(html)).toContain('Continue to 127.0.0.1:9');
    expect(html).not.toContain('Check again</button>');
    service.time.pass(62_000);
    expect(await states()).toEqual(['expired', 'Your turn has passed']);
    const expired = (await browser.get(page)).text;
    expect(shown(expired)).toContain('Rejoin the line');
    expect(expired).not.toContain('http-equiv="refresh"');
  });

  test.each([
    ['application/json;q=0.9, text/html;q=0.1', 'application/json'],
    ['Application/*', 'application/json'],
    ['application/json;q=0.1, text/html', 'text/html'],
    ['application/json;q=0, */*', 'text/html'],
  ])('negotiates what to answer: to %j it is %s', async (accept, type) => {
    const answer = await browser.get(await wait(), { Accept: accept });
    expect(answer.headers['content-type']).toContain(type);
  });

  test('answers the documented JSON', async () => {
    const page = await wait();
    const { status, headers, json } = await facts(browser, page);
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(json()).toEqual({
      state: 'waiting',
      room: 'sale',
      number: 1,
      support_code: expect.stringMatching(/^[2-9A-HJKMNP-TV-Z]{4}$/),
      serving: 0,
      people_ahead: 0,
      estimated_wait: null,
      poll_after: expect.any(Number),
      heartbeat_after: 30,
      message: null,
      updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      proven: false,
      challenge: `${service.issuer}/rooms/sale/challenge`,
    });
  });

  test('answers a claim before the turn with itself, and changes nothing', async () => {
    const page = await wait();
    const before = await operations().counters('sale');
    const early = await browser.post(page);
    expect([early.status, early.location]).toEqual([303, page]);
    expect(await operations().counters('sale')).toEqual(before);
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 1 });
  });

  test('claims the turn once, however often the form is sent', async () => {
    const page = await wait();
    await operations().raise('sale', 1);
    const claims = await Promise.all([1, 2, 3].map(() => browser.post(page)));
    for (const { status, location } of claims) {
      expect(status).toBe(303);
      expect(location).toMatch(`${service.issuer}/authorize?`);
      expect((await browser.follow(location, service.issuer)).location).toMatch(`${REDIRECT_URI}?code=`);
    }
    expect(await operations().counters('sale')).toMatchObject({ claimed: 1, active: 1 });
  });

  test('gives its visitor more time for the turn, once', async () => {
    const page = await wait();
    const ask = async () => {
      expect(await browser.post(page, { more_time: '1' })).toMatchObject({ status: 303, location: page });
      return (await facts(browser, page)).json<{ state: string; claim_by?: string; extended?: boolean }>();
    };
    expect(shown((await browser.get(page)).text)).not.toContain('Give me more time');
    expect(await ask()).toMatchObject({ state: 'waiting' });
    await operations().raise('sale', 1);
    expect(shown((await browser.get(page)).text)).toContain('Give me more time');
    const before = (await facts(browser, page)).json<{ claim_by: string; extended: boolean }>();
    expect(before.extended).toBe(false);
    const longer = { state: 'served', extended: true };
    const claimBy = new Date(Date.parse(before.claim_by) + 60_000).toISOString();
    expect(await ask()).toMatchObject({ ...longer, claim_by: claimBy });
    service.time.pass(62_000);
    expect(await ask()).toMatchObject({ ...longer, claim_by: claimBy });
    const html = (await browser.get(page)).text;
    expect(shown(html)).not.toContain('Give me more time');
    expect(shown(html)).toContain(`until ${claimBy.slice(11, 19)} UTC`);
    expect((await browser.post(page)).location).toMatch(`${service.issuer}/authorize?`);
    expect(await operations().counters('sale')).toMatchObject({ claimed: 1, expired: 0 });
  });

  test('lets its visitor leave, says so in every tab, and gives a new number after joining again', async () => {
    const page = await wait();
    const left = await browser.post(page, { leave: '1' });
    expect([left.status, left.location]).toEqual([303, page]);
    expect(await operations().counters('sale')).toMatchObject({ queue: 1, waiting: 0 });
    const { status, text } = await browser.get(page);
    expect([status, headingOf(text)]).toEqual([200, 'You have left the line']);
    expect((await facts(browser, page)).status).toBe(401);
    // Leaving twice changes nothing.
    expect((await browser.post(page, { leave: '1' })).status).toBe(303);

    const again = /<a href="(\/authorize[^"]+)">Join again/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const joined = await browser.follow(`${service.issuer}${again}`, service.issuer);
    expect(headingOf(joined.text)).toBe('You are in line');
    expect(shown(joined.text)).toContain('Your number 2 ');
  });

  test('returns a visitor who missed the turn to the front with the same number', async () => {
    const page = await wait();
    await service.waitingRoom.flush();
    await operations().raise('sale', 1);
    service.time.pass(62_000);
    await wait(createBrowser());
    expect((await facts(browser, page)).json().state).toBe('expired');
    const rejoined = await browser.post(page, { rejoin: '1' });
    expect([rejoined.status, rejoined.location]).toEqual([303, page]);
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 1, people_ahead: 0 });
  });

  test('sends a visitor who missed the turn to the back with a new number, if the room is set so', async () => {
    await set({ admission: { ...SALE.admission, missed_turn: 'back' } });
    const page = await wait();
    await operations().raise('sale', 1);
    service.time.pass(62_000);
    const other = createBrowser();
    await other.get(await wait(other));
    await service.waitingRoom.flush();
    expect(shown((await browser.get(page)).text)).toContain('You rejoin at the back with a new number.');
    await browser.post(page, { rejoin: '1' });
    service.waitingRoom.snapshots.expire('sale');
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 3, people_ahead: 1 });
  });

  test('changes nothing when a waiting visitor asks to rejoin', async () => {
    const page = await wait();
    await browser.post(page, { rejoin: '1' });
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 1 });
    expect((await operations().counters('sale')).queue).toBe(1);
  });

  test('makes a visitor with an older generation’s ticket join again, at the back', async () => {
    const page = await wait();
    await operations().reset('sale');
    await wait(createBrowser());
    const stale = await facts(browser, page);
    expect([stale.status, stale.json().code]).toEqual([401, 'ticket_invalid']);
    const rejoined = await browser.follow(page, service.issuer);
    expect(headingOf(rejoined.text)).toBe('You are in line');
    expect(shown(rejoined.text)).toContain('Your number 2 ');
    expect((await browser.post(page)).status).toBe(303);
  });
});
