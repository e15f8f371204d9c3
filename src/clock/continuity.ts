import type { Idempotency } from '#waiting-room/ports/idempotency.ts';

const KEY = 'clock:since';
/** After a gap of this length, in ms, visitors may look absent only because no process could receive their heartbeats. */
const GAP = 10_000;

/**
 * Returns a function that resolves to the time, in ms, since when some process of the service has run without a gap.
 * Every process calls it all the time. The store remembers the time for as long as a gap may last, and each call
 * prolongs that: if nothing is remembered, there was a gap.
 */
export function createContinuity(
  idempotency: Pick<Idempotency, 'remember' | 'amend'>,
  now: () => number,
): () => Promise<number> {
  return async () => {
    const at = now();
    const known = await idempotency.remember(KEY, String(at), GAP);
    // A time ahead of the clock was written before the clock jumped back. No gap is known since.
    const since = Math.min(Number(known ?? at), at);
    await idempotency.amend(KEY, String(since), GAP);
    return since;
  };
}
