/**
 * Everything that happens in rooms, as one catalogue of facts: what goes to the log and to whoever is subscribed.
 * Nothing here is secret: a visitor is their `sub`, never a ticket.
 */
import type { Counters } from './line/counters.ts';
import type { Mode, RoomId } from './room.ts';
import type { VisitorId } from './visitor.ts';

/** Who did something: the name of an operator's token, or the part of the service. */
export type Actor = string;

interface InRoom {
  readonly room: RoomId;
}

/** A fact by its type. Names and fields are stable. */
export interface Activities {
  /** A visitor joined; `number` is null for an entrant of a draw. With a free place they went in at once. */
  'ticket.issued': InRoom & { readonly sub: VisitorId; readonly number: number | null; readonly admitted: boolean };
  /** The serving counter changed from `from` to `to`: the numbers between are served, or, where it fell, wait again. */
  'counter.raised': InRoom & { readonly by: Actor; readonly from: number; readonly to: number };
  /** A visitor took the turn, for the first time. */
  'ticket.claimed': InRoom & { readonly sub: VisitorId; readonly number: number; readonly expires_at: string };
  /** An admission ended before its time. */
  'session.updated': InRoom & { readonly sub: VisitorId; readonly status: 'completed' | 'abandoned' };
  /** So many turns passed unclaimed since the last of these. */
  'turns.expired': InRoom & { readonly count: number };
  /** `from` is null for a room that is new. */
  'mode.changed': InRoom & { readonly by: Actor; readonly from: Mode | null; readonly to: Mode };
  /** There will be a draw: its seed is fixed, and this is the seed's SHA-256. */
  'draw.announced': InRoom & { readonly event: string; readonly seed_hash: string };
  /** Those who were there have their numbers. The seed is hexadecimal. */
  'draw.done': InRoom & { readonly event: string; readonly entrants: number; readonly seed: string };
  /** Periods that a periodic inlet missed for so long that it did not make up for them. */
  'inlet.skipped': InRoom & { readonly periods: number };
  /** Each minute. */
  'room.metrics': InRoom & { readonly counters: Counters };
  /** An operator did something: the audit log. */
  'operator.acted': { readonly by: Actor; readonly action: string; readonly subject: string; readonly detail: unknown };
}

export type ActivityType = keyof Activities;

/** Whom a fact is of: single visitors (a million of them in a sale), a room, or an operator. */
const KINDS: { readonly [T in ActivityType]: 'visitor' | 'room' | 'operator' } = {
  'ticket.issued': 'visitor',
  'counter.raised': 'room',
  'ticket.claimed': 'visitor',
  'session.updated': 'visitor',
  'turns.expired': 'room',
  'mode.changed': 'room',
  'draw.announced': 'room',
  'draw.done': 'room',
  'inlet.skipped': 'room',
  'room.metrics': 'room',
  'operator.acted': 'operator',
};

export const ACTIVITY_TYPES = Object.keys(KINDS) as readonly ActivityType[];

/** Whether there are as many of these as there are visitors. */
export const isOfVisitors = (type: ActivityType): boolean => KINDS[type] === 'visitor';

/** One fact. `time` is ISO 8601, `id` is unique. */
export type Activity = {
  [T in ActivityType]: { readonly id: string; readonly type: T; readonly time: string } & Activities[T];
}[ActivityType];

/** Tells a fact. Never fails and never waits. */
export type Emit = <T extends ActivityType>(type: T, fact: Activities[T]) => void;
