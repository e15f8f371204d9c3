/**
 * A clock in ms that never goes back: where `now` jumps back, it continues from the latest time that it gave. For what a
 * process remembers for a while, so that such a jump makes nobody wait for it, and nothing stale be believed for longer.
 */
export function createSteadyClock(now: () => number): () => number {
  let latest = Number.NEGATIVE_INFINITY;
  let behind = 0;
  return () => {
    const at = now();
    if (at + behind < latest) behind = latest - at;
    latest = at + behind;
    return latest;
  };
}
