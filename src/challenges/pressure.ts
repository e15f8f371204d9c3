import { createRateLimit } from '#waiting-room/rate-limit.ts';
import type { Level } from './proof-of-work.ts';

/** Challenges a minute that an address gets at each level but the last: a household, then an office. */
const CALM = [60, 600] as const;
const MINUTE = 60_000;

export interface Pressure {
  /** The level of the next challenge of an address. */
  take(address: string): Level;
}

/** How hard the challenges of an address are: the more it gets, the harder, and never those of others. */
export function createPressure(now: () => number): Pressure {
  const [household, office] = CALM.map((limit) => createRateLimit({ limit, window: MINUTE, now }));
  const isBeyond = (limit: typeof household, address: string) => (limit?.take(address) ?? 0) > 0;

  return {
    take(address) {
      if (!isBeyond(household, address)) return 0;
      return isBeyond(office, address) ? 2 : 1;
    },
  };
}
