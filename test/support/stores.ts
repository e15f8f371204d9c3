/** The stores for tests of whole services. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore } from '#store/embedded/index.ts';
import { openRedisStore } from '#store/redis/index.ts';
import { createScriptTexts } from '#store/redis/script-texts.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { startRedis } from './redis.ts';

export interface OpenedStore {
  readonly store: Store;
  close(): Promise<void>;
}

/** `now` is its clock, in milliseconds; by default the real one. */
export async function embeddedStore(now: () => number = Date.now): Promise<OpenedStore> {
  const dir = await mkdtemp(join(tmpdir(), 'anteroom-'));
  const store = await openEmbeddedStore({ dir, now });
  return {
    store,
    async close() {
      await store.close();
      await rm(dir, { recursive: true });
    },
  };
}

/** Composing a script takes longer than most tests, which open a store each. */
const scriptTexts = createScriptTexts();

export async function redisStore(): Promise<OpenedStore> {
  const redis = await startRedis();
  const store = await openRedisStore({ url: redis.url, scriptTexts });
  return {
    store,
    async close() {
      await store.close();
      await redis.stop();
    },
  };
}

export const STORES = [
  ['embedded', embeddedStore],
  ['redis', redisStore],
] as const;
