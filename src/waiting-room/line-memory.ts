/** What this process remembers of the rooms that it serves: enough to open a line that the store lost. */
import {
  checkpointDraws,
  type DrawMemory,
  knownDraws,
  newDrawMemory,
  rememberDraws,
  rememberEntrants,
} from './draw-memory.ts';
import type { LineView } from './line/counters.ts';
import type { Joined } from './line/joins.ts';
import { type KnownDraws, lacksDraws, type ViewForMemory } from './line/lost-draws.ts';
import type { Checkpoint } from './line/opening.ts';
import { compareSuccession } from './line/succession.ts';
import type { SeenLine } from './ports/checkpoints.ts';
import type { LineMark } from './ports/line-marks.ts';
import type { RelyingParty } from './relying-party.ts';
import type { RoomId, RoomSettings } from './room.ts';

export interface RoomMemory {
  readonly view: LineView;
  readonly draws: DrawMemory;
  /** The highest number that is known to be issued. */
  readonly issued: number;
  /** When the view was taken, in ms. */
  readonly at: number;
  /** Since when heartbeats count in a line that came back by an undone reset; 0 for none. */
  readonly backSince: number;
}

export interface LineMemory {
  readonly rooms: Map<RoomId, RoomMemory>;
  readonly settings: Map<RoomId, RoomSettings>;
  readonly parties: Map<string, RelyingParty>;
  /** What a view for the memory need not repeat. */
  known(room: RoomId, at: number): KnownDraws;
  /** Remembers a view of a line. */
  saw(room: RoomId, seen: ViewForMemory, at: number): void;
  /** Remembers the numbers, and the places in a draw, that were given to visitors who joined. */
  joined(room: RoomId, joined: readonly Joined[]): void;
  /** Remembers a step of this process, which moved the line's time. */
  stepped(room: RoomId, at: number): void;
  /**
   * Whether nobody else took a step in a line since this view. Then what is remembered is as good as a view of now. This
   * process's own views move the line's time as well, and may hide the steps of others: each must be compared with it too.
   */
  isUnchanged(room: RoomId, view: LineView, mark: LineMark | null, at: number): boolean;
  /** Says which lines may have changed since their marks were read. At `at`, all others had not. */
  changed(lines: Iterable<RoomId>, at: number): void;
  /** When what is remembered of a line was true last, in ms; undefined for one that is not remembered. */
  trueAt(room: RoomId): number | undefined;
  forget(room: RoomId): void;
}

/** The most relying parties that a process remembers. */
const PARTIES = 1000;

export function createLineMemory(): LineMemory {
  const rooms = new Map<RoomId, RoomMemory>();
  const settings = new Map<RoomId, RoomSettings>();
  const parties = new Map<string, RelyingParty>();
  const steps = new Map<RoomId, number>();
  /** Those that have not changed since they were remembered, and when that was known last, in ms. */
  const unchanged = new Set<RoomId>();
  let unchangedAt = Number.NEGATIVE_INFINITY;

  function trueAt(room: RoomId): number | undefined {
    const known = rooms.get(room);
    return known && (unchanged.has(room) ? Math.max(known.at, unchangedAt) : known.at);
  }
  return {
    rooms,
    settings,
    parties,
    known(room, at) {
      const { view, draws } = rooms.get(room) ?? { view: null, draws: newDrawMemory() };
      return { incarnation: view?.incarnation, generation: view?.generation ?? 0, ...knownDraws(draws, at) };
    },
    saw(room, { view, draws }, at) {
      const last = rooms.get(room);
      const known = last && isSameLine(last.view, view) ? last : null;
      const issued = Math.max(known?.issued ?? 0, view.counters.queue);
      const isLater = last !== undefined && (compareSuccession(last.view, view) ?? 0) < 0;
      const backSince = isLater ? view.heartbeatsSince : (last?.backSince ?? 0);
      const remembered = rememberDraws(known?.draws ?? newDrawMemory(), draws, at);
      rooms.set(room, { view, draws: remembered, issued, at, backSince });
    },
    joined(room, joined) {
      const known = rooms.get(room);
      const last = joined.at(-1);
      if (!known || !last || !isSameLine(known.view, last)) return;
      const issued = Math.max(known.issued, last.number);
      rooms.set(room, { ...known, issued, draws: rememberEntrants(known.draws, joined) });
    },
    stepped(room, at) {
      steps.set(room, at);
    },
    isUnchanged(room, view, mark, at) {
      const known = rooms.get(room);
      if (!known || !mark || !isSameLine(known.view, mark) || !isSameLine(view, mark)) return false;
      const { clock, counters, draws } = view;
      const last = draws.at(-1);
      const arrivals = last?.drawnAt === null ? last.arrivals : 0;
      const isSame = mark.queue === counters.queue && mark.arrivals === arrivals;
      if (!isSame || mark.clock > Math.max(clock, steps.get(room) ?? 0)) return false;
      rooms.set(room, { ...known, at });
      unchanged.add(room);
      return true;
    },
    changed(lines, at) {
      for (const room of lines) {
        const known = rooms.get(room);
        if (known) rooms.set(room, { ...known, at: trueAt(room) ?? known.at });
        unchanged.delete(room);
      }
      unchangedAt = at;
    },
    trueAt,
    forget(room) {
      steps.delete(room);
      unchanged.delete(room);
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

function checkpointOf({ view, draws, issued }: RoomMemory): Checkpoint {
  const { incarnation, generation, lineage, epoch, counters, turns, joinPeak, alarm, inletState, notes } = view;
  return {
    incarnation,
    generation,
    lineage,
    epoch,
    shifted: view.shifted,
    stopped: view.stopped,
    stoppedAt: view.stoppedAt,
    counters: { ...counters, queue: Math.max(counters.queue, issued) },
    turns,
    joinPeak,
    alarm,
    inletState,
    notes,
    draws: checkpointDraws(draws),
  };
}

/** What a process remembers of a line. */
export function seenOf(known: RoomMemory): SeenLine;
export function seenOf(known: RoomMemory | undefined): SeenLine | null;
export function seenOf(known: RoomMemory | undefined): SeenLine | null {
  return known ? { checkpoint: checkpointOf(known), size: known.view.size } : null;
}

/** Whether a view shows less than is remembered: the store lost writes. */
export function wentBack(known: RoomMemory, { view, draws }: ViewForMemory): boolean {
  const later = compareSuccession(known.view, view);
  if (later !== 0) return later !== null && later > 0;
  if (lacksDraws(draws, known.draws.draws)) return true;
  return view.counters.queue < known.issued || view.counters.claimed < known.view.counters.claimed;
}

/** Since when heartbeats count because the store lost some; 0 where it lost none. */
export function lostSince(known: RoomMemory | undefined): number {
  return known && known.view.heartbeatsSince !== known.backSince ? known.view.heartbeatsSince : 0;
}

/** Whether the line was opened again by others, who may know less of a draw than this process. */
export function mayLackEntrants(known: RoomMemory, { view }: ViewForMemory): boolean {
  if (view.heartbeatsSince <= known.view.heartbeatsSince || !isSameLine(known.view, view)) return false;
  return known.draws.draws.at(-1)?.drawnAt === null;
}

type Identity = Pick<LineView, 'incarnation' | 'generation'>;

function isSameLine(one: Identity, other: Identity): boolean {
  return one.incarnation === other.incarnation && one.generation === other.generation;
}
