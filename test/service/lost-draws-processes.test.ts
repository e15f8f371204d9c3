/** Two programs on a Redis that loses everything at once: before the draw of one room, during one, and after one. */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '#support/ports.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { ADMIN_TOKEN, createFolder, environment, type Folder, ready } from './process.ts';

/** When each room's event starts, in ms from the loss on. */
const STARTS = { before: 1500, during: 0, after: -3000 };
const ROOMS = Object.keys(STARTS) as (keyof typeof STARTS)[];
/** From the beginning of the prequeues until the loss, in ms. */
const UNTIL_LOSS = 8000;
const ENTRANTS = 30;

interface Visitor {
  readonly room: string;
  readonly ticket: string;
  /** All numbers that were shown. */
  readonly numbers: Set<number>;
  /** Answers but the facts of somebody who waits. */
  readonly refusals: string[];
}

let redis: RedisServer;
let folder: Folder;
let urls: string[];
let lossAt: number;

beforeAll(async () => {
  redis = await startRedis();
  folder = await createFolder();
  const ports = [await freePort(), await freePort()];
  urls = ports.map((port) => `http://127.0.0.1:${port}`);
  await folder.write('anteroom.yaml', JSON.stringify({ rooms: [] }));
  const shared = { ISSUER: 'http://line.test', REDIS_URL: redis.url };
  const runs = [];
  for (const port of ports) runs.push(folder.run({ ...(await environment(folder, port)), ...shared }));
  await Promise.all(runs.map((run, n) => ready(run, urls[n] ?? '')));
  lossAt = Date.now() + UNTIL_LOSS;
  await Promise.all(ROOMS.map(putRoom));
});
afterAll(async () => {
  await folder.remove();
  await redis.stop();
});

/** What the tickets API answers, and the report of a draw. */
interface Answer {
  readonly ticket?: string;
  readonly state?: string;
  readonly number?: number | null;
  readonly code?: string;
  readonly seed_hash?: string;
}

async function putRoom(room: keyof typeof STARTS): Promise<void> {
  const iso = (at: number) => new Date(at).toISOString();
  const [prequeue_start, start] = [iso(lossAt - UNTIL_LOSS), iso(lossAt + STARTS[room])];
  const answer = await fetch(`${anyUrl()}/admin/v1/rooms/${room}`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({
      challenge: 'off',
      presence: { timeout: '9s' },
      events: [{ id: 'opening', prequeue_start, start }],
    }),
  });
  expect(answer.status).toBe(201);
}

const anyUrl = () => urls[Math.floor(Math.random() * urls.length)] ?? '';

async function join(room: string): Promise<Visitor> {
  const answer = await fetch(`${anyUrl()}/rooms/${room}/tickets`, { method: 'POST' });
  const { ticket = '', state } = (await answer.json()) as Answer;
  expect(state).toBe('before_start');
  return { room, ticket, numbers: new Set(), refusals: [] };
}

/** What the page of a visitor does, at either process. */
async function look({ room, ticket, numbers, refusals }: Visitor): Promise<void> {
  const headers = { Authorization: `Bearer ${ticket}` };
  const answer = await fetch(`${anyUrl()}/rooms/${room}/tickets/self`, { headers });
  if (answer.status === 503) return;
  const { state = '', number, code } = (await answer.json()) as Answer;
  if (number !== null && number !== undefined) numbers.add(number);
  if (!['before_start', 'waiting'].includes(state)) refusals.push(`${answer.status} ${code ?? state}`);
}

async function report(room: string): Promise<Answer> {
  const answer = await fetch(`${anyUrl()}/rooms/${room}/draws/opening`, { headers: { Accept: 'application/json' } });
  return (await answer.json()) as Answer;
}

test('FLUSHALL loses no entrant, no published hash and no drawn number', async () => {
  let hashes: (string | undefined)[] = [];
  const published = async () => {
    hashes = await Promise.all(ROOMS.map(async (room) => (await report(room)).seed_hash));
    return hashes;
  };
  // The clock announces the draws at its next tick.
  await expect.poll(published, { timeout: 5000 }).not.toContain(undefined);
  const visitors = (
    await Promise.all(ROOMS.map((room) => Promise.all(Array.from({ length: ENTRANTS }, () => join(room)))))
  ).flat();

  let isOver = false;
  const pages = visitors.map(async (visitor) => {
    while (!isOver) {
      await look(visitor);
      await delay(800 + Math.random() * 400);
    }
  });
  let shownBefore = 0;
  try {
    await delay(lossAt - Date.now());
    shownBefore = visitors.filter(({ room, numbers }) => room === 'after' && numbers.size === 1).length;
    const admin = new Redis(redis.url);
    await admin.flushall();
    admin.disconnect();

    const areDrawn = () => visitors.every(({ numbers }) => numbers.size > 0);
    await expect.poll(areDrawn, { timeout: 20_000 }).toBe(true);
    await delay(2000);
  } finally {
    isOver = true;
    await Promise.all(pages);
  }

  expect(visitors.flatMap(({ refusals }) => refusals)).toEqual([]);
  for (const [n, room] of ROOMS.entries()) {
    const own = visitors.filter((visitor) => visitor.room === room);
    // One number each, the same from the first time it was shown.
    expect(new Set(own.flatMap(({ numbers }) => [...numbers])).size, room).toBe(ENTRANTS);
    expect(own.every(({ numbers }) => numbers.size === 1)).toBe(true);
    expect(await report(room)).toMatchObject({ seed_hash: hashes[n], entrants: ENTRANTS });
  }
  expect(shownBefore).toBe(ENTRANTS);
}, 60_000);
