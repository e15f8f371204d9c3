/** Leases: of all processes on the store at most one holds each of them. */
export interface Leases {
  /** Whether `holder` has the lease for the next `ttl` ms: taken if it is free, prolonged if it is the holder's own. */
  lease(name: string, holder: string, ttl: number): Promise<boolean>;
  /** Gives the lease back, if `holder` has it. */
  release(name: string, holder: string): Promise<void>;
}
