/** Operators change the settings of the same rooms at the same time, through two processes on one Redis. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '#support/ports.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { ADMIN_TOKEN, createFolder, environment, type Folder, ready } from './process.ts';

const ROOMS = Array.from({ length: 10 }, (_, n) => `sale-${n}`);
const ROUNDS = 100;

describe('two processes on one Redis', () => {
  let redis: RedisServer;
  let folder: Folder;
  let urls: string[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    folder = await createFolder();
    await folder.write('anteroom.yaml', 'rooms: []\n');
    const ports = [await freePort(), await freePort()];
    urls = ports.map((port) => `http://127.0.0.1:${port}`);
    for (const port of ports) {
      const env = { ...(await environment(folder, port)), REDIS_URL: redis.url };
      await ready(folder.run(env), `http://127.0.0.1:${port}`);
    }
  });
  afterAll(async () => {
    await folder?.remove();
    await redis?.stop();
  });

  async function call(url: string | undefined, method: string, room: string, body?: object): Promise<Response> {
    return fetch(`${url}/admin/v1/rooms/${room}`, {
      method,
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }

  async function patch(url: string | undefined, room: string, change: object): Promise<void> {
    const { status } = await call(url, 'PATCH', room, change);
    expect(status).toBe(200);
  }

  /** Pairs of changes at once to two fields of a room; how many of them lost one. */
  async function lostPairs(room: string, first: string | undefined, second: string | undefined): Promise<number> {
    await call(first, 'PUT', room, {});
    let lost = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      const [title, message] = [`title ${round}`, `message ${round}`];
      await Promise.all([patch(first, room, { title }), patch(second, room, { message })]);
      const settings = (await (await call(first, 'GET', room)).json()) as { title: string; message: string };
      if (settings.title !== title || settings.message !== message) lost += 1;
    }
    return lost;
  }

  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

  test('lose none of 1,000 pairs of changes at once to two fields of a room', async () => {
    expect(sum(await Promise.all(ROOMS.map((room) => lostPairs(room, urls[0], urls[1]))))).toBe(0);
  });

  test('nor does one process lose any', async () => {
    expect(sum(await Promise.all(ROOMS.slice(0, 3).map((room) => lostPairs(room, urls[0], urls[0]))))).toBe(0);
  });

  test('give the same ETag, and refuse with it what the other has changed', async () => {
    await call(urls[0], 'PUT', 'sale', {});
    const tags = await Promise.all(urls.map(async (url) => (await call(url, 'GET', 'sale')).headers.get('etag')));
    expect(tags[0]).toMatch(/^"[\w-]+"$/);
    expect(tags[1]).toBe(tags[0]);
    await patch(urls[1], 'sale', { message: 'Soon.' });
    const refused = await fetch(`${urls[0]}/admin/v1/rooms/sale`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'If-Match': tags[0] ?? '' },
    });
    expect(refused.status).toBe(412);
    expect(refused.headers.get('etag')).toBe((await call(urls[1], 'GET', 'sale')).headers.get('etag'));
  });
});
