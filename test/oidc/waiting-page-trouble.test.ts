import { beforeEach, describe, expect, test } from 'vitest';
import type { RoomInput } from '#settings/room.ts';
import { room as roomSettings } from '#settings/room.ts';
import { type Answer, type Browser, createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { arrive, facts } from '#support/relying-party.ts';
import { startService } from '#support/service.ts';
import { embeddedStore } from '#support/stores.ts';
import { headingOf, relying_parties, rooms, SALE, shown } from './waiting-page.ts';

describe('the waiting page', () => {
  const service = serviceOn(embeddedStore, { rooms, relying_parties }, 'test');
  let browser: Browser;
  let page: string;

  beforeEach(async () => {
    browser = createBrowser();
    page = (await arrive(browser, service.issuer)).page;
  });

  const set = (more: Partial<RoomInput>) =>
    service.waitingRoom.operations.putRoom(roomSettings.parse({ ...SALE, ...more }));
  const numbersGiven = async () => (await service.waitingRoom.operations.counters('sale')).queue;

  test('escapes the title and the operator’s message', async () => {
    await set({ message: '<script>alert(1)</script> "sold" & out\nsoon' });
    const { text } = await browser.get(page);
    expect(text).not.toContain('<script>alert');
    expect(text).not.toContain('<b>');
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &#34;sold&#34; &amp; out\nsoon');
    expect(text).toContain('<title>You are in line &middot; Sale &lt;b&gt;&amp;amp; &#34;more&#34;&lt;/b&gt;</title>');
    expect((await facts(browser, page)).json().message).toBe('<script>alert(1)</script> "sold" & out\nsoon');
  });

  test('is not indexed, sends no referrer, and cannot be framed', async () => {
    const { headers, text } = await browser.get(page);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'x-robots-tag': 'noindex',
    });
    expect(text).toContain('<meta name="robots" content="noindex">');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    // Chromium applies form-action to the redirect that answers the form too, so no visitor would reach the relying party.
    expect(policy).not.toContain('form-action');
    expect(text.match(/https?:\/\/(?!127\.0\.0\.1)[^"\s<]+/g)).toBeNull();
    expect(text).not.toMatch(/ style=|<style| on[a-z]+=/);
  });

  test('answers HEAD like GET without a body, and no other method', async () => {
    const head = await fetch(page, { method: 'HEAD', headers: { Cookie: cookiesOf(browser) }, redirect: 'manual' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const put = await fetch(page, { method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'HEAD, GET, POST']);
  });

  test("with an altered address says so, and links to the landing page of this room's relying party", async () => {
    for (const altered of [
      page.replace('nonce=', 'nonce=x'),
      page.replace('anteroom_at=', 'anteroom_at=1'),
      page.slice(0, -1),
      page.replace(/anteroom_stamp=.*/, ''),
      page.replace(/\?.*/, '?client_id=shop'),
    ]) {
      for (const answer of [await browser.get(altered), await browser.post(altered, { leave: '1' })]) {
        expect(answer.status).toBe(400);
        expect(headingOf(answer.text)).toBe('This link is not complete');
        expect(answer.text).toContain('href="https://shop.example/?from=&#34;line&#34;"');
      }
      const json = await facts(browser, altered);
      expect([json.status, json.json().code]).toEqual([400, 'address_altered']);
    }
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 1 });
  });

  test('with an altered address promises a place only to a browser that has one', async () => {
    const altered = page.slice(0, -1);
    expect(shown((await browser.get(altered)).text)).toContain('Your place in line is safe');
    await service.restart({ cookieKeys: ['another key, after the old one was thrown away'] });
    for (const visitor of [browser, createBrowser()]) {
      const { status, text } = await visitor.get(page);
      expect([status, headingOf(text)]).toEqual([400, 'This link is not complete']);
      expect(shown(text)).not.toMatch(/safe|kept|not lost/);
      expect(shown(text)).toContain('Go to the line');
    }
  });

  test.each(['elsewhere', 'nobody', ''])(
    'with an altered address that names the client "%s" has no link back',
    async (client) => {
      const altered = page.replace('client_id=shop', `client_id=${client}`);
      const { status, text } = await browser.get(altered);
      expect(status).toBe(400);
      expect(text).not.toContain('shop.example');
      expect(shown(text)).toContain('Go back to the site you came from');
    },
  );

  test('of one room has no valid address in another', async () => {
    const foreign = page.replace('/rooms/sale/', '/rooms/other/');
    expect((await browser.get(foreign)).status).toBe(400);
    expect((await facts(browser, foreign)).status).toBe(400);
  });

  test('of an unknown room is a 404, and repeats nothing of the address', async () => {
    for (const path of ['/rooms/nowhere/wait', '/rooms/%3Cb%3Ecall+0800/wait?a=b']) {
      const { status, headers, text } = await browser.get(`${service.issuer}${path}`);
      expect(status).toBe(404);
      expect(headers['content-type']).toContain('text/html');
      expect(text).not.toMatch(/nowhere|0800/);
    }
    await service.waitingRoom.operations.deleteRoom('sale');
    expect((await browser.get(page)).status).toBe(404);
    expect((await facts(browser, page)).status).toBe(404);
  });

  test('opened without its cookies begins a fresh login at the relying party, and gives no number', async () => {
    const other = createBrowser();
    const { location } = await other.follow(page, service.issuer);
    expect(location).toBe('https://shop.example/?from=%22line%22');
    expect(await numbersGiven()).toBe(1);
    const { status, json } = await facts(createBrowser(), page);
    expect([status, json().code]).toEqual([401, 'ticket_required']);
  });

  test('explains what is wrong to a browser without cookies, instead of looping', async () => {
    let answer: Answer | undefined;
    let at = page;
    for (let hops = 0; hops < 5; hops++) {
      answer = await createBrowser().get(at);
      if (!answer.location) break;
      at = answer.location;
    }
    expect(answer?.status).toBe(400);
    expect(headingOf(answer?.text ?? '')).toBe('Please allow cookies');
    expect(answer?.text).toContain('href="/authorize?');
    expect(await numbersGiven()).toBeLessThanOrEqual(3);
  });

  test.each([
    ['tampered with', (ticket: string) => `${ticket.slice(0, 20)}${ticket[20] === 'A' ? 'B' : 'A'}${ticket.slice(21)}`],
    ['cut off', (ticket: string) => ticket.slice(0, 20)],
    ['empty', () => ''],
    ['no ticket at all', () => '%00"; drop'],
  ])('gives a visitor with a ticket that is %s a new place at the back', async (_what, alter) => {
    await arrive(createBrowser(), service.issuer);
    const name = 'anteroom_ticket_sale';
    browser.cookies.set(name, alter(browser.cookies.get(name) ?? ''));
    expect((await facts(browser, page)).status).toBe(401);
    const rejoined = await browser.follow(page, service.issuer);
    expect([rejoined.status, headingOf(rejoined.text)]).toEqual([200, 'You are in line']);
    expect(shown(rejoined.text)).toContain('Your number 3 ');
  });

  test('accepts no ticket of another room', async () => {
    const visitor = createBrowser();
    await arrive(visitor, service.issuer, { clientId: 'elsewhere' });
    browser.cookies.set('anteroom_ticket_sale', visitor.cookies.get('anteroom_ticket_other') ?? '');
    const rejoined = await browser.follow(page, service.issuer);
    expect(shown(rejoined.text)).toContain('Your number 2 ');
  });

  test('shows the page to a visitor who lost the ticket before anything is claimed', async () => {
    browser.cookies.delete('anteroom_ticket_sale');
    const { status, location } = await browser.post(page);
    expect([status, location]).toEqual([303, page]);
    expect((await service.waitingRoom.operations.counters('sale')).claimed).toBe(0);
  });

  test('of a closed room says so to newcomers, and gives no number', async () => {
    await set({ mode: 'closed', message: 'Sold out.' });
    const late = createBrowser();
    const { answer, page: address } = await arrive(late, service.issuer);
    expect(answer.status).toBe(303);
    const { status, text } = await late.get(address);
    expect([status, headingOf(text)]).toEqual([200, 'The waiting room is closed']);
    expect(shown(text)).toContain('Sold out.');
    expect(await numbersGiven()).toBe(1);
    await set({});
    const opened = await late.follow(address, service.issuer);
    expect(shown(opened.text)).toContain('Your number 2 ');
  });

  test.each([
    [null, 'The waiting room is closed', true],
    ['sold_out', 'Sold out', false],
    ['ended', 'This has ended', false],
    ['maintenance', 'Closed for maintenance', true],
  ] as const)(
    'of a room closed as %j says why, and promises no number where nothing opens again',
    async (reason, heading, opens) => {
      await set({ mode: 'closed', closed_reason: reason, message: 'Sold out.' });
      service.time.pass(1_100);
      const own = await browser.get(page);
      expect(headingOf(own.text)).toBe(heading);
      expect(shown(own.text).includes('you keep your number')).toBe(opens);
      expect(shown(own.text).includes('Your number 1 ')).toBe(opens);
      const json = (await facts(browser, page)).json();
      expect([json.state, json.closed_reason ?? null]).toEqual(['closed', reason]);

      const late = createBrowser();
      const { text } = await late.get((await arrive(late, service.issuer)).page);
      expect(headingOf(text)).toBe(heading);
      expect(text.includes('Check again')).toBe(opens);

      const status = (await fetch(`${service.issuer}/rooms/sale/status`)).json();
      expect(((await status) as { closed_reason?: string }).closed_reason ?? null).toBe(reason);
      await set({ closed_reason: reason });
      service.time.pass(1_100);
      expect(headingOf((await browser.get(page)).text)).toBe('You are in line');
      expect((await facts(browser, page)).json().closed_reason).toBeUndefined();
    },
  );

  test('of a closed room readmits no visitor whose number was used', async () => {
    const { operations } = service.waitingRoom;
    const tab = new Map(browser.cookies);
    await browser.post(page, { leave: '1' });
    // As if the answer had been lost.
    for (const [name, value] of tab) browser.cookies.set(name, value);
    await operations.raise('sale', 1);
    await set({ mode: 'closed' });
    const { status, text } = await browser.post(page, { rejoin: '1' });
    expect([status, headingOf(text)]).toEqual([200, 'The waiting room is closed']);
    expect(await numbersGiven()).toBe(1);
  });

  test.each([
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a sibling host', { 'Sec-Fetch-Site': 'same-site' }],
    ['another site of a browser without fetch metadata', { Origin: 'https://evil.example' }],
  ])('is not left, claimed or rejoined by a form of %s', async (_who, headers) => {
    const cookies = new Map(browser.cookies);
    for (const form of [{ leave: '1' }, { rejoin: '1' }, {}]) {
      await service.waitingRoom.operations.raise('sale', 1);
      const { status, location } = await browser.post(page, form as Record<string, string>, headers);
      expect([status, location]).toEqual([303, page]);
    }
    expect(browser.cookies).toEqual(cookies);
    expect(await service.waitingRoom.operations.counters('sale')).toMatchObject({ claimed: 0, abandoned: 0 });
    for (const own of [{ 'Sec-Fetch-Site': 'same-origin' }, { Origin: service.issuer }, { Origin: 'null' }]) {
      expect((await browser.post(page, {}, own)).location).toContain('/authorize?');
    }
  });

  test('is not left by a form without a ticket, and touches no cookie', async () => {
    const stranger = createBrowser();
    for (const given of [new Map(), new Map([['anteroom_ticket_sale', 'made-up']])]) {
      for (const [name, value] of given) stranger.cookies.set(name, value);
      const { headers } = await stranger.post(page, { leave: '1' });
      expect(String(headers['set-cookie'] ?? '')).not.toContain('anteroom_ticket_');
    }
  });

  test("is not left by a form to another visitor's address", async () => {
    const attacker = createBrowser();
    const { page: theirs } = await arrive(attacker, service.issuer);
    await browser.post(theirs, { leave: '1' }, { Origin: 'null' });
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 1 });
  });

  test('does not take a form that is too long or of another type for leaving', async () => {
    const long = await browser.post(page, { leave: '1', more: 'x'.repeat(20_000) });
    const plain = await browser.post(page, { leave: '1' }, { 'Content-Type': 'text/plain' });
    // The rest of a form that is too long is not read.
    expect([long.status, long.headers.connection]).toEqual([413, 'close']);
    expect([plain.status, plain.location]).toEqual([303, page]);
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 1 });
  });
});

describe('the waiting page while the store is unavailable', () => {
  test('still shows the number, says what is wrong, and answers a form with a page that tries again', async () => {
    const opened = await embeddedStore();
    let service = await startService({ store: opened.store, rooms, relying_parties });
    const browser = createBrowser();
    const { page } = await arrive(browser, service.issuer);
    const port = Number(new URL(service.issuer).port);
    await service.close();
    // A process without a snapshot of the room: its store is closed.
    await opened.store.close();
    const { store } = opened;
    service = await startService({ store, port });
    try {
      const { status, text } = await browser.get(page);
      expect([status, headingOf(text)]).toEqual([200, 'Your place is kept']);
      expect(shown(text)).toContain('Your number 1 ');
      expect(shown(text)).toContain('We cannot reach the waiting room right now.');
      expect(text).toContain('<meta http-equiv="refresh" content="5">');

      const claim = await browser.post(page);
      expect(claim.status).toBe(503);
      expect(claim.headers).toMatchObject({ 'retry-after': '5', refresh: '5' });
      expect(headingOf(claim.text)).toBe('One moment, please');

      const own = await facts(browser, page);
      expect([own.status, own.json().code]).toEqual([503, 'store_unavailable']);
      expect(Number(own.headers['retry-after'])).toBeGreaterThan(0);
    } finally {
      await service.close();
    }
  });
});

function cookiesOf(browser: Browser): string {
  return [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}
