import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { freePort } from '#support/ports.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { createFolder, environment, type Folder, type Run, ready } from '../service/process.ts';

const PER_SECOND = 20;
const SIZE = 200;
const CROWD = 600;
const GENERATION = 1;

let redis: RedisServer;
let store: Store;
let folder: Folder;

beforeEach(async () => {
  redis = await startRedis();
  store = await openRedisStore({ url: redis.url });
  folder = await createFolder();
  const inlet = `{ strategy: rate, per_minute: ${PER_SECOND * 60}, size: ${SIZE} }`;
  await folder.write('anteroom.yaml', `rooms: [{ id: sale, challenge: off, inlet: ${inlet} }]\n`);
});
afterEach(async () => {
  await folder.remove();
  await store.close();
  await redis.stop();
});

async function startProcess(): Promise<Run> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const run = folder.run({
    ...(await environment(folder, port)),
    ISSUER: 'http://line.test',
    REDIS_URL: redis.url,
    LOG_LEVEL: 'info',
  });
  await ready(run, url);
  return run;
}

/** The raises in the log of a process: the serving counter before and after each. */
const raises = ({ output }: Run): readonly (readonly [number, number])[] =>
  output()
    .split('\n')
    .filter((line) => line.includes('"counter.raised"'))
    .map((line) => JSON.parse(line).activity)
    .map(({ from, to }) => [from, to] as const);

test('after the process that ticks is killed, another goes on within 5 s, without exceeding the size or raising twice', async () => {
  const first = await startProcess();
  const visitors = Array.from({ length: CROWD }, (_, n) => ({ visitor: `v${n + 1}`, claim: false }));
  const [joined] = (await store.line.join('sale', visitors, Date.now())) ?? [];
  const heartbeats = {
    incarnation: joined?.incarnation,
    generation: GENERATION,
    numbers: visitors.map((_, n) => n + 1),
  };
  const heartbeat = () => store.line.recordHeartbeats('sale', heartbeats, Date.now());
  await heartbeat();
  const second = await startProcess();

  /** Reads the line and claims for every served visitor. */
  const claimed = new Set<number>();
  const seen: { readonly at: number; readonly serving: number }[] = [];
  async function look(): Promise<number> {
    const { counters, held, incarnation } = await store.line.view('sale', Date.now());
    expect(counters.active + held).toBeLessThanOrEqual(SIZE);
    seen.push({ at: performance.now(), serving: counters.serving });
    for (let number = 1; number <= Math.min(counters.serving, CROWD); number++) {
      if (claimed.has(number)) continue;
      const holder = { incarnation, generation: GENERATION, number, visitor: `v${number}` };
      const place = await store.line.claim('sale', holder, Date.now());
      // Its turn came before its first heartbeat, and comes again.
      if (place.state === 'returned') continue;
      expect(place).toMatchObject({ state: 'admitted', first: true });
      claimed.add(number);
    }
    return counters.serving;
  }
  async function lookUntil(serving: number, within: number): Promise<void> {
    const until = performance.now() + within;
    while ((await look()) < serving) {
      await heartbeat();
      if (performance.now() > until) throw new Error(`after ${within} ms the line was not at ${serving}`);
      await delay(20);
    }
  }

  const begun = performance.now();
  const start = await look();
  await lookUntil(start + 40, 15_000);
  // It is the first whose inlet runs; the second had a look when it applied its file.
  expect(raises(second).length).toBeLessThanOrEqual(1);
  first.child.kill('SIGKILL');
  await first.ended;
  const killed = performance.now();
  const stopped = await look();
  await lookUntil(stopped + 1, 5000);
  expect(performance.now() - killed).toBeLessThan(5000);
  await lookUntil(Math.min(stopped + 60, SIZE), 15_000);

  // No faster than the rate at any time, of which a second's worth may stand unused.
  for (const [n, one] of seen.entries()) {
    for (const other of seen.slice(n + 1)) {
      const most = ((other.at - one.at) / 1000 + 1) * PER_SECOND + PER_SECOND * 0.5;
      expect(other.serving - one.serving).toBeLessThanOrEqual(most);
    }
  }
  // And no number was served by both.
  const told = [...raises(first), ...raises(second)].sort(([one], [other]) => one - other);
  expect(raises(first).length).toBeGreaterThan(5);
  expect(raises(second).length).toBeGreaterThan(5);
  for (const [n, [from]] of told.entries()) expect(from).toBeGreaterThanOrEqual(told[n - 1]?.[1] ?? 0);
  // At the end the room is as full as it may be.
  await lookUntil(SIZE, 30_000);
  await delay(600);
  expect(await look()).toBe(SIZE);
  expect(claimed.size).toBe(SIZE);
  expect((await store.line.view('sale', Date.now())).counters).toMatchObject({ claimed: SIZE, active: SIZE });
  expect(performance.now() - begun).toBeGreaterThan((SIZE / PER_SECOND - 2) * 1000);
});
