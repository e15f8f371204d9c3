/** A line of any length in Redis, without HTTP, on the benchmark's own clock. */
import { Redis } from 'ioredis';
import { openRedisStore } from '#store/redis/index.ts';
import { startRedis } from '#support/redis.ts';
import type { LineRules } from '#waiting-room/line-rules.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';

const HOUR = 3_600_000;
/** So many visitors join in one command. */
const BATCH = 1000;
/** How long a step may take while a long line is made, in ms. */
export const DEADLINE = 60_000;
const NOBODY = new Uint8Array(0);

export const RULES: LineRules = { mode: 'queue', size: 0, lifetime: HOUR, claimWindow: HOUR, presenceTimeout: 180_000 };
/** When all of them join, and when those without a heartbeat since then are absent. */
export const COME_AT = 1_800_000_000_000;
export const LATER = COME_AT + 900_000;

export interface CrowdedRedis {
  readonly store: Store;
  /** Another connection, for statistics. */
  readonly client: Redis;
  close(): Promise<void>;
}

export async function openCrowdedRedis(): Promise<CrowdedRedis> {
  const redis = await startRedis();
  const store = await openRedisStore({ url: redis.url, deadline: DEADLINE });
  const client = new Redis(redis.url);
  return {
    store,
    client,
    async close() {
      await store.close();
      client.disconnect();
      await redis.stop();
    },
  };
}

export async function joinAll({ store }: CrowdedRedis, room: string, people: number): Promise<void> {
  const batch = Array.from({ length: BATCH }, () => ({ visitor: 'somebody', claim: false }));
  for (let joined = 0; joined < people; joined += BATCH) await store.line.join(room, batch, COME_AT);
}

/** Gives an empty line so many numbers in one step, all of them present, or every second one from 1 on. */
export async function fillLine(
  line: LineStore,
  room: string,
  queue: number,
  { half = false, at = COME_AT } = {},
): Promise<void> {
  const present = new Uint8Array(queue / 8 + 1).fill(half ? 0b01010101 : 0b11111111);
  const former = { queue, serving: 0, claimed: 0, completed: 0, abandoned: 0, admissions: [] };
  if (!(await line.takeOver(room, { ...former, present, spent: NOBODY, missed: NOBODY }, at)))
    throw new Error(`the line of ${room} is not empty`);
}
