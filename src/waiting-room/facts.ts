/** What a visitor is told: the same facts on the page, as JSON and through the API. */
import type { Place } from './ports.ts';
import type { RoomId } from './room.ts';
import type { Snapshot } from './snapshots.ts';
import type { Ticket } from './ticket.ts';

export type State = 'before_start' | 'waiting' | 'paused' | 'served' | 'expired' | 'closed';

/** Field names and meaning are the contract's. Durations are seconds, times ISO 8601. */
export interface Facts {
  readonly state: State;
  readonly room: RoomId;
  readonly number: number | null;
  readonly serving: number;
  readonly people_ahead: number;
  readonly estimated_wait: { readonly low: number; readonly high: number } | null;
  /** When to look at the shared status again. */
  readonly poll_after: number;
  /** When to ask for these facts again, to stay present. */
  readonly heartbeat_after: number;
  readonly message: string | null;
  readonly updated_at: string;
  /** With `served`: until when the turn may be taken. */
  readonly claim_by?: string;
  /** With `expired`: whether the page should rejoin by itself, as its visitor was only away. */
  readonly rejoin?: 'by_itself' | 'on_request';
}

/** The longest time between two heartbeats, in seconds; a third of the presence timeout where that is less. */
const HEARTBEAT = 30;

/** Facts of somebody whose number is not served yet: from the snapshot alone. */
export function unservedFacts(snapshot: Snapshot, ticket: Ticket): Facts {
  const { mode } = snapshot.settings;
  const state = mode === 'paused' || mode === 'closed' ? mode : 'waiting';
  return facts(snapshot, ticket, state, snapshot.ahead(ticket.number));
}

/** The text of unserved facts around their number and their people ahead. */
type Frame = readonly [before: string, between: string, after: string];

const frames = new WeakMap<Snapshot, Frame>();

/** {@link unservedFacts} as a JSON document, of which all but two numbers is written once a snapshot. */
export function unservedDocument(snapshot: Snapshot, ticket: Ticket): string {
  let frame = frames.get(snapshot);
  if (!frame) {
    const { state, room, number: _, serving, people_ahead: __, ...rest } = unservedFacts(snapshot, ticket);
    frame = [
      `${JSON.stringify({ state, room }).slice(0, -1)},"number":`,
      `,"serving":${serving},"people_ahead":`,
      `,${JSON.stringify(rest).slice(1)}`,
    ];
    frames.set(snapshot, frame);
  }
  const [before, between, after] = frame;
  return `${before}${ticket.number}${between}${snapshot.ahead(ticket.number)}${after}`;
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

type SharedFacts = Pick<
  Facts,
  'room' | 'serving' | 'poll_after' | 'heartbeat_after' | 'message' | 'updated_at' | 'estimated_wait'
>;

const shared = new WeakMap<Snapshot, SharedFacts>();

/** What all who ask of a snapshot are told alike: put together once, as there may be thousands of them a second. */
function sharedFacts(snapshot: Snapshot): SharedFacts {
  const known = shared.get(snapshot);
  if (known) return known;
  const { settings, view, updatedAt } = snapshot;
  const made: SharedFacts = {
    room: settings.id,
    serving: view.counters.serving,
    estimated_wait: null,
    poll_after: pollAfter(view.counters.waiting),
    heartbeat_after: Math.max(1, Math.min(HEARTBEAT, Math.floor(settings.presence.timeout / 3000))),
    message: settings.message,
    updated_at: iso(updatedAt),
  };
  shared.set(snapshot, made);
  return made;
}

function facts(snapshot: Snapshot, ticket: Ticket, state: State, peopleAhead = 0): Facts {
  const { room, serving, estimated_wait, poll_after, heartbeat_after, message, updated_at } = sharedFacts(snapshot);
  return {
    state,
    room,
    number: ticket.number,
    serving,
    people_ahead: peopleAhead,
    estimated_wait,
    poll_after,
    heartbeat_after,
    message,
    updated_at,
  };
}

/** Seconds between two looks at the shared status: the longer the line, the slower it moves for each. */
export function pollAfter(waiting: number): number {
  if (waiting <= 100) return 2;
  return waiting <= 10_000 ? 5 : 10;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
