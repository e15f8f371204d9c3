import type { Idempotency } from '#waiting-room/ports/idempotency.ts';

const KEY = 'clock:since';
/** A gap of so long and visitors may have been away only because nobody could hear them, in ms. */
const GAP = 10_000;

/**
 * Since when the service runs without a gap, whichever of its processes ran; to be asked for all the while. Kept as
 * something remembered for no longer than a gap may be: where nothing is remembered, there was one.
 */
export function createContinuity(
  idempotency: Pick<Idempotency, 'remember' | 'amend'>,
  now: () => number,
): () => Promise<number> {
  return async () => {
    const at = String(now());
    const since = (await idempotency.remember(KEY, at, GAP)) ?? at;
    await idempotency.amend(KEY, since, GAP);
    return Number(since);
  };
}
