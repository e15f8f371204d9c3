/** A function that caches its recent answers. */
export interface MemoizedRecent<T> {
  get(key: string): T | null;
  /** Caches an answer that the caller knows already. */
  set(key: string, answer: T): void;
}

/**
 * Caches the answers of a pure function: at least those for the last `capacity` distinct keys, at most twice as many.
 * A null is not cached, because anybody can send any number of invalid keys of any length.
 */
export function memoizeRecent<T>(answer: (key: string) => T | null, capacity: number): MemoizedRecent<T> {
  let recent = new Map<string, T>();
  let older = new Map<string, T>();

  function set(key: string, value: T): void {
    if (recent.size >= capacity) [older, recent] = [recent, new Map()];
    recent.set(key, value);
  }

  return {
    set,
    get(key) {
      const cached = recent.get(key);
      if (cached !== undefined) return cached;
      const found = older.get(key) ?? answer(key);
      if (found !== null) set(key, found);
      return found;
    },
  };
}
