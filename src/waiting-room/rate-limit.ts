import { createSteadyClock } from './steady-clock.ts';

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
  /**
   * Counts events that were not taken, also beyond the limit: as many again as the limit.
   * @param at when they happened, in ms by the same clock; now if it is left out.
   */
  add(key: string, events: number, at?: number): void;
  /** Takes back one event that was counted. */
  giveBack(key: string): void;
}

export interface RateLimitOptions {
  /** The most events within `window`, also all at once. */
  readonly limit: number;
  /** In ms. */
  readonly window: number;
  readonly now: () => number;
  /** The most keys, or an eighth more of eight and more. Those that were used longest ago are forgotten first. */
  readonly capacity?: number;
}

/** The part of the capacity that the keys may exceed it by. */
const SLACK = 8;

export function createRateLimit({ limit, window, capacity = 10_000, ...options }: RateLimitOptions): RateLimit {
  const now = createSteadyClock(options.now);
  const interval = window / limit;
  /** Keys beyond the capacity that are forgotten at once: to find the oldest, a Map passes all that left it before. */
  const slack = Math.floor(capacity / SLACK);
  /** When each key has its whole allowance again, in ms. */
  const fullAt = new Map<string, number>();

  const fullOf = (key: string, at: number) => Math.max(fullAt.get(key) ?? at, at);
  const waitAt = (full: number, at: number, burst: number) =>
    Math.max(0, Math.ceil(full - at - (burst - 1) * interval));

  function keep(key: string, full: number): void {
    fullAt.delete(key);
    append(key, full);
  }

  /** Keeps a key that is not there. */
  function append(key: string, full: number): void {
    fullAt.set(key, full);
    if (fullAt.size <= capacity + slack) return;
    for (const oldest of fullAt.keys()) {
      if (fullAt.size <= capacity) return;
      fullAt.delete(oldest);
    }
  }

  return {
    take(key, burst = limit) {
      const at = now();
      const known = fullAt.get(key);
      const full = Math.max(known ?? at, at);
      const wait = waitAt(full, at, burst);
      // In a crowd, most keys are new.
      (known === undefined ? append : keep)(key, wait > 0 ? full : full + interval);
      return wait;
    },
    wait(key, burst = limit) {
      const at = now();
      return waitAt(fullOf(key, at), at, burst);
    },
    add(key, events, at = now()) {
      const full = fullOf(key, at) + events * interval;
      keep(key, Math.min(at + 2 * window, full));
    },
    giveBack(key) {
      if (fullAt.has(key)) keep(key, fullOf(key, now()) - interval);
    },
  };
}
