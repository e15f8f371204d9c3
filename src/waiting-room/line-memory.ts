/** What this process remembers of the rooms that it serves: enough to open a line that the store lost. */
import type { LineView } from './line/counters.ts';
import type { Checkpoint } from './line/opening.ts';
import type { RelyingParty } from './relying-party.ts';
import type { RoomId, RoomSettings } from './room.ts';

export interface RoomMemory {
  readonly view: LineView;
  /** The highest number that is known to be issued. */
  readonly issued: number;
  /** When the view was taken, in ms. */
  readonly at: number;
}

export interface LineMemory {
  readonly rooms: Map<RoomId, RoomMemory>;
  readonly settings: Map<RoomId, RoomSettings>;
  readonly parties: Map<string, RelyingParty>;
  /** Remembers a view of a line. */
  saw(room: RoomId, view: LineView, at: number): void;
  /** Remembers that numbers up to this one were issued. */
  issued(room: RoomId, incarnation: string, generation: number, number: number): void;
  forget(room: RoomId): void;
}

/** The most relying parties that a process remembers. */
const PARTIES = 1000;

export function createLineMemory(): LineMemory {
  const rooms = new Map<RoomId, RoomMemory>();
  const settings = new Map<RoomId, RoomSettings>();
  const parties = new Map<string, RelyingParty>();
  return {
    rooms,
    settings,
    parties,
    saw(room, view, at) {
      const known = rooms.get(room);
      const issued =
        known && isSameLine(known.view, view) ? Math.max(known.issued, view.counters.queue) : view.counters.queue;
      rooms.set(room, { view, issued, at });
    },
    issued(room, incarnation, generation, number) {
      const known = rooms.get(room);
      if (!known || !isSameLine(known.view, { incarnation, generation }) || number <= known.issued) return;
      rooms.set(room, { ...known, issued: number });
    },
    forget(room) {
      rooms.delete(room);
      settings.delete(room);
      for (const [id, party] of parties) if (party.room === room) parties.delete(id);
    },
  };
}

/** Remembers a relying party, in a memory of limited size. */
export function rememberParty({ parties }: LineMemory, party: RelyingParty): void {
  if (parties.size >= PARTIES && !parties.has(party.client_id)) parties.clear();
  parties.set(party.client_id, party);
}

export function checkpointOf({ view, issued }: RoomMemory): Checkpoint {
  const { incarnation, generation, shifted, counters, turns, joinPeak, alarm, inletState, notes } = view;
  return {
    incarnation,
    generation,
    shifted,
    counters: { ...counters, queue: Math.max(counters.queue, issued) },
    turns,
    joinPeak,
    alarm,
    inletState,
    notes,
  };
}

/** Whether a view shows less than is remembered: the store lost writes. */
export function wentBack(known: RoomMemory, view: LineView): boolean {
  if (known.view.incarnation !== view.incarnation) return false;
  if (known.view.generation !== view.generation) return known.view.generation > view.generation;
  return view.counters.queue < known.issued || view.counters.claimed < known.view.counters.claimed;
}

type Identity = Pick<LineView, 'incarnation' | 'generation'>;

function isSameLine(one: Identity, other: Identity): boolean {
  return one.incarnation === other.incarnation && one.generation === other.generation;
}
