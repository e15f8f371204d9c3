export interface Recent<T> {
  of(key: string): T | null;
  /** What the answer would be, from whoever knows it already. */
  know(key: string, answer: T): void;
}

/**
 * A pure function that remembers what it answered lately: the last `room` different keys at least, twice as many at
 * most. Whoever polls brings the same ticket each time. A null is not remembered: anybody can send what is worth
 * nothing, and as long as they like.
 */
export function rememberingRecent<T>(answer: (key: string) => T | null, room: number): Recent<T> {
  let recent = new Map<string, T>();
  let before = new Map<string, T>();

  function know(key: string, known: T): void {
    if (recent.size >= room) [before, recent] = [recent, new Map()];
    recent.set(key, known);
  }

  return {
    know,
    of(key) {
      const known = recent.get(key);
      if (known !== undefined) return known;
      const found = before.get(key) ?? answer(key);
      if (found !== null) know(key, found);
      return found;
    },
  };
}
