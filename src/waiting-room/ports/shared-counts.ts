/** Counters that the processes on a store share, for things that only matter for a short time. */
export interface SharedCounts {
  /**
   * Adds to counters of a group, and returns what each of them counts then. The group is forgotten `ttl` ms after the last
   * addition. It has a bounded number of counters: a further one counts nothing, and is 0.
   */
  add(group: string, counts: ReadonlyMap<string, number>, ttl: number): Promise<ReadonlyMap<string, number>>;
}
