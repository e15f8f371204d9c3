/** Remembered answers: the first of several equal requests is done, the others get its answer. */
export interface Idempotency {
  /**
   * Remembers `value` under `key` for `ttl` ms unless something is remembered there.
   * Null when the key was free; otherwise what was remembered first.
   */
  remember(key: string, value: string, ttl: number): Promise<string | null>;
  /** Replaces what is remembered, for `ttl` ms. Does nothing for a key that is not remembered. */
  amend(key: string, value: string, ttl: number): Promise<void>;
  forget(key: string): Promise<void>;
}
