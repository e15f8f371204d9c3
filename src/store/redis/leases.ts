import type { Leases } from '#waiting-room/ports/leases.ts';
import { keyScripts } from './key-scripts.ts';
import { leaseKey } from './keys.ts';
import type { Run } from './script.ts';

/** Leases, a key each, which Redis drops when their time has passed. */
export function createLeases(run: Run): Leases {
  return {
    lease: (name, holder, ttl) => run(keyScripts.lease, [leaseKey(name)], holder, ttl),
    async release(name, holder) {
      await run(keyScripts.release, [leaseKey(name)], holder);
    },
  };
}
