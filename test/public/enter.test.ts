import { decodeProtectedHeader } from 'jose';
import { beforeEach, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { comeBack, enter, enterUrl, SALE, SITE, tokenOf, verified } from './room.ts';

onEachStore('/enter', { rooms: [SALE] }, (service) => {
  let browser: Browser;

  beforeEach(async () => {
    await set({});
    await operations().reset('sale');
    browser = createBrowser();
  });

  const operations = () => service.waitingRoom.operations;
  const set = (more: object) => operations().putRoom(roomSettings.parse({ ...SALE, ...more }));

  test('lets visitors wait on the waiting page and returns them with a token', async () => {
    const to = `${SITE}/seats/12?q=a+b%20c&&x=%2F#row`;
    const arrived = await enter(service, browser, to);
    expect(arrived.status).toBe(303);
    expect(arrived.location).toContain(`${service.issuer}/rooms/sale/wait?`);
    const page = await browser.get(arrived.location);
    expect(page.text).toContain('You are in line');
    const facts = await browser.get(arrived.location, { Accept: 'application/json' });
    expect(facts.json()).toMatchObject({ state: 'waiting', number: 1 });

    const early = await browser.post(arrived.location);
    expect([early.status, early.location]).toEqual([303, arrived.location]);

    await operations().raise('sale', 1);
    const back = await browser.post(arrived.location);
    expect(back.status).toBe(303);
    const [, token = ''] = /&anteroom_token=([^#]+)/.exec(back.headers.location ?? '') ?? [];
    expect(back.headers.location).toBe(`${SITE}/seats/12?q=a+b%20c&&x=%2F&anteroom_token=${token}#row`);
    const { payload } = await verified(service, token);
    expect(payload).toMatchObject({ iss: service.issuer, aud: 'sale', room: 'sale', number: 1 });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
    expect(payload.jti).toMatch(/./);
    expect(Number(payload.admission_exp) * 1000).toBeGreaterThan(service.time.now() + 590_000);
  });

  test("lets the visitors of an app's browser wait", async () => {
    const { location } = await enter(service, browser, `${SITE}/`, {
      'X-Requested-With': 'com.facebook.katana',
    });
    expect(location).toContain('/rooms/sale/wait?');
  });

  test('returns a visitor who is inside at once, with a new token each time', async () => {
    const first = tokenOf(await comeBack(service, browser));
    const second = tokenOf(await comeBack(service, browser));
    const [one, two] = [await verified(service, first), await verified(service, second)];
    expect(two.payload.sub).toBe(one.payload.sub);
    expect(two.payload.jti).not.toBe(one.payload.jti);
  });

  test('returns a waiting tab of a visitor who is inside, after several tabs joined at once', async () => {
    const tabs: string[] = [];
    for (const place of [1, 0, 0]) {
      const alone = createBrowser();
      await operations().raise('sale', place);
      tabs.push((await enter(service, alone, `${SITE}/`)).location);
      for (const [name, value] of alone.cookies) browser.cookies.set(name, value);
    }
    const [inside = '', ...waiting] = tabs;
    const { sub } = (await verified(service, tokenOf(inside))).payload;
    for (const page of waiting) {
      const claimed = await browser.post(page);
      expect((await verified(service, tokenOf(claimed.location))).payload.sub).toBe(sub);
    }
    const again = await enter(service, browser, `${SITE}/`);
    expect((await verified(service, tokenOf(again.location))).payload.sub).toBe(sub);
    expect((await operations().counters('sale')).claimed).toBe(1);
  });

  test('issues a token that expires with the admission at the latest and has its own type', async () => {
    await comeBack(service, browser);
    service.time.pass(580_000);
    const token = tokenOf(await comeBack(service, browser));
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'RS256', typ: 'anteroom-token+jwt' });
    const { payload } = await verified(service, token);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(20);
    expect(payload.exp).toBe(payload.admission_exp);
  });

  test.each(['https://evil.example/', `${SITE}@evil.example/`, '//evil.example', 'javascript:alert(1)', ''])(
    'refuses to lead to %j, and takes nobody into the line for it',
    async (to) => {
      const { status, headers, text, location } = await enter(service, browser, to);
      expect([status, location]).toEqual([400, '']);
      expect(headers['content-type']).toContain('text/html');
      expect(text).toContain('return_url_refused');
      expect((await operations().counters('sale')).queue).toBe(0);
    },
  );

  test('refuses a request with two return URLs, and one with none', async () => {
    for (const query of ['', `?return_to=${SITE}/a&return_to=https://evil.example`]) {
      expect((await browser.get(`${service.issuer}/rooms/sale/enter${query}`)).status).toBe(400);
    }
  });

  test('does not return a visitor to a URL that the room no longer allows', async () => {
    const { location } = await enter(service, browser, `${SITE}/a`);
    await set({ return_urls: ['https://other.example/'] });
    await operations().raise('sale', 1);
    const refused = await browser.post(location);
    expect([refused.status, refused.location]).toEqual([400, '']);
  });

  test('offers a URL that the room allows by then to a visitor who waited for another', async () => {
    const { location } = await enter(service, browser, `${SITE}/a`);
    await operations().raise('sale', 1);
    const links = async () => [(await enter(service, browser, `${SITE}/a`)).text, (await browser.post(location)).text];
    await set({ return_urls: ['https://other.example/', `${SITE}/new`] });
    for (const text of await links()) expect(text).toContain(`href="${SITE}/new"`);
    await set({ return_urls: ['https://other.example/'] });
    for (const text of await links()) expect(text).toContain('href="https://other.example/"');
    await set({ return_urls: [] });
    for (const text of await links()) expect(text).toContain('Go back to the site');
  });

  test('does not show the URLs of a room to a visitor without a place', async () => {
    const { text } = await enter(service, browser, 'https://evil.example/');
    expect(text).not.toContain(SITE);
  });

  test('returns a visitor whose URL is too long for the way to the page without its query', async () => {
    const back = await comeBack(service, browser, `${SITE}/seats/12?q=${'a'.repeat(6000)}`);
    expect(back.split('?')[0]).toBe(`${SITE}/seats/12`);
    expect(tokenOf(back)).not.toBe('');
  });

  test('does not accept an altered address of the waiting page', async () => {
    const { location } = await enter(service, browser, `${SITE}/a`);
    const altered = await browser.get(location.replace('shop.example', 'evil.example'));
    expect(altered.status).toBe(400);
    expect(altered.text).not.toContain('evil.example');
  });

  test('shows that the room is unknown, and that the room is closed', async () => {
    const none = await browser.get(enterUrl(service, `${SITE}/a`, 'nowhere'));
    expect([none.status, none.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    await set({ mode: 'closed' });
    const { location } = await enter(service, browser, `${SITE}/a`);
    expect((await browser.get(location)).text).toContain('The waiting room is closed');
  });

  test('issues no number to a request that is not a navigation', async () => {
    const { status } = await enter(service, browser, `${SITE}/a`, { 'Sec-Fetch-Mode': 'cors' });
    expect(status).toBe(400);
    expect((await operations().counters('sale')).queue).toBe(0);
  });

  test('asks a browser without cookies to allow them, instead of looping', async () => {
    let { location } = await enter(service, browser, `${SITE}/a`);
    for (let round = 0; round < 4 && location; round++) {
      browser.cookies.clear();
      const answer = await browser.get(location);
      if (answer.status === 400) {
        expect(answer.text).toContain('Please allow cookies');
        return;
      }
      location = answer.location;
    }
    throw new Error('it went round and round');
  });

  test('lets a visitor who left the line join again at the same address', async () => {
    const { location } = await enter(service, browser, `${SITE}/a?b=c`);
    await browser.post(location, { leave: '1' });
    const left = (await browser.get(location)).text;
    const [, again = ''] = /<a href="([^"]+)">Join again/.exec(left) ?? [];
    const joined = await browser.get(`${service.issuer}${again.replaceAll('&amp;', '&')}`);
    const facts = await browser.get(joined.location, { Accept: 'application/json' });
    expect(facts.json()).toMatchObject({ number: 2 });
  });
});
