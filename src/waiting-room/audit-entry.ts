import type { Actor, OperatorAction } from './activity.ts';

/** The actor of failures to authenticate. No token may have this name. */
export const ANONYMOUS: Actor = 'anonymous';

/** What an entry of the audit log is about. */
export type AuditAction = OperatorAction | 'authentication.failed';

/** An entry of the audit log. Times are ISO 8601. */
export interface AuditEntry {
  readonly id: string;
  /** When it happened first. */
  readonly time: string;
  readonly by: Actor;
  readonly action: AuditAction;
  /** The id of the room or relying party; see docs/events.md for failures to authenticate. */
  readonly subject: string;
  readonly detail: unknown;
  /** A keyed hash of the network that the requests came from. */
  readonly address_hash?: string;
  /** Why, in the operator's words. */
  readonly reason?: string;
  /** How often it was repeated within a minute. */
  readonly count: number;
  /** When it happened last. */
  readonly last_at: string;
  /** How many later entries of the same actor and action were dropped to make room. Missing: none. */
  readonly omitted?: number;
}
