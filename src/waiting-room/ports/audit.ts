/** What operators did: the newest {@link AUDIT_CAPACITY} entries. */
export interface AuditStore {
  append(entries: readonly string[]): Promise<void>;
  /** The newest, newest first. */
  newest(max: number): Promise<readonly string[]>;
}

export const AUDIT_CAPACITY = 10_000;
