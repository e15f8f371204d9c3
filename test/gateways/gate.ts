/** The tests that every proxy in front of a site passes with its file of deploy/gate/. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { enterWith } from '#support/enter.ts';
import { freePort } from '#support/ports.ts';
import { startService, type TestService } from '#support/service.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import type { StartProxy } from './gate-proxies.ts';
import type { RunningProxy } from './proxy.ts';
import { openWebSocket, type Site, startSite } from './site.ts';

const ROOM = { id: 'spring-sale', admission: { lifetime: '10m' } };
const DEEP = '/seats/12?q=a+b%20c&&x=%2F&y';

/** @param path where Anteroom is on the site's own host. Without it, Anteroom has a host of its own. */
export function describeGate(name: string, startProxy: StartProxy, path?: string): void {
  describe(`the gate at ${name}`, () => {
    let opened: OpenedStore;
    let service: TestService;
    let site: Site;
    let proxy: RunningProxy;
    let shop: string;
    let browser: Browser;

    beforeAll(async () => {
      opened = await embeddedStore();
      const port = await freePort();
      const issuer = path === undefined ? {} : { issuer: `http://127.0.0.1:${port}${path}` };
      service = await startService({ store: opened.store, rooms: [ROOM], trustProxy: 1, ...issuer });
      site = await startSite();
      proxy = await startProxy({ anteroom: Number(new URL(service.listensOn).port), site: site.port, port });
      shop = `http://127.0.0.1:${proxy.port}`;
      await setRules([]);
    });
    afterAll(async () => {
      await proxy?.close();
      await site?.close();
      await service?.close();
      await opened?.close();
    });
    beforeEach(async () => {
      await operations().reset(ROOM.id);
      browser = createBrowser();
    });

    const operations = () => service.waitingRoom.operations;
    const setRules = (rules: unknown[]) =>
      operations().putRoom(roomSettings.parse({ ...ROOM, return_urls: [`${shop}/`], rules }));

    /** Follows from the requested page to the address with the token. */
    async function wait(path = DEEP): Promise<string> {
      const sent = await browser.get(`${shop}${path}`);
      const page = await enterWith(browser, sent.location);
      await operations().raise(ROOM.id, 1);
      return (await browser.post(page.location)).location;
    }

    async function goIn(path = DEEP): Promise<void> {
      await browser.follow(await wait(path), shop);
    }

    test('a visitor waits and gets the requested page, with its query and without a token', async () => {
      const sent = await browser.get(`${shop}${DEEP}`);
      expect(sent.status).toBe(302);
      expect(sent.location).toBe(
        `${service.issuer}/rooms/spring-sale/enter?return_to=${encodeURIComponent(`${shop}${DEEP}`)}&anteroom_gate=1`,
      );
      const page = await enterWith(browser, sent.location);
      expect((await browser.get(page.location)).text).toContain('You are in line');
      expect((await browser.post(page.location)).location).toBe(page.location);
      await operations().raise(ROOM.id, 1);
      const back = await browser.post(page.location);
      expect(back.location).toMatch(/&anteroom_token=/);
      const taken = await browser.get(back.location);
      expect([taken.status, taken.headers.location]).toEqual([302, `${shop}${DEEP}`]);
      expect(taken.headers['set-cookie']?.[0]).toMatch(/^anteroom_gate_spring-sale=/);
      const shown = await browser.get(taken.location, { 'X-Anteroom-Subject': 'forged', 'X-Anteroom-Number': '0' });
      expect(shown.status).toBe(200);
      expect(shown.json()).toMatchObject({ method: 'GET', url: DEEP });
      expect(shown.json().headers).toMatchObject({
        'x-anteroom-number': '1',
        'x-anteroom-subject': expect.stringMatching(/^[\w-]{22}$/),
        'x-anteroom-expires': expect.stringMatching(/^2\d{3}-/),
      });
    });

    test('a POST or a fetch is refused without a redirect before admission, and passes after it', async () => {
      const fetches = { 'Sec-Fetch-Mode': 'cors', Accept: '*/*' };
      for (const answer of [
        await browser.post(`${shop}/cart?x=1`, { a: 'b' }),
        await browser.get(`${shop}/cart?x=1`, fetches),
      ]) {
        expect(answer.status).toBe(401);
        expect(answer.headers['content-type']).toContain('application/problem+json');
        expect(answer.json()).toMatchObject({ code: 'admission_required' });
        expect(answer.location).toContain('/rooms/spring-sale/enter?return_to=');
      }
      await goIn();
      expect((await browser.post(`${shop}/cart?x=1`, { a: 'b' })).json()).toMatchObject({ method: 'POST' });
      expect((await browser.get(`${shop}/cart?x=1`, fetches)).status).toBe(200);
    });

    test('the rules of the room see the headers and the address of the request', async () => {
      await setRules([
        { match: { address: '203.0.113.9' }, action: 'bypass' },
        { match: { header: { 'X-Probe': 'yes' } }, action: 'bypass' },
        { match: { user_agent: '*BadBot*' }, action: 'refuse' },
      ]);
      service.time.pass(1_100);
      const ask = async (headers: Record<string, string>) => (await browser.get(`${shop}/`, headers)).status;
      expect(await ask({ 'X-Probe': 'yes' })).toBe(200);
      expect(await ask({ 'User-Agent': 'BadBot/1' })).toBe(403);
      // The client wrote it.
      expect(await ask({ 'X-Forwarded-For': '203.0.113.9' })).toBe(302);
      await setRules([{ match: { address: '127.0.0.1' }, action: 'bypass' }]);
      service.time.pass(1_100);
      expect(await ask({ 'X-Forwarded-For': '203.0.113.9' })).toBe(200);
      await setRules([]);
      service.time.pass(1_100);
    });

    test('a request that a page of a foreign site sends is refused, also without fetch metadata', async () => {
      const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Mode': '' };
      expect((await browser.get(`${shop}/`, foreign)).status).toBe(401);
      expect((await browser.get(`${shop}/`, { 'Sec-Fetch-Mode': '' })).status).toBe(302);
    });

    test('a WebSocket opens for admitted visitors only', async () => {
      expect(await openWebSocket(`${shop}/live`, {})).toBe(401);
      await goIn();
      const [gate] = [...browser.cookies].filter(([cookie]) => cookie.startsWith('anteroom_gate'));
      expect(await openWebSocket(`${shop}/live`, { Cookie: gate?.join('=') ?? '' })).toBe(101);
    });

    test('a token works once: a replay leads to the waiting room', async () => {
      const back = await wait();
      await browser.get(back);
      const thief = createBrowser();
      const replayed = await thief.get(back);
      expect(replayed.status).toBe(302);
      expect(replayed.location).toContain('/rooms/spring-sale/enter?return_to=');
      expect(replayed.location).not.toContain('anteroom_token');
      expect([...thief.cookies]).toEqual([]);
    });

    test('a token also works for a visitor who already has the cookie', async () => {
      await goIn();
      const again = await browser.get(
        `${service.issuer}/rooms/spring-sale/enter?return_to=${encodeURIComponent(`${shop}/other?a=b`)}&anteroom_gate=1`,
      );
      const taken = await browser.get(again.location);
      expect(taken.location).toBe(`${shop}/other?a=b`);
      expect(taken.headers['set-cookie']).toHaveLength(1);
    });

    test('a visitor whose admission expired waits again', async () => {
      await goIn();
      expect((await browser.get(`${shop}/`)).status).toBe(200);
      service.time.pass(601_000);
      const { status, location } = await browser.get(`${shop}/`);
      expect([status, location.startsWith(service.issuer)]).toEqual([302, true]);
    });

    test('a visitor who left the site waits again', async () => {
      await goIn();
      const { headers } = (await browser.get(`${shop}/`)).json<{ headers: Record<string, string> }>();
      const sub = headers['x-anteroom-subject'] ?? '';
      await operations().exits(ROOM.id, { exited: 0, completed: [sub], abandoned: [] });
      // The gate sees an early end within a second.
      service.time.pass(1_100);
      const { status, location } = await browser.get(`${shop}/`);
      expect([status, location.startsWith(service.issuer)]).toEqual([302, true]);
    });

    test('two tabs both get their own page, with one number', async () => {
      const paths = ['/first?a=b', '/second'];
      const pages: string[] = [];
      for (const path of paths) {
        const sent = await browser.get(`${shop}${path}`);
        pages.push((await enterWith(browser, sent.location)).location);
      }
      await operations().raise(ROOM.id, 1);
      for (const [index, path] of paths.entries()) {
        const back = (await browser.post(pages[index] ?? '')).location;
        expect(await browser.follow(back, shop)).toMatchObject({ status: 200, url: `${shop}${path}` });
      }
      expect(await operations().counters(ROOM.id)).toMatchObject({ queue: 1, claimed: 1 });
    });

    // The last test: the store does not come back.
    test('while the store is unavailable a navigation gets a page that tries again', async () => {
      await opened.store.close();
      service.time.pass(11_000);
      const { status, headers, text } = await browser.follow(`${shop}${DEEP}`);
      expect([status, headers['retry-after'], headers.refresh]).toEqual([503, '5', '5']);
      expect(headers['content-type']).toContain('text/html');
      expect(text).toContain('<h1>One moment, please</h1>');
    });
  });
}
