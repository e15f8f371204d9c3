import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { arrive, facts, type Login, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { startService, type TestService } from '#support/service.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { push } from '../oidc/pushed-request.ts';
import { arriveStored } from '../oidc/stored-request.ts';
import { type Balancer, startBalancer } from './balancer.ts';

const rooms = [{ id: 'sale' }];
const relying_parties = ['shop', 'kiosk'].map((client_id) => ({
  client_id,
  client_secret: SECRET,
  room: 'sale',
  redirect_uris: [REDIRECT_URI],
}));

describe('three processes on one Redis, with each request to a random one', () => {
  let redis: RedisServer;
  let balancer: Balancer;
  const stores: Store[] = [];
  const services: TestService[] = [];

  async function join(): Promise<void> {
    const store = await openRedisStore({ url: redis.url });
    const service = await startService({ store, rooms, relying_parties, issuer: balancer.url, port: 0 });
    stores.push(store);
    services.push(service);
    balancer.members.push(service.listensOn);
  }

  beforeAll(async () => {
    redis = await startRedis();
    balancer = await startBalancer();
    for (let n = 0; n < 3; n++) await join();
  });
  afterAll(async () => {
    await balancer?.close();
    for (const service of services) await service.close();
    for (const store of stores) await store.close();
    await redis?.stop();
  });

  const operations = () => {
    const [first] = services;
    if (!first) throw new Error('no service runs');
    return first.waitingRoom.operations;
  };
  beforeEach(async () => {
    await operations().reset('sale');
    // Snapshots from the previous test are too old to answer then.
    for (const { time } of services) time.pass(1_000);
  });

  type Begin = (browser: Browser) => Promise<{ login: Login; page: string }>;
  test.each<[what: string, begin: Begin]>([
    ['a request that travels', (browser) => arrive(browser, balancer.url)],
    [
      'a request that was pushed',
      async (browser) => {
        const { login, url } = await push(balancer.url);
        return { login, page: (await browser.get(url)).location };
      },
    ],
    [
      'a request that an earlier version stored',
      async (browser) => {
        const [store] = stores;
        if (!store) throw new Error('no process runs');
        return arriveStored(browser, { issuer: balancer.url, store });
      },
    ],
  ])('a visitor with %s has one number, claims and is admitted, whichever process answers', async (_what, begin) => {
    const browser = createBrowser();
    const { login, page } = await begin(browser);
    const { number } = (await facts(browser, page)).json();
    for (let look = 0; look < 10; look++) {
      expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number });
      expect((await browser.get(page)).status).toBe(200);
    }
    const again = await begin(browser);
    expect((await facts(browser, again.page)).json()).toMatchObject({ number });
    await operations().raise('sale', 1);
    const back = await browser.follow((await browser.post(page)).location, balancer.url);
    const tokens = await login.exchange(back.location);
    expect(tokens.claims()).toMatchObject({ iss: balancer.url, number });
  });

  test('sixty visitors who arrive at once get sixty different numbers, and all are admitted', async () => {
    const visitors = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const browser = createBrowser();
        const { login, page } = await arrive(browser, balancer.url);
        return { browser, login, page, number: Number((await facts(browser, page)).json().number) };
      }),
    );
    expect(visitors.map(({ number }) => number).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
    await operations().raise('sale', 60);
    const numbers = await Promise.all(
      visitors.map(async ({ browser, login, page }) => {
        const back = await browser.follow((await browser.post(page)).location, balancer.url);
        return (await login.exchange(back.location)).claims()?.number;
      }),
    );
    expect(numbers).toEqual(visitors.map(({ number }) => number));
    expect(await operations().counters('sale')).toMatchObject({ queue: 60, claimed: 60, active: 60 });
    expect(balancer.served.size).toBe(3);
    for (const requests of balancer.served.values()) expect(requests).toBeGreaterThan(20);
  });

  test('a visitor who claims twenty times at once at all processes counts once', async () => {
    const browser = createBrowser();
    const { page } = await arrive(browser, balancer.url);
    await operations().raise('sale', 1);
    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.post(page)));
    for (const { location } of answers) expect(location).toMatch(`${balancer.url}/authorize?`);
    expect(await operations().counters('sale')).toMatchObject({ claimed: 1, active: 1 });
  });

  test('a code that is sent to all processes at once is redeemed once', async () => {
    const browser = createBrowser();
    const { login, page } = await arrive(browser, balancer.url);
    await operations().raise('sale', 1);
    const back = await browser.follow((await browser.post(page)).location, balancer.url);
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => login.exchange(back.location)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('a change at one process is known to the others within a second: a closed room, a new relying party', async () => {
    const [one, two] = services;
    const { ...room } = await operations().room('sale');
    await one?.waitingRoom.operations.putRoom({ ...room, mode: 'closed', message: 'Sold out' });
    two?.time.pass(1_000);
    const status = await fetch(`${two?.listensOn}/rooms/sale/status`);
    expect(await status.json()).toMatchObject({ mode: 'closed', message: 'Sold out' });
    await one?.waitingRoom.operations.putRoom(room);
  });

  test('a process that stops loses no visitor', async () => {
    const browser = createBrowser();
    const { login, page } = await arrive(browser, balancer.url);
    const { number } = (await facts(browser, page)).json();
    const gone = services.pop();
    balancer.members.splice(balancer.members.indexOf(gone?.listensOn ?? ''), 1);
    await gone?.close();
    await stores.pop()?.close();
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number });
    await operations().raise('sale', 1);
    const back = await browser.follow((await browser.post(page)).location, balancer.url);
    expect((await login.exchange(back.location)).claims()).toMatchObject({ number });
  });
});
