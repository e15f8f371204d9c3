/**
 * Bytes in the store per waiting visitor. Some join over HTTP, so that everything that the service stores is counted.
 * The others join the same line by the same command. All send a heartbeat in each presence window, as waiting visitors
 * do.
 */
import { Redis } from 'ioredis';
import { openRedisStore } from '#store/redis/index.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';
import type { Bench, Finding } from './bench.ts';
import { DEADLINE } from './crowded-room.ts';
import { arrivals } from './facts.ts';
import { LINE_LENGTH } from './line-length.ts';
import { ROOM } from './stand.ts';

const THROUGH_THE_DOOR = 5000;
const COUNTS = [100_000, LINE_LENGTH];
const BATCH = 1000;
/** So many heartbeats come in one command. */
const HEARTBEATS = 8000;
/**
 * A window is a third of the room's presence timeout of three minutes. Three full windows are kept beside the current.
 */
const WINDOW = 60_000;
const WINDOWS = 3;

export const memory: Bench = {
  name: 'memory',
  about: 'bytes of Redis per waiting visitor, everything included',
  async run(stand) {
    const anteroom = await stand.anteroom();
    const { url } = stand.redisOf(anteroom);
    const redis = new Redis(url);
    const store = await openRedisStore({ url, deadline: DEADLINE });
    try {
      // Loads scripts and buffers before the first visitor.
      await arrivals(anteroom.port, 100);
      const before = await usedMemory(redis);
      await arrivals(anteroom.port, THROUGH_THE_DOOR);
      const findings: Finding[] = [];
      let now = Date.now();
      let joined = THROUGH_THE_DOOR;
      for (const count of COUNTS) {
        await join(store.line, count - joined, now);
        joined = count;
        for (let window = 0; window < WINDOWS; window++) {
          now += WINDOW;
          await hearAll(store.line, joined, now);
        }
        findings.push(perVisitor(count, (await usedMemory(redis)) - before, count === COUNTS.at(-1) ? 1.25 : null));
      }
      return { findings };
    } finally {
      await store.close();
      redis.disconnect();
    }
  },
};

async function join(line: LineStore, count: number, now: number): Promise<void> {
  const batch = Array.from({ length: BATCH }, () => ({ visitor: 'somebody', claim: false }));
  for (let left = count; left > 0; left -= BATCH) await line.join(ROOM, batch.slice(0, left), now);
}

async function hearAll(line: LineStore, count: number, now: number): Promise<void> {
  const { incarnation, generation } = await line.view(ROOM, now);
  for (let from = 1; from <= count; from += HEARTBEATS) {
    const numbers = Array.from({ length: Math.min(HEARTBEATS, count - from + 1) }, (_, i) => from + i);
    await line.recordHeartbeats(ROOM, { incarnation, generation, numbers }, now);
  }
}

function perVisitor(count: number, bytes: number, atMost: number | null): Finding {
  const each = bytes / count;
  return {
    what: `${count.toLocaleString('en')} waiting`,
    value: { median: each, min: each, max: each },
    unit: 'bytes',
    ...(atMost === null ? {} : { target: { at_most: atMost } }),
  };
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
}
