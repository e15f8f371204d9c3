/** Leases: of all processes on the store at most one holds each of them. */
export interface Leases {
  /** Whether `holder` has the lease for `ttl` ms from now: taken when free, prolonged when its own. */
  lease(name: string, holder: string, ttl: number): Promise<boolean>;
  /** Gives the lease back, if `holder` has it. */
  release(name: string, holder: string): Promise<void>;
}
