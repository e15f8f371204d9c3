/** A Redis of 64 MB was full after 4,000 long requests, at 16 KB each. Nothing that anybody may send grows it, or stays for long. */
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { createBrowser } from '#support/browser.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { startLogin } from '#support/relying-party.ts';
import { startService, type TestService } from '#support/service.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { goIn, relying_parties, rooms } from './visit.ts';

const AFTER = 'http://127.0.0.1:9/bye';
const REQUESTS = 500;
const AT_ONCE = 40;
/** In seconds. */
const MINUTES = 5 * 60;
const FILLER = 'x'.repeat(5_000);
const LONG = 'x'.repeat(12_000);

let server: RedisServer;
let redis: Redis;
let store: Store;
let service: TestService;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  await redis?.quit();
  await server?.stop();
});
beforeEach(async () => {
  await redis.flushall();
  store = await openRedisStore({ url: server.url });
  const parties = relying_parties.map((party) => ({ ...party, post_logout_redirect_uris: [AFTER] }));
  service = await startService({ store, rooms, relying_parties: parties });
});
afterEach(async () => {
  await service?.close();
  await store?.close();
});

/** The settings, what operators may undo, the audit log and the lines of rooms. */
const LASTING =
  /^anteroom:(?:rooms|room-records|relying-parties|copy:\{anteroom:relying-parties\}|audit|\{audit\}:.*|\{(?:sale|other)\}:.*)$/;

interface Kept {
  readonly keys: number;
  readonly bytes: number;
  /** The longest time that a key stays, in seconds, except those that are to last. */
  readonly longest: number;
}

async function kept(): Promise<Kept> {
  const keys = await redis.keys('*');
  const sizes = await Promise.all(keys.map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)));
  const others = keys.filter((key) => !LASTING.test(key));
  const ttls = await Promise.all(others.map((key) => redis.ttl(key)));
  const endless = others.filter((_, i) => ttls[i] === -1);
  if (endless.length > 0) throw new Error(`without an end: ${endless.slice(0, 3).join(', ')}`);
  return {
    keys: keys.length,
    bytes: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    longest: Math.max(0, ...ttls),
  };
}

async function sendMany(send: (i: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < REQUESTS; from += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => send(from + i)));
  }
}

/** A browser without cookies asks, and follows to the waiting page. */
async function navigate(path: string): Promise<number> {
  const browser = createBrowser();
  const answer = await browser.get(service.issuer + path);
  if (!answer.location.startsWith(service.issuer)) return answer.status;
  return (await browser.get(answer.location)).status;
}

type Send = (i: number) => Promise<number>;

async function params(more: Record<string, string>): Promise<(i: number) => URLSearchParams> {
  const { searchParams } = new URL((await startLogin(service.issuer, { clientId: 'app', more })).url);
  return (i) => new URLSearchParams([...searchParams, ['login_hint', `${i}`]]);
}

async function authorize(more: Record<string, string>): Promise<Send> {
  const query = await params(more);
  return (i) => navigate(`/authorize?${query(i)}`);
}

async function post(more: Record<string, string>): Promise<Send> {
  const form = await params(more);
  return async (i) => {
    const answer = await createBrowser().post(`${service.issuer}/authorize`, Object.fromEntries(form(i)));
    return navigate(answer.location.slice(service.issuer.length));
  };
}

/** Pushes a request, and waits with it unless it was refused. */
async function push(more: Record<string, string>): Promise<Send> {
  const body = await params(more);
  return async (i) => {
    const answer = await fetch(`${service.issuer}/par`, { method: 'POST', body: body(i) });
    const { request_uri } = (await answer.json()) as { request_uri?: string };
    if (!request_uri) return answer.status;
    return navigate(`/authorize?${new URLSearchParams({ client_id: 'app', request_uri })}`);
  };
}

const madeUp = (length: number) =>
  JSON.stringify({ id_token: { [FILLER.slice(0, length)]: null, email: { value: 'x'.repeat(100) } } });
const after = (state: string) =>
  `/end-session?${new URLSearchParams({ client_id: 'shop', post_logout_redirect_uri: AFTER, state })}`;

describe(`${REQUESTS} requests`, () => {
  test.each<[what: string, status: number, prepare: () => Promise<Send>]>([
    ['to /authorize', 200, () => authorize({ state: FILLER })],
    ['to /authorize with made-up claims', 200, () => authorize({ claims: madeUp(5_000) })],
    ['to /authorize that are too long to travel', 303, () => authorize({ state: LONG })],
    ['to /authorize by POST that are too long to travel', 303, () => post({ state: LONG })],
    ['that were pushed, and wait', 200, () => push({ state: FILLER.slice(0, 3_000) })],
    ['that were pushed with made-up claims, and wait', 200, () => push({ claims: madeUp(3_000) })],
    ['that were pushed, and are too long', 400, () => push({ state: LONG })],
    ['to /end-session with a long state', 200, async () => (i) => navigate(`/end-session?state=${LONG}${i}`)],
    ['to /end-session with a redirect URI and a long state', 303, async () => (i) => navigate(after(`${LONG}${i}`))],
  ])('%s leave less than 50 bytes each, for minutes at most', async (_what, status, prepare) => {
    const send = await prepare();
    expect(await send(0)).toBe(status);
    const before = await kept();
    await sendMany(send);
    const now = await kept();
    expect(now.bytes - before.bytes).toBeLessThan(50 * REQUESTS);
    expect(now.keys - before.keys).toBeLessThan(10);
    expect(now.longest).toBeLessThanOrEqual(MINUTES);
  });

  test('of one admitted visitor to /end-session leave no more than one does', async () => {
    const { browser } = await goIn(service);
    const logout = async (i: number, state: string) => browser.get(`${service.issuer}/end-session?state=${state}${i}`);
    await logout(0, '');
    const before = await kept();
    await sendMany((i) => logout(i, LONG));
    const now = await kept();
    expect(now.bytes - before.bytes).toBeLessThan(1_000);
    expect(now.keys).toBe(before.keys);
  });
});
