import type { Signal } from '#waiting-room/inlets/index.ts';
import type { Scenario } from './scenario.ts';

/** How an origin with so many people inside does. */
export type Origin = (inside: number, at: number) => Signal;

/**
 * Answers take `base` until `capacity` people are inside, then in proportion to them; beyond `errors_from` what is too
 * much fails.
 */
export function createOrigin({ base, capacity, errors_from }: NonNullable<Scenario['origin']>): Origin {
  return (inside, at) => ({
    latency: base * Math.max(1, inside / capacity),
    errorRate: errors_from === undefined ? 0 : Math.max(0, 1 - errors_from / Math.max(1, inside)),
    at,
  });
}
