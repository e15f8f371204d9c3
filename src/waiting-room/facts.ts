/** Where a visitor stands, as the waiting page shows it and the APIs answer it. */
import { challengeOf } from './entry/entry-settings.ts';
import { needsProof } from './entry/needs-proof.ts';
import { estimatedWait, type Range } from './estimate.ts';
import { hasLanes, laneTitle } from './lanes.ts';
import type { DrawRecord } from './line/draw.ts';
import type { Place } from './line/place.ts';
import { messageId } from './page-settings.ts';
import { areAdmissionsStopped, areTurnsStopped } from './pause.ts';
import { heartbeatAfter, pollAfter } from './poll-intervals.ts';
import type { ClosedReason, RoomEvent, RoomId } from './room.ts';
import type { Snapshot } from './snapshots.ts';
import type { Ticket } from './ticket.ts';

/** With `full` there is no ticket yet, and with `challenge` there may be none. */
export type State = 'before_start' | 'waiting' | 'paused' | 'served' | 'expired' | 'closed' | NewcomerState;

/** Why a newcomer has no number: the line is full, or a proof comes first. */
export type NewcomerState = 'full' | 'challenge';

/** Field names are public. Durations are in seconds, times in ISO 8601. */
export interface Facts {
  readonly state: State;
  readonly room: RoomId;
  /** In a room with lanes: the visitor's, or `default`. Numbers, and people ahead, are of this lane. */
  readonly lane?: string;
  /** Null until the draw. */
  readonly number: number | null;
  /** With a number: the characters that prove to a support desk that it is the visitor's. */
  readonly support_code?: string;
  readonly serving: number;
  readonly people_ahead: number;
  /** While the visitor waits: how many people were ahead when the number was given, if it is known. */
  readonly people_ahead_at_join?: number;
  readonly estimated_wait: Range | null;
  /** When to request the shared status again. */
  readonly poll_after: number;
  /** When to request these facts again, to stay present. */
  readonly heartbeat_after: number;
  readonly message: string | null;
  /** With a message in several languages: changes with it. `message` is that of the room's default language. */
  readonly message_id?: string;
  readonly updated_at: string;
  /** In a room with a stock: what is left to sell. */
  readonly stock?: number;
  /** Whether the visitor brought a valid proof. */
  readonly proven: boolean;
  /** While `proven` is false and the room asks for proofs: the URL of a challenge. */
  readonly challenge?: string;
  /** With `served`, and with `challenge` after the turn came: the end of the claim window. */
  readonly claim_by?: string;
  /** With `claim_by`: the time stands still while the room is paused. `claim_by` is when it would end from now on. */
  readonly time_stopped?: true;
  /** With `served`, until the claim: whether the visitor took more time. The page then claims on request only. */
  readonly extended?: boolean;
  /** With `closed`: why, if the operator said so. */
  readonly closed_reason?: ClosedReason;
  /** With `before_start`: when the event starts. */
  readonly starts_at?: string;
  /** With `before_start`: when the event was to start, if its start has moved since the first entrant arrived. */
  readonly moved_from?: string;
  /** With `expired`: the visitor was an entrant of an event that was cancelled. */
  readonly event_cancelled?: true;
  /** With `expired`: whether the page should rejoin without asking, because its visitor was only absent. */
  readonly rejoin?: 'by_itself' | 'on_request';
  /** With `expired`, after a missed turn: whether the visitor rejoins at the front, or with a new number at the back. */
  readonly rejoin_at?: 'front' | 'back';
}

/** The facts of a visitor whose number is not served yet, from the snapshot alone. */
export function unservedFacts(snapshot: Snapshot, ticket: Ticket): Facts {
  const { mode } = snapshot.settings;
  const state = mode === 'paused' || mode === 'closed' ? mode : 'waiting';
  const ahead = snapshot.ahead(ticket.number);
  return { ...facts(snapshot, ticket, state, ahead, waitOf(snapshot, ahead)), ...joinFacts(ticket) };
}

/** What progress is measured by. */
function joinFacts({ aheadAtJoin }: Ticket): Pick<Facts, 'people_ahead_at_join'> {
  return aheadAtJoin ? { people_ahead_at_join: aheadAtJoin } : {};
}

/** The facts of a visitor whose number is served, from their place in the store. Null for a stale ticket. */
export function servedFacts(snapshot: Snapshot, ticket: Ticket, place: Place): Facts | null {
  const { settings } = snapshot;
  const { mode, admission } = settings;
  switch (place.state) {
    case 'stale':
      return null;
    case 'admitted':
      return {
        ...facts(snapshot, ticket, 'served'),
        claim_by: iso(place.admission.confirmBy ?? place.admission.expiresAt),
        ...(areAdmissionsStopped(settings) ? { time_stopped: true } : {}),
      };
    case 'over':
      return { ...facts(snapshot, ticket, 'expired'), rejoin: 'on_request' };
    case 'waiting':
    case 'returned':
      return unservedFacts(snapshot, ticket);
    case 'served':
      if (mode === 'closed') return facts(snapshot, ticket, 'closed');
      return {
        ...facts(snapshot, ticket, needsProof(snapshot.settings, ticket) ? 'challenge' : 'served'),
        claim_by: iso(place.claimBy),
        ...(areTurnsStopped(settings) ? { time_stopped: true } : {}),
        extended: place.extended === true,
      };
    case 'missed':
      if (mode === 'closed') return facts(snapshot, ticket, 'closed');
      return { ...facts(snapshot, ticket, 'expired'), ...rejoinAfter(place, admission.missed_turn) };
  }
}

/** The front is for those who were present before they missed the turn, and only for a while. */
function rejoinAfter({ away, front, lapsed }: Place & { state: 'missed' }, missedTurn: 'front' | 'back') {
  const isFront = lapsed === true || (front && missedTurn === 'front');
  return { rejoin: away && isFront ? 'by_itself' : 'on_request', rejoin_at: isFront ? 'front' : 'back' } as const;
}

/** The event that a draw is for; without a draw, the one whose prequeue has begun. */
export function eventOfDraw({ settings, event }: Snapshot, draw: DrawRecord | undefined): RoomEvent | null | undefined {
  return draw ? settings.events.find(({ id }) => id === draw.event) : event;
}

/** The facts of an entrant of a draw. */
export function entrantFacts(snapshot: Snapshot, ticket: Ticket): Facts {
  const { settings, view, updatedAt } = snapshot;
  if (settings.mode === 'closed') return facts(snapshot, ticket, 'closed');
  const draw = ticket.entry ? view.draws[ticket.entry.draw - 1] : undefined;
  const event = eventOfDraw(snapshot, draw);
  // If the event was cancelled since, the draw happens within seconds.
  const start = event?.start ?? updatedAt;
  const before = event && draw?.startsAt !== start ? draw?.startsAt : undefined;
  return {
    ...facts(snapshot, ticket, 'before_start'),
    starts_at: iso(start),
    ...(before === undefined ? {} : { moved_from: iso(before) }),
  };
}

/**
 * The facts of an entrant without a number: absent at the draw, so that the page rejoins at the back without asking, or
 * of an event that was cancelled.
 */
export function latecomerFacts(snapshot: Snapshot, ticket: Ticket): Facts {
  const draw = ticket.entry ? snapshot.view.draws[ticket.entry.draw - 1] : undefined;
  if (draw?.released) return { ...facts(snapshot, ticket, 'expired'), rejoin: 'on_request', event_cancelled: true };
  return { ...facts(snapshot, ticket, 'expired'), rejoin: 'by_itself' };
}

/** The facts of somebody who has no ticket. */
export function newcomerFacts(snapshot: Snapshot, state: NewcomerState): Facts {
  return facts(snapshot, NOBODY, state, snapshot.present);
}

const NOBODY: Ticket = {
  ...{ room: '', incarnation: '', generation: 0, number: 0, visitor: '' },
  ...{ joinedAt: 0, entry: null, predicted: null, standing: 'unproven' },
};

/** What a ticket has shown, and what the room asks for. */
function proofFacts({ settings, challengeUrl }: Snapshot, { standing }: Pick<Ticket, 'standing'>) {
  const proven = standing === 'proven';
  const isAsked = !proven && challengeUrl !== undefined && challengeOf(settings) !== 'off';
  return isAsked ? { proven, challenge: challengeUrl } : { proven };
}

/** What a visitor reads out to a support desk beside their number. */
export function supportCodeOf({ supportCode }: Snapshot, ticket: Ticket): string | undefined {
  return ticket.number > 0 ? supportCode?.(ticket) : undefined;
}

/** The estimated wait behind `ahead` people. Null if it is unknown or the room serves nobody. */
export function waitOf(snapshot: Snapshot, ahead: number): Range | null {
  const { settings, view, speed } = snapshot;
  if (settings.mode !== 'queue' || view.alarm) return null;
  return estimatedWait(ahead, speed, 2 * pollAfter(settings, view.counters.waiting));
}

type SharedFacts = Pick<
  Facts,
  'room' | 'lane' | 'serving' | 'poll_after' | 'heartbeat_after' | 'message' | 'message_id' | 'updated_at' | 'stock'
>;

const shared = new WeakMap<Snapshot, SharedFacts>();

/** The part that is the same for all visitors. Made once a snapshot, since there may be thousands of requests a second. */
function sharedFacts(snapshot: Snapshot): SharedFacts {
  const known = shared.get(snapshot);
  if (known) return known;
  const { settings, view, updatedAt } = snapshot;
  const message_id = messageId(settings);
  const made: SharedFacts = {
    room: settings.id,
    ...(hasLanes(settings) ? { lane: laneTitle(snapshot.lane) } : {}),
    serving: view.counters.serving,
    poll_after: pollAfter(settings, view.counters.waiting),
    heartbeat_after: heartbeatAfter(settings),
    message: settings.message,
    ...(message_id === undefined ? {} : { message_id }),
    updated_at: iso(updatedAt),
    ...(snapshot.stock == null ? {} : { stock: snapshot.stock }),
  };
  shared.set(snapshot, made);
  return made;
}

function facts(
  snapshot: Snapshot,
  ticket: Ticket,
  state: State,
  peopleAhead = 0,
  estimated_wait: Range | null = null,
): Facts {
  const { room, lane, serving, poll_after, heartbeat_after, message, message_id, updated_at, stock } =
    sharedFacts(snapshot);
  const { closed_reason } = snapshot.settings;
  const support_code = supportCodeOf(snapshot, ticket);
  return {
    state,
    room,
    ...(lane === undefined ? {} : { lane }),
    number: ticket.number || null,
    ...(support_code === undefined ? {} : { support_code }),
    serving,
    people_ahead: peopleAhead,
    estimated_wait,
    poll_after,
    heartbeat_after,
    message,
    ...(message_id === undefined ? {} : { message_id }),
    updated_at,
    ...(stock === undefined ? {} : { stock }),
    ...proofFacts(snapshot, ticket),
    ...(state === 'closed' && closed_reason ? { closed_reason } : {}),
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
