import { createSteadyClock } from '#waiting-room/steady-clock.ts';

/** What is known by key for a while: the keys set last, and no more than the capacity, so nobody can fill the memory. */
export interface RecentKeys<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

export interface RecentKeysOptions {
  /** How long a value is known after it was set, in ms. */
  readonly keptFor: number;
  readonly capacity: number;
  readonly now: () => number;
}

export function createRecentKeys<T>({ keptFor, capacity, ...options }: RecentKeysOptions): RecentKeys<T> {
  const now = createSteadyClock(options.now);
  const known = new Map<string, { readonly at: number; readonly value: T }>();
  return {
    get(key) {
      const entry = known.get(key);
      return entry && now() - entry.at < keptFor ? entry.value : undefined;
    },
    set(key, value) {
      known.delete(key);
      known.set(key, { at: now(), value });
      if (known.size <= capacity) return;
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
    },
  };
}
