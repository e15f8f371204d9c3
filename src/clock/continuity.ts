import type { CoordinationStore } from '#waiting-room/ports.ts';

const KEY = 'clock:since';
/** A gap of so long and visitors may have been away only because nobody could hear them, in ms. */
const GAP = 10_000;

/**
 * Since when the service runs without a gap, whichever of its processes ran; to be asked for all the while. Kept as
 * something remembered for no longer than a gap may be: where nothing is remembered, there was one.
 */
export function createContinuity(
  coordination: Pick<CoordinationStore, 'remember' | 'amend'>,
  now: () => number,
): () => Promise<number> {
  return async () => {
    const at = String(now());
    const since = (await coordination.remember(KEY, at, GAP)) ?? at;
    await coordination.amend(KEY, since, GAP);
    return Number(since);
  };
}
