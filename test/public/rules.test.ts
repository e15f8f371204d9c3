/** The rules of a room, at the gate, at the other doors, and in the admin API that explains them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { createBrowser } from '#support/browser.ts';
import { enterWith } from '#support/enter.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { ADMIN_TOKEN } from '#support/service.ts';
import { embeddedStore } from '#support/stores.ts';
import { createSigningAgent } from '../agents/signing.ts';
import { comeBack, enter, fromGateUrl, SALE, SITE } from './room.ts';

const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
/** Of Google's, of an impostor whose name says Google's, and of nobody. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  '66.249.66.1': ['crawl-66-249-66-1.googlebot.com'],
  '203.0.113.66': ['crawl-66-249-66-1.googlebot.com'],
  '203.0.113.67': ['googlebot.com.evil.example'],
};
const looked: string[] = [];
const service = serviceOn(embeddedStore, {
  rooms: [SALE],
  relying_parties: [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }],
  trustProxy: 1,
  crawlerLookups: {
    async reverse(address) {
      looked.push(address);
      return [...(NAMES[address] ?? [])];
    },
    resolve4: (async () => ['66.249.66.1']) as never,
    resolve6: (async () => []) as never,
  },
});

const operations = () => service.waitingRoom.operations;
const set = (rules: unknown[]) => operations().putRoom(roomSettings.parse({ ...SALE, rules }));
const issued = async () => (await operations().counters('sale')).queue;

beforeEach(async () => {
  looked.length = 0;
  await set([]);
  await operations().reset('sale');
});

/** A proxy's check of a request to the shop, from an address. */
function check(uri: string, more: Record<string, string> = {}, method = 'GET') {
  return createBrowser().get(`${service.listensOn}/rooms/sale/gate/check`, {
    ...{ 'X-Forwarded-Method': method, 'X-Forwarded-Proto': 'https' },
    ...{ 'X-Forwarded-Host': 'shop.example', 'X-Forwarded-Uri': uri },
    ...{ Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'X-Forwarded-For': '192.0.2.9', ...more },
  });
}

describe('the gate', () => {
  test('lets requests through that a rule names, and no others', async () => {
    await set([
      { match: { path: ['/health', '/assets/*'], method: ['GET', 'HEAD'] }, action: 'bypass' },
      { match: { header: { 'X-Probe': 'yes' } }, action: 'bypass' },
    ]);
    for (const uri of ['/health', '/health?full=1', '/assets/app.css', '/assets/a%20b.css']) {
      const { status, headers } = await check(uri);
      expect([uri, status, headers['x-anteroom-subject']]).toEqual([uri, 204, undefined]);
    }
    expect((await check('/buy', { 'X-Probe': 'yes' })).status).toBe(204);
    for (const uri of ['/healthy', '/buy', '/Health']) expect([uri, (await check(uri)).status]).toEqual([uri, 302]);
    expect((await check('/health', {}, 'POST')).status).toBe(401);
  });

  test.each([
    '/assets/../buy',
    '/assets/%2e%2e/buy',
    '/assets/..%2fbuy',
    '/assets/..%5cbuy',
    '/assets/..;/buy',
    '/assets//buy',
    '/assets/%252e%252e/buy',
    '/assets/x%00.css',
    '/assets/%zz',
    '/assets/.',
  ])('does not let %s through as an asset', async (uri) => {
    await set([{ match: { path: '/assets/*' }, action: 'bypass' }]);
    expect((await check(uri)).status).not.toBe(204);
  });

  test('refuses what a rule refuses, also to a visitor who is inside', async () => {
    const browser = createBrowser();
    const back = await comeBack(service, browser, `${SITE}/`);
    const asks = (url: string, more = {}) =>
      browser.get(`${service.listensOn}/rooms/sale/gate/check`, {
        ...{ 'X-Original-Method': 'GET', 'X-Original-URL': url, 'X-Forwarded-For': '192.0.2.9', ...more },
      });
    await asks(back);
    expect((await asks(`${SITE}/`)).status).toBe(204);
    await set([{ match: { path: '/admin/*' }, action: 'refuse' }]);
    const refused = await asks(`${SITE}/admin/x`);
    expect([refused.status, refused.text.includes('entry_refused')]).toEqual([403, true]);
    expect((await check('/%61dmin/x')).status).toBe(403);
    expect((await check('/x/../admin/x')).status).toBe(403);
  });

  test('knows the address of the client behind a trusted proxy', async () => {
    await set([{ match: { address: '198.51.100.0/24' }, action: 'bypass' }]);
    expect((await check('/buy', { 'X-Forwarded-For': '198.51.100.7' })).status).toBe(204);
    expect((await check('/buy', { 'X-Forwarded-For': '198.51.100.7, 192.0.2.1' })).status).toBe(302);
  });

  test('lets a search engine through whose address is its own, and looks it up once', async () => {
    await set([
      { match: { path: '/robots.txt' }, action: 'bypass' },
      { match: { search_engine: 'google' }, action: 'bypass' },
    ]);
    const crawl = (address: string, uri = '/', agent = GOOGLEBOT) =>
      check(uri, { 'X-Forwarded-For': address, 'User-Agent': agent });
    expect((await crawl('66.249.66.1')).status).toBe(204);
    expect((await crawl('66.249.66.1', '/other')).status).toBe(204);
    for (const impostor of ['203.0.113.66', '203.0.113.67', '203.0.113.68']) {
      expect([impostor, (await crawl(impostor)).status]).toEqual([impostor, 302]);
    }
    expect((await crawl('66.249.66.1', '/', 'Mozilla/5.0 Firefox/140')).status).toBe(302);
    expect((await crawl('203.0.113.69', '/robots.txt')).status).toBe(204);
    expect(looked).toEqual(['66.249.66.1', '203.0.113.66', '203.0.113.67', '203.0.113.68']);
  });
});

describe('an agent that signs its requests', () => {
  const agent = createSigningAgent();
  const server = createServer((_, res) => res.end(JSON.stringify(agent.directory)));
  let origin = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());
  const seconds = () => Math.floor(service.time.now() / 1000);
  const signed = (host: string) => agent.headers(host, { created: seconds(), agent: origin });

  test('is let through at the gate, for requests to the hosts of the room', async () => {
    await set([{ match: { agent: origin }, action: 'bypass' }]);
    expect((await check('/buy', signed('shop.example'))).status).toBe(204);
    expect((await check('/buy', { ...signed('shop.example'), Signature: 'sig=:AAAA:' })).status).toBe(302);
    expect((await check('/buy')).status).toBe(302);
    const elsewhere = { ...signed('evil.example'), 'X-Forwarded-Host': 'evil.example' };
    expect((await check('/buy', elsewhere)).status).not.toBe(204);
    expect((await check('/buy', signed('evil.example'))).status).not.toBe(204);
  });

  test('signs its request to Anteroom itself at the other doors', async () => {
    await set([{ match: { agent: agent.x, path: '/free/*' }, action: 'bypass' }, { action: 'refuse' }]);
    const ask = (host: string) => enter(service, createBrowser(), `${SITE}/free/x`, signed(host));
    expect((await ask(new URL(service.issuer).host)).location).toBe(`${SITE}/free/x`);
    expect((await ask('shop.example')).status).toBe(403);
    expect(await issued()).toBe(0);
  });
});

describe('the doors', () => {
  test('refuse newcomers that a rule refuses, and issue no number', async () => {
    await set([{ match: { user_agent: '*BadBot*' }, action: 'refuse' }]);
    const bad = { 'User-Agent': 'BadBot/1.0' };
    const browser = createBrowser();
    const entered = await enter(service, browser, `${SITE}/`, bad);
    expect([entered.status, entered.text.includes('entry_refused')]).toEqual([403, true]);
    const { url } = await startLogin(service.issuer);
    const login = await browser.get(url, bad);
    expect([login.status, login.text.includes('entry_refused')]).toEqual([403, true]);
    const joined = await fetch(`${service.issuer}/rooms/sale/tickets`, { method: 'POST', headers: bad });
    expect([joined.status, ((await joined.json()) as { code: string }).code]).toEqual([403, 'entry_refused']);
    expect(await issued()).toBe(0);
    expect((await enter(service, browser, `${SITE}/`)).status).toBe(303);
    expect(await issued()).toBe(1);
  });

  test('ask newcomers for a proof that a rule names, and leave those in line alone', async () => {
    const browser = createBrowser();
    await enter(service, browser, `${SITE}/`);
    await set([{ match: { user_agent: '*curl*' }, action: 'challenge' }]);
    const agent = { 'User-Agent': 'curl/8' };
    const joined = await fetch(`${service.issuer}/rooms/sale/tickets`, { method: 'POST', headers: agent });
    expect([joined.status, ((await joined.json()) as { code: string }).code]).toEqual([429, 'challenge_required']);
    await enter(service, createBrowser(), `${SITE}/`, agent);
    await createBrowser().get((await startLogin(service.issuer)).url, agent);
    expect(await issued()).toBe(1);
    await enter(service, browser, `${SITE}/`, agent);
    expect(await issued()).toBe(1);
  });

  test('decide about visitors who rejoin at the back, at the API', async () => {
    const call = async (path: string, ticket: string | null, agent = 'app/1') => {
      const headers = { 'User-Agent': agent, ...(ticket === null ? {} : { Authorization: `Bearer ${ticket}` }) };
      const answer = await fetch(`${service.issuer}/rooms/sale/tickets${path}`, { method: 'POST', headers });
      return { status: answer.status, body: (await answer.json()) as Record<string, string> };
    };
    const { ticket = '' } = (await call('', null)).body;
    await operations().raise('sale', 1);
    await call('/self/claim', ticket);
    await fetch(`${service.issuer}/rooms/sale/tickets/self`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${ticket}` },
    });
    await set([
      { match: { user_agent: '*BadBot*' }, action: 'refuse' },
      { match: { user_agent: '*curl*' }, action: 'challenge' },
    ]);
    expect(await call('/self/rejoin', ticket, 'BadBot/1')).toMatchObject({
      status: 403,
      body: { code: 'entry_refused' },
    });
    expect(await call('/self/rejoin', ticket, 'curl/8')).toMatchObject({ status: 429 });
    expect(await issued()).toBe(1);
    expect(await call('/self/rejoin', ticket)).toMatchObject({ status: 200, body: { number: 2 } });
  });

  test('decide about visitors who rejoin at the back, at the page', async () => {
    const browser = createBrowser();
    const { location: page } = await enter(service, browser, `${SITE}/buy`);
    await operations().raise('sale', 1);
    service.time.pass(61_000);
    await set([{ match: { path: '/buy', user_agent: '*BadBot*' }, action: 'refuse' }]);
    const bad = { 'User-Agent': 'BadBot/1' };
    const frame = { 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'same-origin' };
    const refused = await browser.post(page, { rejoin: '1' }, bad);
    expect([refused.status, refused.text.includes('entry_refused')]).toEqual([403, true]);
    const framed = await browser.post(page, { rejoin: '1' }, frame);
    expect([framed.status, framed.text.includes('frame_refused')]).toEqual([403, true]);
    expect(await issued()).toBe(1);
    expect((await browser.post(page, { rejoin: '1' })).status).toBe(303);
    expect(await issued()).toBe(2);
  });

  test('/enter sends visitors on whom a rule lets through, unless the gate thinks otherwise', async () => {
    await set([{ match: { path: '/free/*', host: 'shop.example' }, action: 'bypass' }]);
    const browser = createBrowser();
    expect((await enter(service, browser, `${SITE}/free/x?y=1`)).location).toBe(`${SITE}/free/x?y=1`);
    expect(await issued()).toBe(0);
    expect((await enterWith(browser, fromGateUrl(service, `${SITE}/free/x`))).location).toContain('/rooms/sale/wait?');
    expect(await issued()).toBe(1);
  });
});

describe('POST /rooms/{room}/rules/test', () => {
  async function ask(body: unknown, room = 'sale') {
    const answer = await fetch(`${service.issuer}/admin/v1/rooms/${room}/rules/test`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    // biome-ignore lint/suspicious/noExplicitAny: the body of any answer.
    return { status: answer.status, body: (await answer.json()) as any };
  }

  test('says which rule a request would meet, and why', async () => {
    await set([
      { match: { path: '/assets/*' }, action: 'bypass' },
      { match: { search_engine: 'google' }, action: 'bypass' },
      { match: { cookie: { vip: '*' } }, action: 'challenge' },
    ]);
    const url = `${SITE}/buy`;
    expect((await ask({ url, headers: { Cookie: 'vip=1' } })).body).toEqual({
      action: 'challenge',
      rule: 2,
      reason:
        'rules[0] does not match: path differs. rules[1] does not match: search_engine differs. rules[2] matches in every condition.',
      rules: [
        { action: 'bypass', matches: false, differs: 'path' },
        { action: 'bypass', matches: false, differs: 'search_engine' },
        { action: 'challenge', matches: true, differs: null },
      ],
    });
    const agents = [{ match: { agent: 'https://agent.example' }, action: 'bypass' }];
    expect((await ask({ rules: agents, agent: 'https://agent.example' })).body).toMatchObject({ rule: 0 });
    expect((await ask({ rules: agents })).body).toMatchObject({ rule: null });
    expect((await ask({ url, search_engine: 'google' })).body).toMatchObject({ action: 'bypass', rule: 1 });
    expect((await ask({})).body).toMatchObject({ action: 'wait', rule: null });
    expect((await ask({ url: `${SITE}/assets/..;/buy` })).body.reason).toContain(
      'rules[0] does not match: servers may read the path differently',
    );
    expect((await ask({ url, rules: [{ match: {}, action: 'refuse' }] })).body).toMatchObject({ action: 'refuse' });
  });

  test('names the fields of a request that cannot be', async () => {
    const { status, body } = await ask({
      url: '/buy',
      address: '10.0.0.0/8',
      rules: [{ action: 'wait' }, { action: 'refuse' }],
    });
    expect(status).toBe(400);
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(['url', 'address', 'rules[1].match']);
    expect((await ask({}, 'nowhere')).status).toBe(404);
  });
});
