/**
 * The catalogue of activity events: everything that happens in rooms, for the log, the metrics, the audit log and the
 * webhook. An event holds no secret: it identifies a visitor by `sub`, never by a ticket. Types and fields are public
 * and stable; docs/events.md describes them.
 */
import type { AlertName } from './alerts.ts';
import type { LaneName } from './lanes.ts';
import type { Mode, RoomId } from './room.ts';
import type { RoomCounters } from './room-counters.ts';
import type { VisitorId } from './visitor.ts';

/** Who did something: the name of an operator's token, or a part of the service. */
export type Actor = string;

/**
 * Why an admission ended.
 *
 * - `completed`: the site reported the exit, or the visitor logged out.
 * - `abandoned`: the site reported that the visitor gave up, or the visitor left.
 * - `expired`: its lifetime passed.
 * - `reset`: an operator reset or deleted the room.
 * - `revoked`: a relying party revoked a token of the admission (RFC 7009).
 */
export type AdmissionEndReason = 'completed' | 'abandoned' | 'expired' | 'reset' | 'revoked';

/** What an operator may do, by the name in the audit log. Entries of older versions may hold other names. */
export const OPERATOR_ACTIONS = [
  'room.put',
  'room.deleted',
  'room.reset',
  'reset.undone',
  'event.postponed',
  'event.cancelled',
  'line.imported',
  'stock.set',
  'note.added',
  'note.removed',
  'action.undone',
  'group.put',
  'group.deleted',
  'counter.raised',
  'turns.restored',
  'visitor.restored',
  'visitor.restore_refused',
  'exits.reported',
  'alarm',
  'signals.reported',
  'relying_party.put',
  'relying_party.deleted',
  'keys.rotated',
  'rehearsal.begun',
  'rehearsal.ended',
  'operator.signed_in',
  'operator.signed_out',
] as const;

export type OperatorAction = (typeof OPERATOR_ACTIONS)[number];

/** What a client authenticates with. */
export type CredentialKind = 'operator_token' | 'operator_sign_in' | 'client_secret' | 'support_code';

/**
 * Why abuse is suspected.
 *
 * - `joins_per_address`: an address joined more often than the room allows without a proof.
 * - `copied_admission`: another browser, at this address, uses the admission of the visitor `sub`.
 */
export type AbuseReason = 'joins_per_address' | 'copied_admission';

interface InRoom {
  readonly room: RoomId;
}

interface InLane extends InRoom {
  /** Left out for the default lane, and in a room without lanes. */
  readonly lane?: LaneName;
}

/** The fields of each event, by type. */
export interface Activities {
  /** A visitor joined. `number` is null for an entrant of a draw; `admitted` is true if a place was free at once. */
  'ticket.issued': InLane & { readonly sub: VisitorId; readonly number: number | null; readonly admitted: boolean };
  /** A visitor who missed the turn came back, to the front of the line. */
  'ticket.returned': InLane & { readonly sub: VisitorId; readonly number: number };
  /** A visitor claimed the turn, for the first time. */
  'ticket.claimed': InLane & { readonly sub: VisitorId; readonly number: number; readonly expires_at: string };
  /** An admission ended. `sub` is null where all admissions of the room ended at once, by a reset or its deletion. */
  'admission.ended': InRoom & { readonly sub: VisitorId | null; readonly reason: AdmissionEndReason };
  /** The serving counter changed. The numbers in between are served, or wait again if it was lowered. */
  'counter.raised': InLane & { readonly by: Actor; readonly from: number; readonly to: number };
  /**
   * An operator undid a reset. `waiting` visitors have their numbers again, and `inside` have their admissions. Numbers
   * that were issued since the reset are void.
   */
  'line.restored': InRoom & { readonly by: Actor; readonly waiting: number; readonly inside: number };
  /** `count` turns passed unclaimed since the last of these events. */
  'turns.expired': InLane & { readonly count: number };
  /** `count` admissions were not confirmed in time since the last of these events: their places are free again. */
  'admissions.lapsed': InLane & { readonly count: number };
  /** The mode changed. `from` is null for a new room. */
  'mode.changed': InRoom & { readonly by: Actor; readonly from: Mode | null; readonly to: Mode };
  /** A draw will take place. Its seed is fixed; `seed_hash` is the seed's SHA-256, hexadecimal. */
  'draw.announced': InLane & { readonly event: string; readonly seed_hash: string };
  /** The `entrants` who were present have their numbers. The seed is hexadecimal. */
  'draw.done': InLane & { readonly event: string; readonly entrants: number; readonly seed: string };
  /** A periodic inlet skipped `periods`, which had passed too long ago to be made up for. */
  'inlet.skipped': InRoom & { readonly periods: number };
  /** An address behaves like an attacker. `address_hash` is keyed, and changes each day. */
  'abuse.suspected': InRoom & {
    readonly reason: AbuseReason;
    readonly sub?: VisitorId;
    readonly address_hash: string;
  };
  /** Something needs an operator. `room` is null for what concerns the whole process. docs/run-book.md says what to do. */
  'alert.raised': { readonly room: RoomId | null; readonly alert: AlertName };
  /** It is over. */
  'alert.cleared': { readonly room: RoomId | null; readonly alert: AlertName };
  /** The room's counters, each minute. */
  'room.metrics': InRoom & { readonly counters: RoomCounters };
  /**
   * `count` attempts with a wrong operator's token, client secret or code for the support desk failed. `client_id` is null but for relying parties that exist.
   */
  'authentication.failed': {
    readonly credential: CredentialKind;
    readonly client_id: string | null;
    readonly count: number;
    /** As in `operator.acted`. Missing where many addresses fail at once: then it counts those of all others. */
    readonly address_hash?: string;
  };
  /** An operator did something: an entry of the audit log. */
  'operator.acted': {
    readonly by: Actor;
    readonly action: OperatorAction;
    /** The id of the room or relying party. */
    readonly subject: string;
    readonly detail: unknown;
    /** A keyed hash of the address that the request came from: equal for equal addresses. Missing for the service itself. */
    readonly address_hash?: string;
    /** Why, in the operator's words. Missing: they said nothing. */
    readonly reason?: string;
  };
}

export type ActivityType = keyof Activities;

/** What an event is about: one visitor (a large sale has millions of these), a room, or an operator. */
const SCOPES: { readonly [T in ActivityType]: 'visitor' | 'room' | 'operator' } = {
  'ticket.issued': 'visitor',
  'ticket.returned': 'visitor',
  'ticket.claimed': 'visitor',
  'admission.ended': 'visitor',
  'counter.raised': 'room',
  'line.restored': 'room',
  'turns.expired': 'room',
  'admissions.lapsed': 'room',
  'mode.changed': 'room',
  'draw.announced': 'room',
  'draw.done': 'room',
  'inlet.skipped': 'room',
  'abuse.suspected': 'room',
  'alert.raised': 'room',
  'alert.cleared': 'room',
  'room.metrics': 'room',
  'authentication.failed': 'operator',
  'operator.acted': 'operator',
};

export const ACTIVITY_TYPES = Object.keys(SCOPES) as readonly ActivityType[];

/** Whether there is one of these events for each visitor. */
export const isVisitorEvent = (type: ActivityType): boolean => SCOPES[type] === 'visitor';

/** An activity event. `id` is unique, `time` is ISO 8601. */
export type Activity = {
  [T in ActivityType]: { readonly id: string; readonly type: T; readonly time: string } & Activities[T];
}[ActivityType];

/** Emits an activity event. Never throws and never waits. */
export type Emit = <T extends ActivityType>(type: T, fields: Activities[T]) => void;
