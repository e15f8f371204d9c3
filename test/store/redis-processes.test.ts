import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { makeRoom, T0 } from './contract/room-under-test.ts';
import type { Work } from './redis-worker.ts';
import { useRedis } from './use-redis.ts';

const ascending = (a: number, b: number) => a - b;
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

/** Gives each process its share, and the word to all of them once every one is ready; what they report, together. */
async function atOnce(shares: readonly Work[]): Promise<number[]> {
  const workers = shares.map((share) => {
    const worker = fork(new URL('./redis-worker.ts', import.meta.url), { execArgv: [] });
    worker.send(share);
    return worker;
  });
  /** The next message of each; rejects where one ends instead. */
  const messages = () =>
    workers.map((worker) =>
      Promise.race([
        once(worker, 'message').then(([message]) => message),
        once(worker, 'exit').then(([code]) => Promise.reject(new Error(`a process ended with ${code}`))),
      ]),
    );
  try {
    await Promise.all(messages());
    const reports = Promise.all(messages());
    for (const worker of workers) worker.send('go');
    return ((await reports) as number[][]).flat();
  } finally {
    for (const worker of workers) worker.kill();
  }
}

describe('four processes on one Redis', () => {
  const redis = useRedis();

  it('give the numbers 1 to 10,000 to 10,000 who join at once, none twice and none left out', async () => {
    const room = await makeRoom(redis.store);
    const share = { url: redis.url, room: room.id, now: T0, join: 2500 };
    const numbers = await atOnce([share, share, share, share]);
    expect(numbers.toSorted(ascending)).toEqual(upTo(10_000));
    expect(await room.counters()).toMatchObject({ queue: 10_000, waiting: 10_000, present: 10_000 });
  });

  it('admit exactly 500 of 10,000 who claim at once in a room of 500', async () => {
    const room = await makeRoom(redis.store, { size: 500 });
    const crowd = await room.crowd(10_000);
    await room.raise({ people: 10_000 });
    const shares = [0, 1, 2, 3].map((part) => ({
      url: redis.url,
      room: room.id,
      now: T0,
      // Everybody claims in two of the processes.
      claim: crowd.filter(({ number }) => number % 4 === part || number % 4 === (part + 1) % 4),
    }));
    const admitted = await atOnce(shares);
    expect(admitted.toSorted(ascending)).toEqual(upTo(500));
    expect(await room.view()).toMatchObject({ held: 0, counters: { claimed: 500, active: 500, waiting: 9500 } });
  });
});
