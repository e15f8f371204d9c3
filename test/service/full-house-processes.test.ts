import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settingsFile } from '#settings/file.ts';
import { openRedisStore } from '#store/redis/index.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { createWaitingRoom } from '#waiting-room/index.ts';
import type { Shift, ShiftReport } from './full-house-worker.ts';
import { type History, journalled, readHistory } from './redis-journal.ts';

const PROCESSES = 4;
const CROWD = 10_000;
const SIZE = 500;
const DURATION = 18_000;
const STAY = [1000, 4000] as const;
const LIFETIME = 5000;

/** If the machine stalls for seconds, Redis misses an answer, and the run is repeated. */
const STOOD_STILL = 'the machine stood still';
const UNDISTURBED = { retry: { count: 4, condition: new RegExp(STOOD_STILL) } };

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

async function sale(): Promise<ShiftReport[]> {
  const shift: Shift = { url: redis.url, room: 'sale', visitors: CROWD / PROCESSES, duration: DURATION, stay: STAY };
  const workers = Array.from({ length: PROCESSES }, () =>
    fork(new URL('./full-house-worker.ts', import.meta.url), { execArgv: [] }),
  );
  try {
    for (const worker of workers) worker.send(shift);
    await Promise.all(workers.map(message));
    const reports = Promise.all(workers.map((worker) => message<ShiftReport>(worker)));
    for (const worker of workers) worker.send('go');
    return await reports;
  } finally {
    for (const worker of workers) worker.kill();
  }
}

/** Twelve seconds of a full room, from the time when all visitors have arrived. */
function saturation({ moments }: History): readonly [number, number] {
  const full = moments.findIndex(({ inside, held, queue }) => queue === CROWD && inside + held === SIZE);
  const from = moments[full]?.at ?? Number.NaN;
  return [from, from + DURATION - 6000];
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
      const reports = await sale();
      const errors = reports.flatMap((report) => report.errors);
      const away = errors.filter((error) => error.startsWith('StoreUnavailable'));
      expect(errors.filter((error) => !away.includes(error))).toEqual([]);
      expect(away, STOOD_STILL).toEqual([]);

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
        `${_name}: ${admitted} admitted; on average ${active.toFixed(1)} inside + ${held.toFixed(1)} held of ${SIZE}`,
      );
      expect(active + held).toBeGreaterThanOrEqual(0.99 * SIZE);
    },
  );
});
