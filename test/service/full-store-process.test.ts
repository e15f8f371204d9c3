/** A store that answers reads and refuses writes: a full disk, and a Redis without memory. */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { freePort } from '#support/ports.ts';
import { startRedis } from '#support/redis.ts';
import { REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { createFolder, environment, type Folder, ready, statusOf } from './process.ts';

let folder: Folder;
let url: string;
let env: Record<string, string>;

beforeEach(async () => {
  folder = await createFolder();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  env = await environment(folder, port);
  const party = `{ client_id: shop, client_secret: '${SECRET}', room: sale, redirect_uris: ['${REDIRECT_URI}'] }`;
  await folder.write('anteroom.yaml', `rooms: [{ id: sale }]\nrelying_parties: [${party}]\n`);
});
afterEach(() => folder.remove());

const joinErrors = async () => {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/anteroom_store_errors_total\{operation="join"\} (\d+)/.exec(metrics)?.[1] ?? 0);
};

test('on a full disk a process is live, not ready, and refuses joins with 503', async () => {
  // No file may become larger than this, in KiB: a write fails as on a full disk.
  const run = folder.runLimited(env, 600);
  await ready(run, url);
  const { url: authorize } = await startLogin(url);
  // Joins fill the disk.
  let status = 0;
  for (let count = 0; count < 5000 && status !== 503; count++) {
    status = (await createBrowser().get(authorize)).status;
    expect([302, 303, 503]).toContain(status);
  }
  expect(status).toBe(503);
  await expect.poll(() => statusOf(`${url}/readyz`), { timeout: 5000 }).toBe(503);
  expect(await statusOf(`${url}/livez`)).toBe(200);
  expect(await joinErrors()).toBeGreaterThan(0);
});

test('with a Redis out of memory a process is not ready, and is again when there is memory', async () => {
  const redis = await startRedis({ args: ['--maxmemory-policy', 'noeviction'] });
  const client = new Redis(redis.url);
  const run = folder.run({ ...env, REDIS_URL: redis.url });
  await ready(run, url);
  const { url: authorize } = await startLogin(url);
  await client.config('SET', 'maxmemory', '1');
  await delay(600);
  expect(await statusOf(`${url}/readyz`)).toBe(503);
  expect(await statusOf(`${url}/livez`)).toBe(200);
  expect((await createBrowser().get(authorize)).status, run.output()).toBe(503);
  expect(await joinErrors()).toBeGreaterThan(0);
  await client.config('SET', 'maxmemory', '0');
  await expect.poll(() => statusOf(`${url}/readyz`), { timeout: 5000 }).toBe(200);

  // A Redis that evicts instead of refusing is no better.
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  await client.config('SET', 'maxmemory', '100mb');
  await expect.poll(() => statusOf(`${url}/readyz`), { timeout: 5000 }).toBe(503);
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({
    code: 'store_evicts',
    detail: expect.stringContaining('Set maxmemory-policy to noeviction'),
  });
  expect((await createBrowser().get(authorize)).status).toBe(303);
  await client.quit();
  await redis.stop();
});
