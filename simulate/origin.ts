import type { Signal } from '#waiting-room/inlets/index.ts';
import type { Scenario } from './scenario.ts';

/** The signal of an origin with so many visitors inside. */
export type Origin = (inside: number, at: number) => Signal;

/**
 * Latency is `base` up to `capacity` visitors inside, then grows in proportion. Beyond `errors_from`, the excess share
 * of requests fails.
 */
export function createOrigin({ base, capacity, errors_from }: NonNullable<Scenario['origin']>): Origin {
  return (inside, at) => ({
    latency: base * Math.max(1, inside / capacity),
    errorRate: errors_from === undefined ? 0 : Math.max(0, 1 - errors_from / Math.max(1, inside)),
    at,
  });
}
