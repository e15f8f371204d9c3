/**
 * A limit on how often something may happen, by key, in this process. It is the generic cell rate algorithm, which keeps
 * one number for each key. It keeps the keys used last, so nobody can fill the memory with keys.
 */
export interface RateLimit {
  /**
   * Counts one event. Returns 0, or for an event beyond the limit, which does not count, the wait for the next in ms.
   * With `burst`, only so many of the allowance may be used.
   */
  take(key: string, burst?: number): number;
  /** What `take` would return, without counting. */
  wait(key: string, burst?: number): number;
  /** Takes back one event that was counted. */
  giveBack(key: string): void;
}

export interface RateLimitOptions {
  /** The most events within `window`, also all at once. */
  readonly limit: number;
  /** In ms. */
  readonly window: number;
  readonly now: () => number;
  /** The most keys. The one that was used longest ago is forgotten first. */
  readonly capacity?: number;
}

export function createRateLimit({ limit, window, now, capacity = 10_000 }: RateLimitOptions): RateLimit {
  const interval = window / limit;
  /** When each key has its whole allowance again, in ms. */
  const fullAt = new Map<string, number>();

  /** A clock that jumped back makes nobody wait for longer than the window. */
  const fullOf = (key: string, at: number) => Math.min(Math.max(fullAt.get(key) ?? at, at), at + window);
  const waitAt = (full: number, at: number, burst: number) =>
    Math.max(0, Math.ceil(full - at - (burst - 1) * interval));

  function keep(key: string, full: number): void {
    fullAt.delete(key);
    fullAt.set(key, full);
    const [oldest] = fullAt.keys();
    if (fullAt.size > capacity && oldest !== undefined) fullAt.delete(oldest);
  }

  return {
    take(key, burst = limit) {
      const at = now();
      const full = fullOf(key, at);
      const wait = waitAt(full, at, burst);
      keep(key, wait > 0 ? full : full + interval);
      return wait;
    },
    wait(key, burst = limit) {
      const at = now();
      return waitAt(fullOf(key, at), at, burst);
    },
    giveBack(key) {
      if (fullAt.has(key)) keep(key, fullOf(key, now()) - interval);
    },
  };
}
