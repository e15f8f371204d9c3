/**
 * A limit on how often something may happen, by key, in this process. It is the generic cell rate algorithm, which keeps
 * one number for each key. It keeps the keys used last, so nobody can fill the memory with keys.
 */
export interface RateLimit {
  /** Counts one event. Returns 0, or for an event beyond the limit, which does not count, the wait for the next in ms. */
  take(key: string): number;
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

  return {
    take(key) {
      const at = now();
      // A clock that jumped back makes nobody wait for longer than the window.
      const full = Math.min(Math.max(fullAt.get(key) ?? at, at), at + window);
      const wait = Math.ceil(full - at - (window - interval));
      fullAt.delete(key);
      fullAt.set(key, wait > 0 ? full : full + interval);
      const [oldest] = fullAt.keys();
      if (fullAt.size > capacity && oldest !== undefined) fullAt.delete(oldest);
      return Math.max(0, wait);
    },
  };
}
