/**
 * A clock in ms that never goes back: where `now` jumps back, it continues from the latest time that it gave. It is for
 * limits and short memories of one process: a jump back makes nobody wait longer, and keeps nothing longer than intended.
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
