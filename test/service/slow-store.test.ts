/** A Redis that is slow, not dead: joins wait or are refused, nobody loses a place, and polls go on. */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { createBrowser } from '#support/browser.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { arrive, facts, type Login, REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { startService, type TestService } from '#support/service.ts';
import { type SlowProxy, startSlowProxy } from '#support/slow-proxy.ts';
import { StoreOverloaded } from '#waiting-room/errors.ts';
import type { Arrival } from '#waiting-room/join-room.ts';
import type { Store } from '#waiting-room/ports/index.ts';

const rooms = [{ id: 'sale', title: 'Spring sale' }];
const relying_parties = [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }];
const newcomer = { visitor: null, ticket: null };

let redis: RedisServer;
let proxy: SlowProxy;
let store: Store;
let service: TestService;
let admin: Redis;

beforeEach(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
  proxy = await startSlowProxy(redis.port);
  store = await openRedisStore({ url: `redis://127.0.0.1:${proxy.port}` });
  service = await startService({ store, rooms, relying_parties });
});
afterEach(async () => {
  await service.close();
  await store.close();
  await proxy.close();
  admin.disconnect();
  await redis.stop();
});

/** Polls the shared status and a visitor's facts for so long. Returns the longest time that an answer took, in ms. */
async function longestPoll(waiting: Awaited<ReturnType<typeof aVisitor>>, milliseconds: number): Promise<number> {
  let longest = 0;
  for (const end = performance.now() + milliseconds; performance.now() < end; await delay(50)) {
    const from = performance.now();
    const status = await fetch(`${service.issuer}/rooms/sale/status`);
    const own = await facts(waiting.browser, waiting.page);
    expect([status.status, own.status]).toEqual([200, 200]);
    expect(own.json()).toMatchObject({ state: 'waiting', number: waiting.number });
    longest = Math.max(longest, performance.now() - from);
  }
  return longest;
}

async function aVisitor() {
  const browser = createBrowser();
  const { page } = await arrive(browser, service.issuer);
  return { browser, page, number: Number((await facts(browser, page)).json().number) };
}

/** A navigation to /authorize, and a program that asks for a ticket. */
async function expectRefused({ url }: Login): Promise<void> {
  const browser = createBrowser();
  const [page, ticket] = await Promise.all([
    browser.get(url),
    fetch(`${service.issuer}/rooms/sale/tickets`, { method: 'POST' }),
  ]);
  expect([page.status, page.headers['content-type']]).toEqual([503, expect.stringMatching('text/html')]);
  expect(page.headers).toMatchObject({ 'retry-after': '5', refresh: '5' });
  // Nothing was given to the visitor, who may try again.
  expect([page.location, browser.cookies.size]).toEqual(['', 0]);
  expect([ticket.status, ticket.headers.get('content-type')]).toEqual([503, 'application/problem+json']);
  expect(ticket.headers.get('retry-after')).toBe('2');
}

test('with 200 ms of latency polls go on, joins wait, and those beyond what Redis can take are refused', async () => {
  const waiting = await aVisitor();
  proxy.delay(200);
  expect(await longestPoll(waiting, 2500)).toBeLessThan(1000);
  expect((await aVisitor()).number).toBe(2);

  const login = await startLogin(service.issuer);
  const joins: Promise<Arrival>[] = [];
  const flood = setInterval(() => {
    for (let n = 0; n < 400; n++) {
      const join = service.waitingRoom.visitors.arrive('sale', newcomer);
      join.catch(() => undefined);
      joins.push(join);
    }
  }, 50);
  await delay(600);
  // A newcomer who comes right after a command finds room in the queue, until the next of the flood.
  const refused = () => vi.waitFor(() => expectRefused(login), { timeout: 10_000, interval: 0 });
  const [longest] = await Promise.all([longestPoll(waiting, 1000), refused()]).finally(() => clearInterval(flood));
  expect(longest).toBeLessThan(1000);
  const outcomes = await Promise.allSettled(joins);
  const numbers = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value.ticket.number] : []));
  const refusals = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  expect(numbers.length).toBeGreaterThan(500);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(refusals.length).toBeGreaterThan(1000);
  for (const refusal of refusals) expect(refusal).toBeInstanceOf(StoreOverloaded);
  const metrics = await (await fetch(`${service.issuer}/metrics`)).text();
  const overloaded = /anteroom_joins_total\{room="sale",outcome="overloaded"\} (\d+)/.exec(metrics)?.[1];
  expect(Number(overloaded)).toBeGreaterThanOrEqual(refusals.length + 2);

  proxy.delay(0);
  const { number } = await aVisitor();
  expect(number).toBeGreaterThanOrEqual(numbers.length + 3);
  expect(await service.waitingRoom.operations.counters('sale')).toMatchObject({ waiting: number });
}, 60_000);

test('while Redis is paused polls go on and joins are refused in time, and no number is left behind', async () => {
  const waiting = await aVisitor();
  const login = await startLogin(service.issuer);
  await admin.call('CLIENT', 'PAUSE', '4000', 'ALL');
  const [longest] = await Promise.all([longestPoll(waiting, 3500), expectRefused(login)]);
  expect(longest).toBeLessThan(1000);
  await expect.poll(async () => (await fetch(`${service.issuer}/readyz`)).status, { timeout: 10_000 }).toBe(200);
  const { number } = await aVisitor();
  expect(number).toBeGreaterThan(1);
  const counters = async () => {
    await service.waitingRoom.flush();
    return service.waitingRoom.operations.counters('sale');
  };
  await expect.poll(counters, { timeout: 10_000 }).toMatchObject({ waiting: 2, present: 2 });
  await service.waitingRoom.operations.raise('sale', 2);
  expect((await facts(waiting.browser, waiting.page)).json()).toMatchObject({ state: 'served' });
  expect((await counters()).serving).toBe(number);
}, 60_000);
