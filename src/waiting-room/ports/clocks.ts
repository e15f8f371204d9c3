/** The clocks of the processes, compared with the store's own. */
export interface Clocks {
  /**
   * Answers the store's time, and makes `skew` known to the other processes: how far ahead of the store's clock this
   * process's is, in ms, or null where it has not measured. An embedded store is in its one process and has its clock.
   */
  compare(process: string, skew: number | null): Promise<ClockComparison>;
}

export interface ClockComparison {
  /** The store's time, in ms. */
  readonly time: number;
  /** The skews of the other processes that compared their clocks within {@link KNOWN_FOR}. */
  readonly others: readonly number[];
}

/** How long the skew of a process is known to the others, in ms. */
export const KNOWN_FOR = 10_000;
