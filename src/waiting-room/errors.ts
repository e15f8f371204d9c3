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
  | 'pass_moved'
  | 'pass_unchecked'
  | 'proof_invalid'
  | 'challenge_unavailable'
  | 'address_altered'
  | 'ticket_required'
  | 'ticket_invalid'
  | 'not_your_turn'
  | 'admission_in_use'
  | 'too_many_claims'
  | 'turn_missed'
  | 'admission_over'
  | 'event_not_found'
  | 'event_started'
  | 'event_has_entrants'
  | 'lane_not_found'
  | 'group_not_found'
  | 'lane_has_visitors'
  | 'event_id_taken'
  | 'line_in_use'
  | 'too_many_rehearsals'
  | 'visitor_not_found'
  | 'visitor_has_place'
  | 'note_not_found'
  | 'notes_full'
  | 'nothing_to_undo'
  | 'undo_stale'
  | 'undo_expired'
  | 'let_in_since_reset'
  | 'line_does_not_fit'
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

/** The room has no note with this id. */
export class NoteNotFound extends AnteroomError {
  constructor(room: string, note: string) {
    super('note_not_found', `The room "${room}" has no note "${note}".`);
  }
}

/** The room has as many notes as it can. */
export class NotesFull extends AnteroomError {
  constructor(room: string, most: number) {
    super('notes_full', `The room "${room}" has ${most} notes already. Remove one first.`);
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

/** Why nobody joins: a code, and after a dot what the page says more precisely. The locales have each as `error.REASON`. */
export const JOIN_REFUSALS = [
  'frame_refused',
  'entry_refused',
  'pass_required',
  'pass_invalid',
  'pass_invalid.expired',
  'pass_moved',
  'pass_unchecked',
  'pass_unchecked.in_use',
] as const;

export type JoinRefusal = (typeof JOIN_REFUSALS)[number];

/** The visitor is not in the line and may not join it this way. */
export class JoinRefused extends AnteroomError {
  readonly reason: JoinRefusal;

  constructor(reason: JoinRefusal, message: string) {
    super(reason.split('.')[0] as ErrorCode, message);
    this.reason = reason;
  }

  /** Whether the visitor's site may give them a pass with which they can join. */
  get needsPass(): boolean {
    return this.code === 'pass_invalid' || this.code === 'pass_required';
  }
}

/** The line has as many present visitors as the room has capacity for. */
export class RoomFull extends AnteroomError {
  constructor(room: string) {
    super('room_full', `The line of the room "${room}" is full. Try again later.`);
  }
}

/** The visitor gets a number, or takes the turn, with a proof only. */
export class ChallengeRequired extends AnteroomError {
  /** Seconds until the visitor may try again without a proof: 1 where only a proof helps. */
  readonly retryAfter: number;

  private constructor(message: string, retryAfter = 1) {
    super('challenge_required', message);
    this.retryAfter = retryAfter;
  }

  /** @param retryAfter seconds until a newcomer of the same address may join without a proof. */
  static tooManyJoins(room: string, retryAfter: number): ChallengeRequired {
    return new ChallengeRequired(
      `Too many visitors joined the room "${room}" from this address. Join with a proof, or later.`,
      retryAfter,
    );
  }

  /** A rule of the room asks for it, or many visitors took a place and did not use it. */
  static ofNewcomers(room: string): ChallengeRequired {
    return new ChallengeRequired(`The room "${room}" asks newcomers for a proof. Join with one.`);
  }

  static ofTurn(room: string): ChallengeRequired {
    return new ChallengeRequired(
      `Too many visitors of this address are in the room "${room}" without a proof. Bring one to take the turn.`,
    );
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

/** A line that has numbers cannot take over another. */
export class LineInUse extends AnteroomError {
  constructor(room: string) {
    super('line_in_use', `The line of "${room}" has numbers already. Reset the room first.`);
  }
}

/** The room has as many rehearsals as it may have. */
export class TooManyRehearsals extends AnteroomError {
  constructor(room: string, most: number) {
    super('too_many_rehearsals', `"${room}" has ${most} rehearsals already. End one, or wait until its hour is over.`);
  }
}

/** The room has no lane of this name. */
export class LaneNotFound extends AnteroomError {
  constructor(room: string, lane: string) {
    super('lane_not_found', `The room "${room}" has no lane "${lane}".`);
  }
}

/** The number has a place in line, a turn or an admission: there is nothing to restore. */
export class VisitorHasPlace extends AnteroomError {
  constructor(number: number) {
    super('visitor_has_place', `Number ${number} waits, has its turn, or is inside: there is nothing to restore.`);
  }
}

export class GroupNotFound extends AnteroomError {
  constructor(group: string) {
    super('group_not_found', `There is no group "${group}".`);
  }
}

/** Visitors are in the lane, so it cannot be removed or renamed. */
export class LaneHasVisitors extends AnteroomError {
  constructor(room: string, lane: string) {
    super(
      'lane_has_visitors',
      `The lane "${lane}" of the room "${room}" has visitors in line or inside: it cannot be removed or renamed. Give it a small share, and remove it when they have left.`,
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
