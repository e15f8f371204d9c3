/**
 * The catalogue of everything that the waiting room refuses. A door maps a code to its protocol (an HTTP status, an OAuth
 * error). Code outside never reads a message to find out what happened.
 */

/** Stable codes. They appear as `code` in problem details and never change their meaning. */
export type ErrorCode =
  | 'room_not_found'
  | 'relying_party_not_found'
  | 'room_closed'
  | 'frame_refused'
  | 'room_full'
  | 'challenge_required'
  | 'entry_refused'
  | 'pass_required'
  | 'pass_invalid'
  | 'pass_unchecked'
  | 'proof_invalid'
  | 'challenge_unavailable'
  | 'address_altered'
  | 'ticket_required'
  | 'ticket_invalid'
  | 'not_your_turn'
  | 'turn_missed'
  | 'admission_over'
  | 'event_not_found'
  | 'event_started'
  | 'event_has_entrants'
  | 'event_id_taken'
  | 'store_unavailable'
  | 'store_evicts';

/** The base class of every refusal: a stable code, and a message that a visitor or operator may read. */
export class AnteroomError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** No room has this id. */
export class RoomNotFound extends AnteroomError {
  constructor(room: string) {
    super('room_not_found', `There is no room "${room}".`);
  }
}

/** No relying party has this client id. */
export class RelyingPartyNotFound extends AnteroomError {
  constructor(clientId: string) {
    super('relying_party_not_found', `There is no relying party "${clientId}".`);
  }
}

/** The room's mode is `closed`, so nobody may join. */
export class RoomClosed extends AnteroomError {
  constructor(room: string) {
    super('room_closed', `The room "${room}" is closed.`);
  }
}

/** The visitor is not in the line and may not join it this way. */
export class JoinRefused extends AnteroomError {}
/** The line has as many present visitors as the room has capacity for. */
export class RoomFull extends AnteroomError {
  constructor(room: string) {
    super('room_full', `The line of the room "${room}" is full. Try again later.`);
  }
}

/** The newcomer gets a number with a proof only. */
export class ChallengeRequired extends AnteroomError {
  /** Seconds until a newcomer of the same address may join without a proof. */
  readonly retryAfter: number;

  constructor(room: string, retryAfter: number) {
    super(
      'challenge_required',
      `Too many visitors joined the room "${room}" from this address. Join with a proof, or later.`,
    );
    this.retryAfter = retryAfter;
  }
}

/** A proof that was forged, has expired, was used already, or belongs to another ticket. */
export class ProofInvalid extends AnteroomError {
  constructor() {
    super('proof_invalid', 'The proof is not valid: solve a new challenge of this room and ticket.');
  }
}

/** A rule of the room refuses the request. */
export const entryRefused = (room: string) =>
  new JoinRefused('entry_refused', `The rules of the room "${room}" refuse this request.`);

/** The provider that checks browsers is unavailable, and the room accepts nothing else. */
export class ChallengeUnavailable extends AnteroomError {
  constructor() {
    super('challenge_unavailable', 'The service that checks browsers does not answer. Places are kept.');
  }
}

/** The room has no event of this id. */
export class EventNotFound extends AnteroomError {
  constructor(room: string, event: string) {
    super('event_not_found', `The room "${room}" has no event "${event}".`);
  }
}

/** The event has started: it can be neither postponed nor cancelled. */
export class EventStarted extends AnteroomError {
  constructor(event: string) {
    super('event_started', `The event "${event}" has started.`);
  }
}

/** Visitors wait for the start of the event, so it cannot be removed or renamed. */
export class EventHasEntrants extends AnteroomError {
  constructor(room: string, event: string) {
    super(
      'event_has_entrants',
      `The event "${event}" of the room "${room}" has entrants: it cannot be removed or renamed. Postpone or cancel it.`,
    );
  }
}

/** Another room has this name for AWS's clients. */
export class EventIdTaken extends AnteroomError {
  constructor(eventId: string, room: string) {
    super('event_id_taken', `aws.event_id must be unique: the room "${room}" has "${eventId}" too.`);
  }
}

/** The store did not answer. The same call may succeed later. */
export class StoreUnavailable extends AnteroomError {
  constructor(cause: unknown) {
    super('store_unavailable', 'The store does not answer at the moment.', { cause });
  }
}

/** More visitors join than the store can take in time. The same call may succeed later. */
export class StoreOverloaded extends StoreUnavailable {
  constructor() {
    super(new Error('more joins wait than the store takes within two seconds'));
  }
}

/** The store may evict what it holds, lines among it, when its memory is full. For the operator. */
export class StoreEvicts extends AnteroomError {
  constructor(policy: string) {
    super(
      'store_evicts',
      `Redis may evict the lines of rooms: its maxmemory-policy is ${policy}. Set maxmemory-policy to noeviction.`,
    );
  }
}
