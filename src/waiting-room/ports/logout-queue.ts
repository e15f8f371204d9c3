import type { RoomId } from '../room.ts';
import type { VisitorId } from '../visitor.ts';

/** A login at a relying party that wants to be notified when it ends. */
export interface Login {
  readonly room: RoomId;
  readonly visitor: VisitorId;
  /** Of the provider's session (OpenID Connect Back-Channel Logout 1.0 §2.1); null where the relying party needs none. */
  readonly sid: string | null;
}

/** A login whose end is due. */
export interface EndedLogin extends Login {
  /** When it was first taken. */
  readonly since: number;
  /** Until when no other process gets it. */
  readonly heldUntil: number;
}

/**
 * Logins whose relying parties must be notified of the end, a queue for each relying party: a slow one delays no other.
 * A login that no process takes for {@link LOGOUT_KEPT} after it was due is dropped.
 */
export interface LogoutQueue {
  /** The end of this login is due at `at`. There is one a room and visitor: the newest replaces the one before. */
  expect(clientId: string, login: Login, at: number, now: number): Promise<void>;
  /** The logins of these visitors are due at `at`, if they were not before. */
  hasten(clientId: string, room: RoomId, visitors: readonly VisitorId[], at: number): Promise<void>;
  /** The same for all logins of the room. */
  hastenRoom(clientId: string, room: RoomId, at: number): Promise<void>;
  /** Takes at most `max` that are due, longest first. Each is due again at `heldUntil`, even if the process dies. */
  take(clientId: string, max: number, now: number, heldUntil: number): Promise<readonly EndedLogin[]>;
  /** The login stays until `at`, as if it had not been due. Ignored, like the next two, if the login is not held. */
  prolong(clientId: string, login: EndedLogin, at: number, now: number): Promise<void>;
  /** Due again at `at`. */
  postpone(clientId: string, login: EndedLogin, at: number): Promise<void>;
  /** The relying party was notified, or the notification was given up. */
  settle(clientId: string, login: EndedLogin): Promise<void>;
  /** Drops the queue of a relying party that does not want notifications. */
  forget(clientId: string): Promise<void>;
}

/** A day, in ms. */
export const LOGOUT_KEPT = 24 * 60 * 60 * 1000;
