import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { arrive, facts, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { ADMIN_TOKEN, startService, type TestService } from '#support/service.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { type Balancer, startBalancer } from './balancer.ts';

const rooms = [{ id: 'sale' }];
const relying_parties = [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }];

describe('a mode that an operator sets at one of two processes', () => {
  let redis: RedisServer;
  let balancer: Balancer;
  const stores: Store[] = [];
  const services: TestService[] = [];
  let here: TestService;
  let there: TestService;

  beforeAll(async () => {
    redis = await startRedis();
    balancer = await startBalancer();
    for (let n = 0; n < 2; n++) {
      const store = await openRedisStore({ url: redis.url });
      stores.push(store);
      services.push(await startService({ store, rooms, relying_parties, issuer: balancer.url, port: 0 }));
    }
    [here, there] = services as [TestService, TestService];
  });
  afterAll(async () => {
    await balancer?.close();
    for (const service of services) await service.close();
    for (const store of stores) await store.close();
    await redis?.stop();
  });

  /** Browsers use the process that the operator does not use. */
  beforeEach(async () => {
    balancer.members.splice(0, balancer.members.length, there.listensOn);
    await setMode('queue');
    await here.waitingRoom.operations.reset('sale');
    for (const { time } of services) time.pass(1000);
  });

  async function setMode(mode: string): Promise<void> {
    const answer = await fetch(`${here.listensOn}/admin/v1/rooms/sale`, {
      method: 'PATCH',
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/merge-patch+json' },
      body: JSON.stringify({ mode }),
    });
    expect(answer.status, await answer.text()).toBe(200);
  }

  async function raise(numbers: number): Promise<number> {
    return (await here.waitingRoom.operations.raise('sale', numbers)).raisedBy;
  }

  /** Polls the other process. Returns its last answer, and how many ms after `since` it gave that for the first time. */
  async function until(browser: Browser, page: string, state: string, since: number) {
    for (;;) {
      const told = (await facts(browser, page)).json();
      const after = performance.now() - since;
      if (told.state === state || after > 5000) return { ...told, after };
      await delay(20);
    }
  }

  const comesIn = async (browser: Browser) => (await arrive(browser, balancer.url)).page.startsWith(REDIRECT_URI);

  /** Waits as number 2, behind an admitted visitor. */
  async function oneInsideOneWaits() {
    const inside = createBrowser();
    await arrive(inside, balancer.url);
    await raise(1);
    expect(await comesIn(inside)).toBe(true);
    const browser = createBrowser();
    const { page } = await arrive(browser, balancer.url);
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 2 });
    return { inside, browser, page };
  }

  test('applies at the other within a second, and numbers are kept', async () => {
    const { browser, page } = await oneInsideOneWaits();
    const states = [
      ['paused', 'paused'],
      ['queue', 'waiting'],
      ['closed', 'closed'],
      ['queue', 'waiting'],
      ['passthrough', 'served'],
    ] as const;
    for (const [mode, state] of states) {
      // The other process has just fetched a snapshot.
      await facts(browser, page);
      const since = performance.now();
      await setMode(mode);
      const told = await until(browser, page, state, since);
      expect(told).toMatchObject({ state, number: 2 });
      expect(told.after, mode).toBeLessThan(1000);
    }
  });

  test('paused: newcomers get numbers, nobody is served, and admitted visitors stay', async () => {
    const { inside, browser, page } = await oneInsideOneWaits();
    await setMode('paused');
    expect(await raise(5)).toBe(0);
    const late = createBrowser();
    const { page: latePage } = await arrive(late, balancer.url);
    expect(await until(late, latePage, 'paused', performance.now())).toMatchObject({ state: 'paused', number: 3 });
    expect(await comesIn(inside)).toBe(true);

    await setMode('queue');
    expect(await raise(1)).toBe(1);
    expect(await until(browser, page, 'served', performance.now())).toMatchObject({ state: 'served', number: 2 });
    expect(await until(late, latePage, 'waiting', performance.now())).toMatchObject({ number: 3, people_ahead: 0 });
  });

  test('closed: nobody joins or claims, admitted visitors stay, and waiting visitors keep their numbers', async () => {
    const { inside, browser, page } = await oneInsideOneWaits();
    await raise(1);
    await setMode('closed');
    // The store refuses joins at once, whatever a process's snapshot says.
    await browser.post(page);
    expect(await here.waitingRoom.operations.counters('sale')).toMatchObject({ queue: 2, claimed: 1 });
    const late = createBrowser();
    const { page: latePage } = await arrive(late, balancer.url);
    expect((await late.get(latePage)).text).toContain('You cannot join the line right now');
    expect(await here.waitingRoom.operations.counters('sale')).toMatchObject({ queue: 2, active: 1 });
    expect(await comesIn(inside)).toBe(true);

    await setMode('queue');
    expect(await comesIn(browser)).toBe(true);
    const { page: joined } = await arrive(late, balancer.url);
    expect(await until(late, joined, 'waiting', performance.now())).toMatchObject({ state: 'waiting', number: 3 });
  });

  test('passthrough: newcomers and waiting visitors are admitted without a page; then they wait again', async () => {
    const { browser } = await oneInsideOneWaits();
    await setMode('passthrough');
    expect(await comesIn(createBrowser())).toBe(true);
    expect(await comesIn(browser)).toBe(true);
    await setMode('queue');
    const late = createBrowser();
    const { page } = await arrive(late, balancer.url);
    expect(await until(late, page, 'waiting', performance.now())).toMatchObject({ state: 'waiting', number: 4 });
  });
});
