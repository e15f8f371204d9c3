/** Two processes as an operator runs them, on one Redis, with a room of a few places and the real clock. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { freePort } from '#support/ports.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { arrive, facts, type Login, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { COOKIE_KEYS } from '#support/service.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { push } from '../oidc/pushed-request.ts';
import { arriveStored } from '../oidc/stored-request.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { ADMIN_TOKEN, admin, createFolder, environment, type Folder, type Run, ready } from './process.ts';

const SIZE = 10;
const CROWD = 60;
/** An admission of five seconds, or the lease of a killed process, and then a second until the next snapshot. */
const SERVED = { timeout: 20_000, interval: 100 };

interface Process {
  readonly run: Run;
  readonly url: string;
}

describe('two processes on one Redis, with each request to a random one', () => {
  let redis: RedisServer;
  let store: Store;
  let folder: Folder;
  let balancer: Balancer;
  let processes: Process[];

  async function start(): Promise<Process> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const run = folder.run({
      ...(await environment(folder, port)),
      ...{ ISSUER: balancer.url, REDIS_URL: redis.url, COOKIE_KEYS: COOKIE_KEYS.join() },
    });
    await ready(run, url);
    balancer.members.push(url);
    return { run, url };
  }

  beforeAll(async () => {
    redis = await startRedis();
    [store, folder, balancer] = await Promise.all([
      openRedisStore({ url: redis.url }),
      createFolder(),
      startBalancer(),
    ]);
    const rooms = [
      { id: 'sale', inlet: { strategy: 'max-size', size: SIZE }, challenge: 'off' },
      { id: 'short', inlet: { strategy: 'max-size', size: 1 }, admission: { lifetime: '5s' } },
    ];
    const party = { client_secret: SECRET, redirect_uris: [REDIRECT_URI] };
    const relying_parties = [
      { ...party, client_id: 'shop', room: 'sale' },
      { ...party, client_id: 'kiosk', room: 'short' },
    ];
    await folder.write('anteroom.yaml', JSON.stringify({ rooms, relying_parties }));
    processes = [await start(), await start()];
  });
  afterAll(async () => {
    await balancer?.close();
    await folder?.remove();
    await store?.close();
    await redis?.stop();
  });

  // Each test has a line of its own. Every process has seen it when it is asked for its counters.
  beforeEach(async () => {
    await admin(balancer.url, '/rooms/sale/reset', {});
    for (const { url } of processes) {
      await expect
        .poll(async () => (await fetch(`${url}/rooms/sale/status`)).json(), SERVED)
        .toMatchObject({ serving: SIZE, waiting: 0 });
    }
  });

  const counters = () => admin(balancer.url, '/rooms/sale/counters');
  const leave = (...subs: string[]) => admin(balancer.url, '/rooms/sale/exits', { completed: subs });

  /** A visitor who is admitted without a wait. Answers the `sub`. */
  async function admitted(): Promise<string> {
    const { login, answer } = await arrive(createBrowser(), balancer.url);
    return (await login.exchange(answer.location)).claims()?.sub ?? '';
  }
  const fillRoom = () => Promise.all(Array.from({ length: SIZE }, admitted));

  /** Waits for the turn as the page does. */
  async function served(browser: Browser, page: string): Promise<void> {
    await expect.poll(async () => (await facts(browser, page)).json().state, SERVED).toBe('served');
  }

  /** Claims the turn, and returns to the relying party. */
  async function claim(browser: Browser, page: string): Promise<string> {
    return (await browser.follow((await browser.post(page)).location, balancer.url)).location;
  }

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
    ['a request that an earlier version stored', (browser) => arriveStored(browser, { issuer: balancer.url, store })],
  ])('a visitor with %s has one number, claims and is admitted, whichever process answers', async (_what, begin) => {
    const [first = ''] = await fillRoom();
    const browser = createBrowser();
    const { login, page } = await begin(browser);
    const { number } = (await facts(browser, page)).json();
    expect(number).toBe(SIZE + 1);
    for (let look = 0; look < 10; look++) {
      expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number });
      expect((await browser.get(page)).status).toBe(200);
    }
    const again = await begin(browser);
    expect((await facts(browser, again.page)).json()).toMatchObject({ number });
    await leave(first);
    await served(browser, page);
    const tokens = await login.exchange(await claim(browser, page));
    expect(tokens.claims()).toMatchObject({ iss: balancer.url, number });
  });

  test(`${CROWD} visitors who arrive at once get different numbers, and all are admitted, never more than fit`, async () => {
    let [inside, most] = [0, 0];
    async function visit(): Promise<number> {
      const browser = createBrowser();
      const { login, answer } = await arrive(browser, balancer.url);
      let back = answer.location;
      if (!back.startsWith(REDIRECT_URI)) {
        await served(browser, back);
        back = await claim(browser, back);
      }
      inside += 1;
      most = Math.max(most, inside);
      const claims = (await login.exchange(back)).claims();
      // The place is free for the next visitor only from here on.
      inside -= 1;
      await leave(claims?.sub ?? '');
      return Number(claims?.number);
    }
    let isOver = false;
    const numbers = Promise.all(Array.from({ length: CROWD }, visit)).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      expect((await counters()).active).toBeLessThanOrEqual(SIZE);
    }
    expect((await numbers).sort((a, b) => a - b)).toEqual(Array.from({ length: CROWD }, (_, i) => i + 1));
    expect(most).toBeLessThanOrEqual(SIZE);
    expect(await counters()).toMatchObject({ queue: CROWD, claimed: CROWD, completed: CROWD, active: 0 });
    expect(balancer.served.size).toBe(processes.length);
    for (const requests of balancer.served.values()) expect(requests).toBeGreaterThan(CROWD);
  });

  test('a visitor who claims twenty times at once at all processes counts once', async () => {
    const [first = ''] = await fillRoom();
    const browser = createBrowser();
    const { page } = await arrive(browser, balancer.url);
    await leave(first);
    await served(browser, page);
    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.post(page)));
    for (const { location } of answers) expect(location).toMatch(`${balancer.url}/authorize?`);
    expect(await counters()).toMatchObject({ claimed: SIZE + 1, active: SIZE });
  });

  test('a code that is sent to all processes at once is redeemed once', async () => {
    const { login, answer } = await arrive(createBrowser(), balancer.url);
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => login.exchange(answer.location)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('a change at one process is known to the other within two seconds', async () => {
    const [one, two] = processes;
    const change = (mode: string, message: string | null) =>
      fetch(`${one?.url}/admin/v1/rooms/sale`, {
        method: 'PATCH',
        headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ mode, message }),
      });
    const isKnown = (mode: string, message: string | null) =>
      expect
        .poll(async () => (await fetch(`${two?.url}/rooms/sale/status`)).json(), { timeout: 2000, interval: 50 })
        .toMatchObject({ mode, message });
    expect((await change('closed', 'Sold out')).status).toBe(200);
    await isKnown('closed', 'Sold out');
    expect((await change('queue', null)).status).toBe(200);
    await isKnown('queue', null);
  });

  test('when a process is killed, nobody loses their place, and the clock of the other one serves the next', async () => {
    const clientId = 'kiosk';
    expect((await arrive(createBrowser(), balancer.url, { clientId })).answer.location).toContain('?code=');
    const browser = createBrowser();
    const { login, page } = await arrive(browser, balancer.url, { clientId });
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 2 });
    // It started first, so it is the one that raises the counter. Nobody leaves: the place is free when the admission
    // has expired, and only a clock notices that.
    const killed = processes.shift();
    balancer.members.splice(balancer.members.indexOf(killed?.url ?? ''), 1);
    killed?.run.child.kill('SIGKILL');
    await killed?.run.ended;
    await served(browser, page);
    expect((await login.exchange(await claim(browser, page))).claims()).toMatchObject({ number: 2 });
  });
});
