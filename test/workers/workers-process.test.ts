import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { freePort } from '#support/ports.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { joinUntilRefused } from '../service/join-until-refused.ts';
import { createFolder, environment, type Folder, type Run } from '../service/process.ts';

const SETTINGS = `
rooms: [{ id: sale, limits: { joins_per_address: 1000/1m } }]
relying_parties:
  - { client_id: shop, client_secret: a-secret-of-the-shop, room: sale, redirect_uris: ['http://127.0.0.1:9/callback'] }
`;
const WORKERS = 2;

let redis: RedisServer;
let folder: Folder;
let port: number;

beforeEach(async () => {
  redis = await startRedis();
  folder = await createFolder();
  await folder.write('anteroom.yaml', SETTINGS);
  port = await freePort();
});
afterEach(async () => {
  await redis.stop();
  await folder.remove();
});

const urlOf = (path: string) => `http://127.0.0.1:${port}${path}`;

/** Each request has a connection of its own, so that all workers get some. */
async function get(path: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(urlOf(path), { headers: { Connection: 'close' } });
  return { status: answer.status, text: await answer.text() };
}

async function start(more: Record<string, string> = {}): Promise<Run> {
  const run = folder.run({
    ...(await environment(folder, port)),
    REDIS_URL: redis.url,
    WORKERS: `${WORKERS}`,
    ...more,
  });
  await expect.poll(() => run.output(), { timeout: 30_000 }).toContain('Anteroom');
  await expect.poll(async () => (await workersOf(run)).length, { timeout: 30_000 }).toBe(WORKERS);
  return run;
}

async function workersOf({ child: { pid } }: Run): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return children.split(' ').filter(Boolean).map(Number);
}

async function sampleOf(name: string): Promise<number> {
  const { text } = await get('/metrics');
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? Number.NaN);
}

test('workers that stop under load reset hardly any connection', async () => {
  await folder.write('anteroom.yaml', "rooms: [{ id: sale, challenge: 'off' }]\n");
  const run = await start();
  const joined = joinUntilRefused(urlOf(''), 32, 0);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  run.child.kill('SIGTERM');
  const outcomes = await joined;
  // The parent may accept a connection while its last worker closes the port.
  expect(outcomes.get('ECONNRESET') ?? 0).toBeLessThan(8);
  outcomes.delete('ECONNRESET');
  expect([...outcomes.keys()].sort()).toEqual([201, 'ECONNREFUSED']);
  expect(outcomes.get(201)).toBeGreaterThan(32);
  expect(await run.ended).toEqual([0, null]);
});

describe('WORKERS', () => {
  test('serves one port with several processes, one line and one set of metrics', async () => {
    const run = await start();
    expect(run.output().match(/Anteroom /g)).toHaveLength(1);
    for (let i = 0; i < 20; i++) expect((await get('/rooms/sale/status')).status).toBe(200);
    expect(await sampleOf('anteroom_polls_total{kind="status"}')).toBe(20);

    const query = 'client_id=shop&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcallback&response_type=code&scope=openid';
    for (let i = 0; i < 10; i++) {
      const browser = createBrowser();
      const { location } = await browser.get(urlOf(`/authorize?${query}&state=s`));
      expect((await browser.get(location)).text).toContain('data-state="waiting"');
    }
    await expect.poll(() => sampleOf('anteroom_room_queue{room="sale"}'), { timeout: 10_000 }).toBe(10);

    // A worker that is killed is replaced, the others answer meanwhile, and no counter falls.
    const [victim = 0] = await workersOf(run);
    process.kill(victim, 'SIGKILL');
    await expect.poll(async () => (await workersOf(run)).includes(victim)).toBe(false);
    expect((await get('/rooms/sale/status')).status).toBe(200);
    await expect.poll(async () => (await workersOf(run)).length, { timeout: 30_000 }).toBe(WORKERS);
    expect(await sampleOf('anteroom_polls_total{kind="status"}')).toBe(21);

    const requests = Array.from({ length: 20 }, () => get('/rooms/sale/status'));
    await Promise.all(requests.slice(0, 1));
    run.child.kill('SIGTERM');
    for (const { status } of await Promise.all(requests)) expect(status).toBe(200);
    expect(await run.ended).toEqual([0, null]);
  });

  test('ends with the last error when workers end again and again', async () => {
    const run = await start();
    await folder.write('anteroom.yaml', 'rooms: [{ id: "NOT AN ID" }]');
    const [victim = 0] = await workersOf(run);
    process.kill(victim, 'SIGKILL');
    expect(await run.ended).toEqual([1, null]);
    expect(run.output()).toContain('A worker ended with code 1');
    expect(run.output()).toMatch(/Its last error:[\s\S]*rooms/);
  });

  test('ends at once when no worker can listen', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    const env = { ...(await environment(folder, port)), REDIS_URL: redis.url, WORKERS: '2' };
    const run = folder.run(env);
    expect(await run.ended).toEqual([1, null]);
    expect(run.output()).toContain(`Port ${port} is in use`);
    other.close();
  });

  test('is refused with the embedded store, without a configuration file, and for no number', async () => {
    const { CONFIG, ...env } = await environment(folder, port);
    for (const [more, message] of [
      [{ CONFIG, WORKERS: '2' }, 'WORKERS is 2, but only one process can use the embedded store. Set REDIS_URL'],
      [{ WORKERS: '2', REDIS_URL: redis.url }, 'WORKERS is 2, but the demo runs in one process. Set CONFIG'],
      [{ CONFIG, WORKERS: 'many', REDIS_URL: redis.url }, 'WORKERS must be a whole number from 1 to 256'],
    ] as const) {
      const run = folder.run({ ...env, ...more } as Record<string, string>);
      expect((await run.ended)[0]).toBe(1);
      expect(run.output()).toContain(message);
    }
  });
});
