/**
 * Everything that happens in rooms, as one catalogue of facts: what goes to the log and to whoever is subscribed.
 * Nothing here is secret: a visitor is their `sub`, never a ticket.
 */
import type { Counters, VisitorId } from './ports.ts';
import type { Mode, RoomId } from './room.ts';

/** Who did something: the name of an operator's token, or the part of the service. */
export type Actor = string;

interface InRoom {
  readonly room: RoomId;
}

/** A fact by its type. Names and fields are stable. */
export interface Activities {
  /** A visitor joined; `number` is null for an entrant of a draw. */
  'ticket.issued': InRoom & { readonly sub: VisitorId; readonly number: number | null };
  /** The serving counter changed from `from` to `to`: the numbers between are served, or wait again. */
  'counter.raised': InRoom & { readonly by: Actor; readonly from: number; readonly to: number };
  /** A visitor took the turn, for the first time. */
  'ticket.claimed': InRoom & { readonly sub: VisitorId; readonly number: number; readonly expires_at: string };
  /** An admission ended before its time. */
  'session.updated': InRoom & { readonly sub: VisitorId; readonly status: 'completed' | 'abandoned' };
  /** So many turns passed unclaimed since the last of these. */
  'turns.expired': InRoom & { readonly count: number };
  'mode.changed': InRoom & { readonly by: Actor; readonly from: Mode | null; readonly to: Mode };
  'draw.announced': InRoom & { readonly event: string; readonly seed_hash: string };
  'draw.done': InRoom & { readonly event: string; readonly entrants: number; readonly seed: string };
  /** Periods that a periodic inlet missed for so long that it did not make up for them. */
  'inlet.skipped': InRoom & { readonly periods: number };
  /** Each minute. */
  'room.metrics': InRoom & { readonly counters: Counters };
  /** An operator did something: the audit log. */
  'operator.acted': { readonly by: Actor; readonly action: string; readonly subject: string; readonly detail: unknown };
}

export type ActivityType = keyof Activities;

/** One fact. `time` is ISO 8601, `id` is unique. */
export type Activity = {
  [T in ActivityType]: { readonly id: string; readonly type: T; readonly time: string } & Activities[T];
}[ActivityType];

/** Tells a fact. Never fails and never waits. */
export type Tell = <T extends ActivityType>(type: T, fact: Activities[T]) => void;
