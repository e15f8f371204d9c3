import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { RedisClient } from './client.ts';
import { keyScripts } from './key-scripts.ts';
import { memoryKey } from './keys.ts';
import type { Run } from './script.ts';
import { answered } from './unavailable.ts';

/** Remembered answers, a key each, which Redis drops when their time has passed. */
export function createIdempotency(client: RedisClient, run: Run): Idempotency {
  return {
    remember: (key, value, ttl) => run(keyScripts.remember, [memoryKey(key)], value, ttl),
    async amend(key, value, ttl) {
      await answered(client.set(memoryKey(key), value, 'PX', ttl, 'XX'));
    },
    async forget(key) {
      await answered(client.del(memoryKey(key)));
    },
  };
}
