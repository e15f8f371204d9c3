/**
 * The audit log. Each actor has room of its own for each action, so no flood of one removes what another did. Where
 * there is no more room, the first and the newest entries stay, and one in between goes.
 */
export interface AuditStore {
  /** A record that is the same as one of the last {@link AUDIT_REPEAT_WINDOW} counts there, and is no entry of its own. */
  append(records: readonly AuditRecord[]): Promise<void>;
  /** The entries that changed last, latest first; those of one actor, where it is named. */
  newest(page: AuditPage): Promise<readonly AuditRow[]>;
}

export interface AuditRecord {
  /** Unique. A record that is appended twice counts once. */
  readonly id: string;
  readonly actor: string;
  readonly action: string;
  /** Equal for records of the actor and the action that say the same. */
  readonly same: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** How often it happened. */
  readonly count: number;
  /** What is kept, as JSON. */
  readonly entry: string;
}

export interface AuditPage {
  readonly max: number;
  readonly skip?: number | undefined;
  readonly actor?: string | undefined;
}

export interface AuditRow {
  /** As it was appended first. */
  readonly entry: string;
  /** How often it happened, until `lastAt`. */
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly lastAt: number;
  /** How many later entries of the same actor and action had to go. */
  readonly omitted: number;
}

/** How many entries of an actor and an action are kept. */
export const AUDIT_CAPACITY = 600;
/** So many of them stay, from the first on, until they are older than {@link AUDIT_AGE}. */
export const AUDIT_FIRST = 200;
/** In ms. */
export const AUDIT_AGE = 30 * 24 * 60 * 60 * 1000;
/** For how long after an entry the same again is no entry of its own, in ms. */
export const AUDIT_REPEAT_WINDOW = 60_000;
