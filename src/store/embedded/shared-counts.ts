import type { SharedCounts } from '#waiting-room/ports/shared-counts.ts';

/** Counters of a group. */
const CAPACITY = 50_000;

interface Group {
  readonly counts: Map<string, number>;
  readonly until: number;
}

/** Counters in memory: no other process has the embedded store. */
export function createSharedCounts(now: () => number): SharedCounts {
  const groups = new Map<string, Group>();
  return {
    async add(name, added, ttl) {
      for (const [other, { until }] of groups) if (until <= now()) groups.delete(other);
      const counts = groups.get(name)?.counts ?? new Map<string, number>();
      groups.set(name, { counts, until: now() + ttl });
      const totals = new Map<string, number>();
      for (const [counter, by] of added) {
        const before = counts.get(counter);
        const hasRoom = before !== undefined || counts.size < CAPACITY;
        if (hasRoom) counts.set(counter, (before ?? 0) + by);
        totals.set(counter, counts.get(counter) ?? 0);
      }
      return totals;
    },
  };
}
