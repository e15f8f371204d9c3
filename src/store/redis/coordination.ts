import type { CoordinationStore } from '#waiting-room/ports.ts';
import type { RedisClient } from './client.ts';
import { leaseKey, memoryKey } from './keys.ts';
import type { Run } from './script.ts';
import { keyScripts } from './scripts.ts';
import { answered } from './unavailable.ts';

/** Leases and remembered answers, a key each, which Redis drops when their time has passed. */
export function createCoordinationStore(client: RedisClient, run: Run): CoordinationStore {
  return {
    lease: (name, holder, ttl) => run(keyScripts.lease, [leaseKey(name)], holder, ttl),
    async release(name, holder) {
      await run(keyScripts.release, [leaseKey(name)], holder);
    },
    remember: (key, value, ttl) => run(keyScripts.remember, [memoryKey(key)], value, ttl),
    async amend(key, value, ttl) {
      await answered(client.set(memoryKey(key), value, 'PX', ttl, 'XX'));
    },
    async forget(key) {
      await answered(client.del(memoryKey(key)));
    },
  };
}
