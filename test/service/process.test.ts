import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { freePort } from '#support/ports.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { arrive, facts, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { startBalancer } from './balancer.ts';
import { type DurableRedis, startDurableRedis } from './durable-redis.ts';
import { joinUntilRefused } from './join-until-refused.ts';
import type { Folder, Run } from './process.ts';
import { ADMIN_TOKEN, admin, createFolder, environment, ready, statusOf } from './process.ts';

const settings = (title: string, inlet = '{ strategy: manual }') => `
rooms:
  - { id: sale, title: ${title}, inlet: ${inlet} }
relying_parties:
  - { client_id: shop, client_secret: '${SECRET}', room: sale, redirect_uris: ['${REDIRECT_URI}'] }
`;

let folder: Folder;
let port: number;
let url: string;
let env: Record<string, string>;

beforeEach(async () => {
  folder = await createFolder();
  port = await freePort();
  url = `http://127.0.0.1:${port}`;
  await folder.write('anteroom.yaml', settings('Spring sale'));
  env = await environment(folder, port);
});
afterEach(() => folder.remove());

async function start(more: Record<string, string> = {}) {
  const run = folder.run({ ...env, ...more });
  await ready(run, url);
  return run;
}

describe('a process that cannot start reports every fault and exits with code 1 before it listens', () => {
  test('all faults of the environment and of the file, by name', async () => {
    await folder.write('anteroom.yaml', 'rooms:\n  - id: Sale!\n    mode: open\n');
    const run = folder.run({
      ...env,
      PORT: '70000',
      ISSUER: 'shop.example',
      REDIS_URL: 'http://redis',
      COOKIE_KEYS: 'short',
      JWKS_FILE: 'not-there.json',
      LOG_LEVEL: 'loud',
      TRUST_PROXY: 'maybe',
      ADMIN_TOKEN: 'with blanks',
    });
    expect(await run.ended).toEqual([1, null]);
    const names = [
      'PORT',
      'ISSUER',
      'REDIS_URL',
      'COOKIE_KEYS',
      'JWKS_FILE',
      'LOG_LEVEL',
      'TRUST_PROXY',
      'ADMIN_TOKEN',
    ];
    for (const name of [...names, 'anteroom.yaml:2', 'anteroom.yaml:3']) expect(run.output()).toContain(name);
    expect(run.output()).not.toContain('with blanks');
    expect(run.output()).not.toContain('    at ');
  });

  test('a port in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    const run = folder.run(env);
    expect(await run.ended).toEqual([1, null]);
    expect(run.output()).toContain(`Port ${port} is in use by another process`);
    other.close();
  });

  test('a data folder that another process uses', async () => {
    await start();
    const run = folder.run({ ...env, PORT: `${await freePort()}` });
    expect(await run.ended).toEqual([1, null]);
    expect(run.output()).toContain('DATA_DIR');
    expect(run.output()).not.toContain('    at ');
  });

  test('relying parties whose rooms do not exist, with their lines, and nothing is stored', async () => {
    const party = (id: string, room: string) =>
      `  - { client_id: ${id}, room: ${room}, redirect_uris: ['${REDIRECT_URI}'] }\n`;
    const room = 'rooms:\n  - { id: other }\n';
    const parties = `relying_parties:\n${party('a', 'nowhere')}${party('b', 'other')}${party('c', 'elsewhere')}`;
    await folder.write('anteroom.yaml', `${room}${parties}`);
    const run = folder.run(env);
    expect(await run.ended).toEqual([1, null]);
    expect(run.output()).toContain('anteroom.yaml:4 relying_parties[0].room must name a room');
    expect(run.output()).toContain('anteroom.yaml:6 relying_parties[2].room must name a room');
    expect(run.output()).not.toContain('    at ');
    await folder.write('anteroom.yaml', '');
    await start();
    expect(await admin(url, '/rooms')).toEqual([]);
  });

  test('a host that is not of this machine', async () => {
    const run = folder.run({ ...env, HOST: '192.0.2.1' });
    expect(await run.ended).toEqual([1, null]);
    expect(run.output()).toContain('HOST is 192.0.2.1');
  });

  test('a database that the Redis server does not have', async () => {
    const redis = await startRedis();
    const run = folder.run({ ...env, REDIS_URL: `${redis.url}/99` });
    expect(await run.ended).toEqual([1, null]);
    expect(run.output()).toContain('REDIS_URL names a database that the Redis server refuses');
    await redis.stop();
  });
});

describe('a process that gets SIGTERM', () => {
  test('answers the request in progress, reports that it is not ready, and exits with code 0', async () => {
    const run = await start();
    const slow = new Promise<number>((resolve, reject) => {
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': 30 };
      const request = httpRequest(`${url}/authorize`, { method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      request.on('error', reject);
      request.write('client_id=shop&');
      void delay(1_500).then(() => request.end('scope=openid&x='));
    });
    await delay(100);
    run.child.kill('SIGTERM');
    await expect.poll(() => statusOf(`${url}/readyz`), { timeout: 900, interval: 20 }).toBe(503);
    expect(await statusOf(`${url}/livez`)).toBe(200);
    expect(await slow).toBe(303);
    expect(await run.ended).toEqual([0, null]);
  });

  test.each([
    ['few clients that pause', 8, 5],
    ['more clients than it can answer at once', 48, 0],
  ])('resets no connection of %s, kept alive or new', async (_, clients, pause) => {
    await folder.write('anteroom.yaml', settings('Spring sale', "{ strategy: manual }, challenge: 'off'"));
    const run = await start();
    const joined = joinUntilRefused(url, clients, pause);
    await delay(1000);
    run.child.kill('SIGTERM');
    const outcomes = await joined;
    // The system resets a connection that arrives between the last one accepted and the closing of the port: a tenth of a
    // millisecond.
    expect(outcomes.get('ECONNRESET') ?? 0).toBeLessThan(2);
    outcomes.delete('ECONNRESET');
    expect([...outcomes.keys()].sort()).toEqual([201, 'ECONNREFUSED']);
    expect(outcomes.get(201)).toBeGreaterThan(clients);
    expect(await run.ended).toEqual([0, null]);
  });

  test('answers a request on a connection that was accepted just before the port closed', async () => {
    const run = await start();
    const socket = connect(port, '127.0.0.1');
    let [answer, trouble] = ['', ''];
    socket.on('data', (data) => (answer += String(data))).on('error', ({ message }) => (trouble = message));
    await new Promise((resolve) => socket.once('connect', resolve));
    run.child.kill('SIGTERM');
    await expect.poll(() => statusOf(`${url}/livez`), { timeout: 10_000, interval: 20 }).toBeNull();
    socket.write('GET /rooms/sale/status HTTP/1.1\r\nHost: line.test\r\n\r\n');
    expect(await run.ended).toEqual([0, null]);
    expect([answer.split('\r\n')[0], trouble]).toEqual(['HTTP/1.1 200 OK', '']);
  });

  test('cuts nothing off when the signal comes again', async () => {
    const run = await start({ DRAIN_DELAY: '1s' });
    run.child.kill('SIGTERM');
    await expect.poll(() => statusOf(`${url}/readyz`), { timeout: 900, interval: 20 }).toBe(503);
    run.child.kill('SIGTERM');
    run.child.kill('SIGINT');
    await delay(100);
    expect(await statusOf(`${url}/livez`)).toBe(200);
    expect(await run.ended).toEqual([0, null]);
  });

  test('through npm start, stops as without it', async () => {
    const of = (name: string) => join(folder.path, name);
    const files = { CONFIG: of('anteroom.yaml'), JWKS_FILE: of('jwks.json'), DATA_DIR: of('data') };
    const npm = spawn('npm', ['start'], { env: { PATH: process.env.PATH, ...env, ...files }, stdio: 'ignore' });
    const ended = once(npm, 'exit');
    await expect.poll(() => statusOf(`${url}/readyz`), { timeout: 30_000 }).toBe(200);
    npm.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(await statusOf(`${url}/livez`)).toBeNull();
  });

  test('through npm start, keeps what Node compiled, so that the next start needs no stripper of types', async () => {
    const of = (name: string) => join(folder.path, name);
    const files = { CONFIG: of('anteroom.yaml'), JWKS_FILE: of('jwks.json'), DATA_DIR: of('data') };
    const compiled = of('compiled');
    const external = async () => {
      const variables = { PATH: process.env.PATH, ...env, ...files, NODE_COMPILE_CACHE: compiled };
      const npm = spawn('npm', ['start'], { env: variables, stdio: 'ignore' });
      const ended = once(npm, 'exit');
      await expect.poll(() => statusOf(`${url}/readyz`), { timeout: 30_000 }).toBe(200);
      const metrics = await (
        await fetch(`${url}/metrics`, { headers: { Authorization: `Bearer ${ADMIN_TOKEN}` } })
      ).text();
      npm.kill('SIGTERM');
      await ended;
      return Number(/^anteroom_nodejs_external_memory_bytes (\S+)$/m.exec(metrics)?.[1]);
    };
    const [first, next] = [await external(), await external()];
    expect(first - next).toBeGreaterThan(4_000_000);
  });

  test('does not wait for idle connections', async () => {
    const run = await start();
    const idle = connect(port, '127.0.0.1').on('error', () => undefined);
    await new Promise((resolve) => idle.once('connect', resolve));
    const signalled = Date.now();
    run.child.kill('SIGTERM');
    expect(await run.ended).toEqual([0, null]);
    expect(Date.now() - signalled).toBeLessThan(8_000);
    idle.destroy();
  });

  test('exits while it still waits for its store', async () => {
    const run = folder.run({ ...env, REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    await expect.poll(() => statusOf(`${url}/livez`), { timeout: 10_000 }).toBe(200);
    expect(await statusOf(`${url}/readyz`)).toBe(503);
    run.child.kill('SIGTERM');
    expect(await run.ended).toEqual([0, null]);
  });
});

describe('with a configuration file', () => {
  test('a process has the configured rooms and no demo', async () => {
    const shop = await freePort();
    const run = await start({ SHOP_PORT: `${shop}` });
    expect(await statusOf(`http://localhost:${shop}/`)).toBeNull();
    expect(await admin<{ id: string; title: string }[]>(url, '/rooms')).toEqual([
      expect.objectContaining({ id: 'sale', title: 'Spring sale' }),
    ]);
    expect(run.output()).not.toContain('Demo shop');
  });

  test('a restart applies it again, and changes no counter and nothing that it does not name', async () => {
    const first = await start();
    const browser = createBrowser();
    const { page } = await arrive(browser, url);
    await admin(url, '/rooms/sale/serving-counter', { increment_by: 1 });
    await arrive(createBrowser(), url);
    const before = await admin(url, '/rooms/sale/counters');
    expect(before).toMatchObject({ queue: 2, serving: 1 });
    await fetch(`${url}/admin/v1/rooms/by-hand`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ title: 'Made by hand' }),
    });
    first.child.kill('SIGTERM');
    await first.ended;

    await folder.write('anteroom.yaml', settings('Summer sale'));
    await start();
    expect(await admin(url, '/rooms/sale/counters')).toMatchObject({ queue: 2, serving: 1, claimed: before.claimed });
    const rooms = await admin<{ id: string; title: string }[]>(url, '/rooms');
    expect(rooms.map(({ id, title }) => [id, title]).sort()).toEqual([
      ['by-hand', 'Made by hand'],
      ['sale', 'Summer sale'],
    ]);
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'served', number: 1 });
  });
});

describe('a process that is killed', () => {
  test('keeps every number in its own store, and waiting visitors get in after its restart', async () => {
    const first = await start();
    const [browser, other] = [createBrowser(), createBrowser()];
    await arrive(other, url);
    const { login, page } = await arrive(browser, url);
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 2 });
    first.child.kill('SIGKILL');
    expect(await first.ended).toEqual([null, 'SIGKILL']);

    await start();
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 2 });
    await admin(url, '/rooms/sale/serving-counter', { increment_by: 2 });
    const back = await browser.follow((await browser.post(page)).location, url);
    expect((await login.exchange(back.location)).claims()).toMatchObject({ number: 2 });
    const { page: third } = await arrive(createBrowser(), url);
    expect(third).toContain('/wait?');
    expect(await admin(url, '/rooms/sale/counters')).toMatchObject({ queue: 3 });
  });

  test('ends the demo shop, too, so that the next start finds its port free', async () => {
    const shop = await freePort();
    const more = { CONFIG: '', SHOP_PORT: `${shop}` };
    const first = await start(more);
    const shopUrl = `http://localhost:${shop}/`;
    await expect.poll(() => statusOf(shopUrl), { timeout: 10_000 }).toBe(200);
    first.child.kill('SIGKILL');
    await expect.poll(() => statusOf(shopUrl), { timeout: 5_000 }).toBeNull();
    const second = await start(more);
    await expect.poll(() => statusOf(shopUrl), { timeout: 10_000 }).toBe(200);
    expect(second.output()).not.toMatch(/is taken|in use/);
    second.child.kill('SIGTERM');
    expect(await second.ended).toEqual([0, null]);
    expect(await statusOf(shopUrl)).toBeNull();
  });
});

describe('the admin token', () => {
  const kept = async () => (await readFile(join(folder.path, 'keys/admin-token'), 'utf8')).trim();

  test('is printed in the demo, where it was generated', async () => {
    const run = await start({ CONFIG: '', ADMIN_TOKEN: '', SHOP_PORT: `${await freePort()}` });
    await expect.poll(run.output).toContain(`Admin token  ${await kept()}\n`);
  });

  test('is not needed in the demo: a printed link signs in, once', async () => {
    const run = await start({ CONFIG: '', SHOP_PORT: `${await freePort()}` });
    await expect.poll(run.output).toMatch(/Sign in +\S+/);
    const [, link = ''] = /Sign in +(\S+)/.exec(run.output()) ?? [];
    const open = () => fetch(link, { redirect: 'manual' });
    expect((await open()).headers.getSetCookie().join()).toMatch(/anteroom_operator=[\w-]+;/);
    expect((await open()).status).toBe(401);
  });

  test('is not printed with a configuration file: the output names the file that has it', async () => {
    const run = await start({ ADMIN_TOKEN: '' });
    await expect.poll(run.output).toContain(`Admin token  in ${join(folder.path, 'keys/admin-token')}\n`);
    expect(run.output()).not.toContain(await kept());
  });

  test.each([
    ['with a configuration file', {}],
    ['in the demo', { CONFIG: '' }],
  ])('is not printed where it was set, %s', async (_, env) => {
    const run = await start({ ...env, SHOP_PORT: `${await freePort()}` });
    await expect.poll(run.output).toContain('Control ');
    expect(run.output()).not.toContain(ADMIN_TOKEN);
    expect(run.output()).not.toContain('Admin token');
    if (!('CONFIG' in env)) expect(run.output()).not.toContain('once=');
  });
});

describe('two processes on one Redis', () => {
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.stop());

  test('are one service; when the one whose clock ticks is killed, the inlet continues within five seconds', async () => {
    const inlet = '{ strategy: max-size, size: 1 }, admission: { lifetime: 4s }';
    await folder.write('anteroom.yaml', settings('Spring sale', inlet));
    const balancer = await startBalancer();
    const runs: Run[] = [];
    // The first one holds the lease of the clock.
    for (let n = 0; n < 2; n++) {
      const own = await freePort();
      const at = `http://127.0.0.1:${own}`;
      const run = folder.run({ ...env, PORT: `${own}`, ISSUER: balancer.url, REDIS_URL: redis.url });
      await ready(run, at);
      balancer.members.push(at);
      runs.push(run);
    }
    const serving = async () => (await admin(balancer.url, '/rooms/sale/counters')).serving;
    await expect.poll(serving, { timeout: 5_000 }).toBe(1);

    const browser = createBrowser();
    expect((await arrive(createBrowser(), balancer.url)).page).toContain('code=');
    const { login, page } = await arrive(browser, balancer.url);
    for (let look = 0; look < 8; look++) {
      expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 2 });
    }

    runs[0]?.child.kill('SIGKILL');
    balancer.members.shift();
    // The place becomes free by expiry, which only a clock's tick notices.
    await expect.poll(serving, { timeout: 5_000, interval: 50 }).toBe(2);
    const back = await browser.follow((await browser.post(page)).location, balancer.url);
    expect((await login.exchange(back.location)).claims()).toMatchObject({ number: 2, iss: balancer.url });
    await balancer.close();
  });
});

describe('a process whose Redis', () => {
  let redis: DurableRedis;
  beforeEach(async () => {
    redis = await startDurableRedis();
  });
  afterEach(() => redis.stop());

  test.each(['killed', 'frozen'] as const)('is %s stays up and resumes when Redis is available', async (how) => {
    await folder.write('anteroom.yaml', settings('Spring sale', '{ strategy: max-size, size: 1 }'));
    const run = await start({ REDIS_URL: redis.url });
    const serving = async () => (await admin(url, '/rooms/sale/counters')).serving;
    await expect.poll(serving, { timeout: 5_000 }).toBe(1);
    const first = await arrive(createBrowser(), url);
    const sub = String((await first.login.exchange(first.page)).claims()?.sub);
    const browser = createBrowser();
    const { login, page } = await arrive(browser, url);
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 2 });

    await redis[how].begin();
    await expect.poll(() => statusOf(`${url}/readyz`), { timeout: 10_000 }).toBe(503);
    const newcomers = await Promise.all(
      Array.from({ length: 10 }, async () => (await createBrowser().get(login.url)).status),
    );
    expect(new Set(newcomers)).toEqual(new Set([503]));
    expect((await browser.get(page)).status).toBe(200);
    // Longer than a command may take: several ticks of the clock and flushes of heartbeats.
    await delay(3_000);
    expect(await statusOf(`${url}/livez`)).toBe(200);

    await redis[how].end();
    await expect.poll(() => statusOf(`${url}/readyz`), { timeout: 15_000 }).toBe(200);
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'waiting', number: 2 });
    await admin(url, '/rooms/sale/exits', { exited: 0, completed: [sub], abandoned: [] });
    await expect.poll(async () => (await facts(browser, page)).json().state, { timeout: 5_000 }).toBe('served');
    const back = await browser.follow((await browser.post(page)).location, url);
    expect((await login.exchange(back.location)).claims()).toMatchObject({ number: 2 });
    expect(run.child.exitCode).toBeNull();
    expect(run.output()).not.toMatch(/unhandled|uncaught/i);
  });

  test('starts late applies its file then, and is not ready before', async () => {
    await redis.killed.begin();
    const run = folder.run({ ...env, REDIS_URL: redis.url });
    await expect.poll(() => statusOf(`${url}/livez`), { timeout: 10_000 }).toBe(200);
    expect(await statusOf(`${url}/readyz`)).toBe(503);
    expect((await createBrowser().get(`${url}/rooms/sale/status`)).status).toBe(503);
    await redis.killed.end();
    await ready(run, url);
    expect((await createBrowser().get(`${url}/rooms/sale/status`)).json()).toMatchObject({ room: 'sale' });
  });
});
