import type { SharedCounts } from '#waiting-room/ports/shared-counts.ts';
import { keyScripts } from './key-scripts.ts';
import { countsKey } from './keys.ts';
import type { Run } from './script.ts';

/** Counters of a group. */
const CAPACITY = 50_000;

/** A hash for each group, which Redis drops when its time has passed. */
export function createSharedCounts(run: Run): SharedCounts {
  return {
    async add(group, counts, ttl) {
      if (counts.size === 0) return new Map();
      const totals = await run(keyScripts.addCounts, [countsKey(group)], ttl, CAPACITY, ...[...counts].flat());
      return new Map([...counts.keys()].map((name, n) => [name, totals[n] ?? 0]));
    },
  };
}
