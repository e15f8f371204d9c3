/** An entry of the outbox, with the id that acknowledges it. */
export interface ListEntry {
  readonly id: string;
  readonly entry: string;
}

/** Activity events on their way out: the oldest leaves first, and stays until it is acknowledged. */
export interface OutboxStore {
  /**
   * Appends entries in this order. The outbox keeps the newest {@link OUTBOX_CAPACITY}. How many of the oldest were
   * dropped.
   */
  append(entries: readonly string[]): Promise<number>;
  /** The oldest, oldest first. */
  read(max: number): Promise<readonly ListEntry[]>;
  /** Removes delivered events. Unknown ids are ignored. */
  acknowledge(ids: readonly string[]): Promise<void>;
}

export const OUTBOX_CAPACITY = 100_000;
