import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settingsFile } from '#settings/file.ts';
import { DEADLINE } from '#store/redis/deadline.ts';
import { openRedisStore } from '#store/redis/index.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { createWaitingRoom } from '#waiting-room/index.ts';
import type { Shift, ShiftReport } from './full-house-worker.ts';
import { type History, journalled, readHistory } from './redis-journal.ts';

const PROCESSES = 4;
const CROWD = 10_000;
const SIZE = 500;
/** At least so many are inside while visitors wait. */
const FULL = 0.95 * SIZE;
const DURATION = 24_000;
const STAY = [2000, 6000] as const;
const LIFETIME = 8000;
/** How long the room is watched once it is full, in ms. */
const WATCHED = 12_000;

/** A run is repeated only if the machine was measured to stand still for half of the time that Redis has to answer. */
const STALLED = DEADLINE / 2;
const STOOD_STILL = 'the machine stood still';
const UNDISTURBED = { retry: { count: 2, condition: new RegExp(STOOD_STILL) } };

let folder: string;
let redis: RedisServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anteroom-journal-'));
  redis = await startRedis({ args: journalled(folder) });
});
afterEach(async () => {
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
});

async function makeRoom(inlet: unknown): Promise<void> {
  const admission = { lifetime: `${LIFETIME / 1000}s`, claim_window: '5s' };
  const { rooms } = settingsFile.parse({ rooms: [{ id: 'sale', inlet, admission }] });
  const store = await openRedisStore({ url: redis.url });
  const quiet = { cookieKeys: ['a key of all processes'], emit: () => undefined, onError: () => undefined };
  const { operations } = createWaitingRoom({ store, now: Date.now, ...quiet });
  for (const room of rooms) await operations.putRoom(room);
  await store.close();
}

/** The next message of a process. Rejects if it exits instead. */
async function message<T>(worker: ChildProcess): Promise<T> {
  const ended = once(worker, 'exit').then(([code]) => Promise.reject(new Error(`a process ended with ${code}`)));
  const [message] = await Promise.race([once(worker, 'message'), ended]);
  return message as T;
}

/** Measures the longest time, in ms, that Redis took to answer this process, until it is stopped. */
function watchRedis(): () => Promise<number> {
  const client = new Redis(redis.url, { maxRetriesPerRequest: null });
  let [longest, isStopped] = [0, false];
  const watching = (async () => {
    while (!isStopped) {
      const sent = performance.now();
      await client.ping();
      longest = Math.max(longest, performance.now() - sent);
      await delay(50);
    }
  })();
  return async () => {
    isStopped = true;
    await watching;
    client.disconnect();
    return longest;
  };
}

interface Sale {
  readonly reports: readonly ShiftReport[];
  /** The longest time that Redis or a process stood still, in ms. */
  readonly stall: number;
}

async function sale(): Promise<Sale> {
  const shift: Shift = { url: redis.url, room: 'sale', visitors: CROWD / PROCESSES, duration: DURATION, stay: STAY };
  const workers = Array.from({ length: PROCESSES }, () =>
    fork(new URL('./full-house-worker.ts', import.meta.url), { execArgv: [] }),
  );
  const stopWatching = watchRedis();
  try {
    for (const worker of workers) worker.send(shift);
    await Promise.all(workers.map(message));
    const reporting = Promise.all(workers.map((worker) => message<ShiftReport>(worker)));
    for (const worker of workers) worker.send('go');
    const reports = await reporting;
    return { reports, stall: Math.max(await stopWatching(), ...reports.map(({ stall }) => stall)) };
  } finally {
    await stopWatching();
    for (const worker of workers) worker.kill();
  }
}

/** Seconds of a full room, from the time when all visitors have arrived and the room is full. */
function saturation({ moments }: History): readonly [number, number] {
  const full = moments.find(({ inside, queue }) => queue === CROWD && inside >= FULL);
  if (!full) throw new Error(`never ${FULL} inside, at most ${Math.max(...moments.map(({ inside }) => inside))}`);
  expect(moments.at(-1)?.at, 'the room was full too late to be watched').toBeGreaterThan(full.at + WATCHED);
  return [full.at, full.at + WATCHED];
}

/** The mean numbers of visitors inside and of places held between `from` and `to`. */
function meanUse({ moments, stays }: History, [from, to]: readonly [number, number]) {
  const overlap = (start: number, end: number) => Math.max(0, Math.min(end, to) - Math.max(start, from));
  const inside = stays.reduce((sum, stay) => sum + overlap(stay.from, stay.to), 0);
  const held = moments.reduce(
    (sum, moment, i) => sum + moment.held * overlap(moment.at, moments[i + 1]?.at ?? moment.at),
    0,
  );
  return { active: inside / (to - from), held: held / (to - from) };
}

describe(`${PROCESSES} processes, ${CROWD} visitors who claim as fast as they can, ${SIZE} places`, () => {
  test.each([
    ['max-size', { strategy: 'max-size', size: SIZE }],
    ['rate', { strategy: 'rate', per_minute: 60_000, size: SIZE }],
  ])(
    '%s: never one too many, in no state that the room was ever in, and no place idle',
    UNDISTURBED,
    async (_name, inlet) => {
      await makeRoom(inlet);
      const { reports, stall } = await sale();
      expect(reports.flatMap(({ errors }) => errors)).toEqual([]);
      const excuse = stall >= STALLED ? STOOD_STILL : 'the store did not answer, though nothing stood still';
      expect(
        reports.flatMap(({ unanswered }) => unanswered),
        `${excuse}: at most ${Math.round(stall)} ms`,
      ).toEqual([]);

      const history = await readHistory(folder, 'sale');
      const { moments, stays } = history;
      const most = moments.reduce((max, { inside, held }) => Math.max(max, inside + held), 0);
      const admitted = reports.reduce((sum, report) => sum + report.admitted, 0);
      // The history is that of these visitors, and the room was filled more than once.
      expect(stays).toHaveLength(admitted);
      expect(admitted).toBeGreaterThan(3 * SIZE);
      // Some left, and some stayed until their admissions expired.
      const lasted = stays.map(({ from, to }) => to - from);
      expect(lasted.filter((time) => time === LIFETIME).length).toBeGreaterThan(SIZE / 2);
      expect(lasted.filter((time) => time < LIFETIME).length).toBeGreaterThan(SIZE);
      expect(moments.every(({ at }, i) => i === 0 || at >= (moments[i - 1]?.at ?? 0))).toBe(true);

      // This includes held places and expired admissions that are still in the store.
      expect(most).toBe(SIZE);
      expect(Math.max(...moments.map(({ inside }) => inside))).toBeLessThanOrEqual(SIZE);

      const during = saturation(history);
      const waits = moments.filter(({ at }) => at >= during[0] && at <= during[1]);
      expect(waits.every(({ queue, serving }) => serving < queue)).toBe(true);
      const { active, held } = meanUse(history, during);
      console.info(
        `${_name}: ${admitted} admitted; on average ${active.toFixed(1)} inside + ${held.toFixed(1)} held of ${SIZE}; ` +
          `nothing stood still for more than ${Math.round(stall)} ms`,
      );
      expect(active + held).toBeGreaterThanOrEqual(0.99 * SIZE);
      expect(active).toBeGreaterThanOrEqual(FULL);
    },
  );
});
