/** What a visitor is told: the same facts on the page, as JSON and through the API. */
import { estimatedWait, type Range } from './estimate.ts';
import type { Place } from './line/place.ts';
import type { RoomId, RoomSettings } from './room.ts';
import { pollAfter } from './room.ts';
import type { Snapshot } from './snapshots.ts';
import type { Ticket } from './ticket.ts';

export type State = 'before_start' | 'waiting' | 'paused' | 'served' | 'expired' | 'closed';

/** Field names and meaning are the contract's. Durations are seconds, times ISO 8601. */
export interface Facts {
  readonly state: State;
  readonly room: RoomId;
  /** Null until the draw. */
  readonly number: number | null;
  readonly serving: number;
  readonly people_ahead: number;
  readonly estimated_wait: Range | null;
  /** When to look at the shared status again. */
  readonly poll_after: number;
  /** When to ask for these facts again, to stay present. */
  readonly heartbeat_after: number;
  readonly message: string | null;
  readonly updated_at: string;
  /** With `served`: until when the turn may be taken. */
  readonly claim_by?: string;
  /** With `before_start`: when the event starts. */
  readonly starts_at?: string;
  /** With `expired`: whether the page should rejoin by itself, as its visitor was only away. */
  readonly rejoin?: 'by_itself' | 'on_request';
}

/** The longest time between two heartbeats, in seconds; a third of the presence timeout where that is less. */
const HEARTBEAT = 30;

/** When somebody who waits is to be heard from again, in seconds: within a third of the time that makes them absent. */
export function heartbeatOf({ presence }: Pick<RoomSettings, 'presence'>): number {
  return Math.max(1, Math.min(HEARTBEAT, Math.floor(presence.timeout / 3000)));
}

/** Facts of somebody whose number is not served yet: from the snapshot alone. */
export function unservedFacts(snapshot: Snapshot, ticket: Ticket): Facts {
  const { mode } = snapshot.settings;
  const state = mode === 'paused' || mode === 'closed' ? mode : 'waiting';
  const ahead = snapshot.ahead(ticket.number);
  return facts(snapshot, ticket, state, ahead, waitOf(snapshot, ahead));
}

/** The text of unserved facts around their number, their people ahead and their estimate. */
type Frame = readonly [before: string, between: string, after: string];

const frames = new WeakMap<Snapshot, Frame>();

/** {@link unservedFacts} as a JSON document, of which all but what differs is written once a snapshot. */
export function unservedDocument(snapshot: Snapshot, ticket: Ticket): string {
  let frame = frames.get(snapshot);
  if (!frame) {
    const {
      state,
      room,
      number: _,
      serving,
      people_ahead: __,
      estimated_wait: ___,
      ...rest
    } = unservedFacts(snapshot, ticket);
    frame = [
      `${JSON.stringify({ state, room }).slice(0, -1)},"number":`,
      `,"serving":${serving},"people_ahead":`,
      `,${JSON.stringify(rest).slice(1)}`,
    ];
    frames.set(snapshot, frame);
  }
  const [before, between, after] = frame;
  const ahead = snapshot.ahead(ticket.number);
  const wait = waitOf(snapshot, ahead);
  const estimate = wait ? `{"low":${wait.low},"high":${wait.high}}` : 'null';
  return `${before}${ticket.number}${between}${ahead},"estimated_wait":${estimate}${after}`;
}

/** Facts of somebody whose turn came, from where the store says that they stand. Null for a ticket of no worth. */
export function servedFacts(snapshot: Snapshot, ticket: Ticket, place: Place): Facts | null {
  const { mode, admission } = snapshot.settings;
  switch (place.state) {
    case 'stale':
      return null;
    case 'admitted':
      return { ...facts(snapshot, ticket, 'served'), claim_by: iso(place.admission.expiresAt) };
    case 'over':
      return { ...facts(snapshot, ticket, 'expired'), rejoin: 'on_request' };
    case 'waiting':
    case 'returned':
      return unservedFacts(snapshot, ticket);
    case 'served':
      if (mode === 'closed') return facts(snapshot, ticket, 'closed');
      return { ...facts(snapshot, ticket, 'served'), claim_by: iso(place.claimBy) };
    case 'missed':
      if (mode === 'closed') return facts(snapshot, ticket, 'closed');
      return {
        ...facts(snapshot, ticket, 'expired'),
        rejoin: place.away && admission.missed_turn === 'front' ? 'by_itself' : 'on_request',
      };
  }
}

/** Facts of somebody who came before the start. */
export function entrantFacts(snapshot: Snapshot, ticket: Ticket): Facts {
  const { event, settings, updatedAt } = snapshot;
  if (settings.mode === 'closed') return facts(snapshot, ticket, 'closed');
  // Where the event was taken away meanwhile the draw is done at the next tick.
  return { ...facts(snapshot, ticket, 'before_start'), starts_at: iso(event?.start ?? updatedAt) };
}

/** Facts of somebody who came before the start but was away at the draw: the page joins behind by itself. */
export function latecomerFacts(snapshot: Snapshot, ticket: Ticket): Facts {
  return { ...facts(snapshot, ticket, 'expired'), rejoin: 'by_itself' };
}

/** The estimate for somebody with so many people ahead: null when unknown, and when nobody is served. */
export function waitOf(snapshot: Snapshot, ahead: number): Range | null {
  const { settings, view, speed } = snapshot;
  if (settings.mode !== 'queue' || view.alarm) return null;
  return estimatedWait(ahead, speed, 2 * pollAfter(settings, view.counters.waiting));
}

type SharedFacts = Pick<Facts, 'room' | 'serving' | 'poll_after' | 'heartbeat_after' | 'message' | 'updated_at'>;

const shared = new WeakMap<Snapshot, SharedFacts>();

/** What all who ask of a snapshot are told alike: put together once, as there may be thousands of them a second. */
function sharedFacts(snapshot: Snapshot): SharedFacts {
  const known = shared.get(snapshot);
  if (known) return known;
  const { settings, view, updatedAt } = snapshot;
  const made: SharedFacts = {
    room: settings.id,
    serving: view.counters.serving,
    poll_after: pollAfter(settings, view.counters.waiting),
    heartbeat_after: heartbeatOf(settings),
    message: settings.message,
    updated_at: iso(updatedAt),
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
  const { room, serving, poll_after, heartbeat_after, message, updated_at } = sharedFacts(snapshot);
  return {
    state,
    room,
    number: ticket.number || null,
    serving,
    people_ahead: peopleAhead,
    estimated_wait,
    poll_after,
    heartbeat_after,
    message,
    updated_at,
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
