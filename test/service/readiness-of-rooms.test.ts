/** Two programs on a Redis that loses everything at once: `/readyz` says so while a room cannot be answered. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '#support/ports.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { createFolder, environment, type Folder, ready, statusOf } from './process.ts';

const ROOMS = ['sale', 'tour'];
/** How long a process may answer `/readyz` from what it found before, in ms, and a little more. */
const REMEMBERED = 700;

let redis: RedisServer;
let folder: Folder;
let urls: string[];

beforeAll(async () => {
  redis = await startRedis();
  folder = await createFolder();
  const ports = [await freePort(), await freePort()];
  urls = ports.map((port) => `http://127.0.0.1:${port}`);
  await folder.write('anteroom.yaml', JSON.stringify({ rooms: ROOMS.map((id) => ({ id, challenge: 'off' })) }));
  const shared = { ISSUER: 'http://line.test', REDIS_URL: redis.url };
  const runs = [];
  for (const port of ports) runs.push(folder.run({ ...(await environment(folder, port)), ...shared }));
  await Promise.all(runs.map((run, n) => ready(run, urls[n] ?? '')));
});
afterAll(async () => {
  await folder.remove();
  await redis.stop();
});

const join = (url: string, room: string) =>
  fetch(`${url}/rooms/${room}/tickets`, { method: 'POST' }).then(({ status }) => status);

/** `/readyz` of a process, and whether each of its rooms gave a number. */
async function look(url: string) {
  const ready = await statusOf(`${url}/readyz`);
  return { ready, rooms: await Promise.all(ROOMS.map((room) => join(url, room))) };
}

const canBeAnswered = ({ rooms }: Awaited<ReturnType<typeof look>>) => rooms.every((status) => status === 201);

test('a process is not ready while its rooms are missing, and is again by itself', async () => {
  for (const url of urls) for (const room of ROOMS) expect(await join(url, room)).toBe(201);
  const { port } = redis;
  await redis.stop();
  // What the processes remember is old by then: each leaves the lines to the other for a while.
  await delay(3500);
  redis = await startRedis({ port });

  let unready = 0;
  await Promise.all(
    urls.map(async (url) => {
      for (let wasAnswered = false; !wasAnswered; await delay(50)) {
        const before = await look(url);
        await delay(REMEMBERED);
        const { ready, rooms } = await look(url);
        wasAnswered = canBeAnswered({ ready, rooms });
        if (!canBeAnswered(before) && !wasAnswered) {
          expect({ ready, rooms }).toMatchObject({ ready: 503 });
          unready += 1;
        }
      }
      await expect.poll(() => statusOf(`${url}/readyz`), { timeout: 10_000 }).toBe(200);
    }),
  );
  expect(unready).toBeGreaterThan(0);
}, 60_000);
