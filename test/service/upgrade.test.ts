/** What version 4a05fb4 left behind (test/fixtures), opened by this one: every visitor stands where they stood. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '#config/config.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { openService, type Service } from '../../src/service.ts';
import { type Receiver, startReceiver } from '../activity/receiver.ts';
import { fillRedis } from '../fixtures/redis-keys.ts';
import { createClient, REDIRECT_URI, type Recording, SITE, type Visitor } from '../fixtures/visitors.ts';

const FIXTURE = join(import.meta.dirname, '../fixtures/4a05fb4');
const unpack = async (name: string) => gunzipSync(await readFile(join(FIXTURE, `${name}.gz`)));

/** Fills the embedded store's folder, or Redis, with what is recorded. */
type Fill = (dataDir: string, redis: RedisServer | null) => Promise<void>;

const embedded =
  (...files: readonly (readonly [recorded: string, name: string])[]): Fill =>
  async (dataDir) => {
    for (const [recorded, name] of files) await writeFile(join(dataDir, name), await unpack(recorded));
  };
const fromRedis: Fill = async (_, redis) => {
  if (redis) await fillRedis(redis.port, JSON.parse(String(await unpack('redis-keys.json'))));
};

describe.each<[what: string, recording: 'embedded' | 'redis', fill: Fill]>([
  [
    'an embedded store whose process was killed',
    'embedded',
    embedded(['killed.db', 'anteroom.db'], ['killed.db-wal', 'anteroom.db-wal']),
  ],
  ['an embedded store that was closed', 'embedded', embedded(['closed.db', 'anteroom.db'])],
  ['Redis', 'redis', fromRedis],
])('after an upgrade of %s', (_what, recording, fill) => {
  let recorded: Recording & { issuer: string; adminToken: string; cookieKeys: string; recordedAt: number };
  let folder: string;
  let redis: RedisServer | null = null;
  let webhook: Receiver;
  let service: Service;
  let server: Server;
  let client: ReturnType<typeof createClient>;

  beforeAll(async () => {
    recorded = JSON.parse(await readFile(join(FIXTURE, `${recording}.json`), 'utf8'));
    folder = await mkdtemp(join(tmpdir(), 'anteroom-upgrade-'));
    const dataDir = join(folder, 'data');
    await mkdir(dataDir);
    if (recording === 'redis') redis = await startRedis();
    await fill(dataDir, redis);
    webhook = await startReceiver();
    // The time of the recording goes on: nobody's turn or admission has run out since.
    const realNow = Date.now;
    const since = recorded.recordedAt + 10_000 - realNow();
    vi.spyOn(Date, 'now').mockImplementation(() => realNow() + since + passed);
    const config = await loadConfig(
      {
        ISSUER: recorded.issuer,
        ADMIN_TOKEN: recorded.adminToken,
        COOKIE_KEYS: recorded.cookieKeys,
        JWKS_FILE: join(FIXTURE, 'jwks.json'),
        DATA_DIR: dataDir,
        LOG_LEVEL: 'fatal',
        WEBHOOK_URL: webhook.url,
        WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
        WEBHOOK_EVENTS: 'counter.raised,ticket.issued,ticket.claimed',
        ...(redis && { REDIS_URL: redis.url }),
      },
      folder,
    );
    service = await openService(config, null);
    server = createServer(service.listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = createClient(
      recorded.issuer,
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      recorded.adminToken,
    );
    await service.started;
  });
  afterAll(async () => {
    server?.closeAllConnections();
    server?.close();
    await service?.close();
    await webhook?.close();
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
    vi.restoreAllMocks();
  });

  let passed = 0;

  function visitor(name: string): Visitor & { readonly browser: Browser } {
    const found = recorded.visitors[name];
    if (!found) throw new Error(`nobody ${name}`);
    const browser = createBrowser();
    for (const [cookie, value] of found.cookies) browser.cookies.set(cookie, value);
    return { ...found, browser };
  }

  /** The facts, at the waiting page or through the API. */
  async function factsOf(name: string) {
    const { browser, page, ticket, room } = visitor(name);
    return page ? client.facts(browser, page) : (await client.ticketCall('GET', room, '', ticket ?? '')).body;
  }
  const counters = (room: string) => client.admin('GET', `/rooms/${room}/counters`);

  test.each([
    ['waits by the API', 'waiting'],
    ['waits', 'waiting'],
    ['waits with a stored request', 'waiting'],
    ['waits for a page of the site', 'waiting'],
    ['came back after a missed turn', 'waiting'],
    ['is served', 'served'],
    ['is inside', 'served'],
    ['is inside by the API', 'served'],
    ['is inside by the gate', 'served'],
    ['has a code that was not redeemed', 'served'],
    ['is inside a full room (1)', 'served'],
    ['waits before a full room (1)', 'waiting'],
    ['waits before a full room (2)', 'waiting'],
    ['missed the turn', 'expired'],
    ['has left', 'expired'],
    ['has bought and gone', 'expired'],
    ['was drawn (1)', 'waiting'],
    ['was drawn (2)', 'waiting'],
    ['was drawn (3)', 'waiting'],
    ['is an entrant of the draw to come (1)', 'before_start'],
    ['is an entrant of the draw to come (3)', 'before_start'],
  ])('a visitor who %s does so still', async (name, state) => {
    expect(await factsOf(name)).toMatchObject({ state, number: visitor(name).number, room: visitor(name).room });
  });

  test('the counters are the same', async () => {
    for (const [room, before] of Object.entries(recorded.counters)) expect(await counters(room)).toEqual(before);
  });

  test('a ticket from before the reset has no place, and gets a new one', async () => {
    const { browser, page } = visitor('holds a ticket from before the reset');
    expect((await client.facts(browser, page ?? '')).code).toBe('ticket_invalid');
    const joined = await client.login(browser);
    expect((await client.facts(browser, joined)).number).toBe((recorded.counters.sale?.queue ?? 0) + 1);
  });

  test('a room that was deleted does not honor old tickets when it is made again', async () => {
    await client.admin('PUT', '/rooms/gone', {});
    const name = 'holds a ticket of a room that was deleted';
    expect((await factsOf(name)).code).toBe('ticket_invalid');
    expect((await client.call('POST', '/rooms/gone/tickets')).body.number).toBe(1);
    expect((await factsOf(name)).code).toBe('ticket_invalid');
  });

  test('visitors who are inside are not asked to wait', async () => {
    const { browser, accessToken, number } = visitor('is inside');
    expect(await client.login(browser)).toContain(`${REDIRECT_URI}?code=`);
    const userinfo = await fetch(client.here(`${recorded.issuer}/userinfo`), {
      headers: { Authorization: `Bearer ${accessToken}` },
    });
    expect(await userinfo.json()).toMatchObject({ number, room: 'sale' });
    const api = visitor('is inside by the API');
    const again = await client.ticketCall('POST', 'sale', '/claim', api.ticket ?? '');
    expect(again.status).toBe(200);
    const { body: keys } = await client.call('GET', '/jwks');
    const { payload } = await jwtVerify(again.body.id_token, createLocalJWKSet(keys), {
      currentDate: new Date(Date.now()),
    });
    expect(payload).toMatchObject({ number: api.number });
  });

  test('the gate takes its token once, and the cookie from then on', async () => {
    const { callback } = visitor('is inside by the gate');
    const check = (uri: string, cookie = '') =>
      createBrowser().get(client.here(`${recorded.issuer}/rooms/sale/gate/check`), {
        'X-Forwarded-Method': 'GET',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Host': new URL(SITE).host,
        'X-Forwarded-Uri': uri,
        ...(cookie && { Cookie: cookie }),
      });
    const taken = await check((callback ?? '').slice(SITE.length));
    const cookie = taken.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await check('/', cookie)).status).toBe(204);
  });

  test('a code that was not redeemed is good once', async () => {
    const { callback, number } = visitor('has a code that was not redeemed');
    const first = await client.redeem(callback ?? '');
    expect(first.status).toBe(200);
    const claims = JSON.parse(String(Buffer.from(first.body.id_token?.split('.')[1] ?? '', 'base64url')));
    expect(claims).toMatchObject({ number, room: 'sale' });
    expect((await client.redeem(callback ?? '')).status).toBe(400);
  });

  test('a served visitor claims the turn with the number they had', async () => {
    const { browser, page, number } = visitor('is served');
    const { body } = await client.redeem(await client.claim(browser, page ?? ''));
    const claims = JSON.parse(String(Buffer.from(body.id_token?.split('.')[1] ?? '', 'base64url')));
    expect(claims).toMatchObject({ number });
  });

  test('a visitor who missed the turn rejoins, and all at the front go first', async () => {
    const missed = visitor('missed the turn');
    const returned = visitor('came back after a missed turn');
    await missed.browser.post(client.here(missed.page ?? ''), { rejoin: '1' });
    expect(await client.facts(missed.browser, missed.page ?? '')).toMatchObject({ state: 'waiting', number: 1 });
    await client.raise('sale', 20);
    for (const { browser, page } of [missed, returned]) {
      await vi.waitFor(async () => expect(await client.facts(browser, page ?? '')).toMatchObject({ state: 'served' }));
      expect(await client.claim(browser, page ?? '')).toContain(REDIRECT_URI);
    }
  });

  test('those who wait are served in turn, whichever way they came', async () => {
    await client.raise('sale', 10);
    for (const name of ['waits', 'waits with a stored request', 'waits for a page of the site']) {
      const { browser, page } = visitor(name);
      const back = await client.claim(browser, page ?? '');
      expect(back.startsWith(name.endsWith('site') ? SITE : REDIRECT_URI)).toBe(true);
    }
    const api = visitor('waits by the API');
    expect((await client.ticketCall('POST', 'sale', '/claim', api.ticket ?? '')).status).toBe(200);
  });

  test('a full room keeps its size, and the place of a visitor who leaves goes to the next', async () => {
    const [inside, next] = [visitor('is inside a full room (1)'), visitor('waits before a full room (1)')];
    expect((await client.ticketCall('POST', 'full', '/claim', next.ticket ?? '')).status).toBe(409);
    await client.ticketCall('DELETE', 'full', '', inside.ticket ?? '');
    await vi.waitFor(
      async () => expect((await client.ticketCall('POST', 'full', '/claim', next.ticket ?? '')).status).toBe(200),
      { timeout: 10_000, interval: 200 },
    );
    expect(await counters('full')).toMatchObject({ active: 2, queue: 4 });
  });

  test('what was remembered and written down is there', async () => {
    expect(await client.raise('sale', 6, 'raise-6')).toEqual(recorded.raised);
    const audit = (await client.admin('GET', '/audit?limit=1000')) as { action: string }[];
    const before = recorded.audit.map((entry) => ({ ...entry, count: 1, last_at: Reflect.get(entry, 'time') }));
    expect(audit.length).toBeGreaterThan(before.length);
    expect(audit.slice(-before.length)).toEqual(before);
    expect(await client.admin('GET', '/rooms/sale')).toMatchObject({ message: 'We open the second gate at noon' });
    expect(await client.admin('GET', '/relying-parties/kiosk')).toMatchObject({ client_id: 'kiosk', room: 'sale' });
    expect(await client.admin('GET', '/rooms/soon')).toMatchObject({ events: [{ id: 'opening' }] });
  });

  test('what waited in the outbox is delivered', async () => {
    const delivered = () => webhook.deliveries.flatMap(({ activities }) => activities);
    const issued = Object.values(recorded.visitors).length;
    await vi.waitFor(
      () => expect(delivered().filter(({ type }) => type === 'ticket.issued').length).toBeGreaterThanOrEqual(issued),
      { timeout: 20_000, interval: 200 },
    );
    expect(Date.parse(String(Reflect.get(delivered()[0] ?? {}, 'time')))).toBeLessThan(recorded.recordedAt);
  });

  test('the draw to come is drawn at its time, among the entrants there are', async () => {
    passed = recorded.startsAt - Date.now() - 15_000;
    for (const n of [1, 2, 3]) {
      expect((await factsOf(`is an entrant of the draw to come (${n})`)).state).toBe('before_start');
    }
    await new Promise((resolve) => setTimeout(resolve, 2500));
    passed += 16_000;
    await vi.waitFor(async () => expect(await counters('soon')).toMatchObject({ queue: 3 }), {
      timeout: 10_000,
      interval: 200,
    });
    const numbers = await Promise.all(
      [1, 2, 3].map(async (n) => (await factsOf(`is an entrant of the draw to come (${n})`)).number),
    );
    expect(numbers.sort()).toEqual([1, 2, 3]);
  });
});
