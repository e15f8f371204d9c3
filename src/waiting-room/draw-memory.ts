/**
 * The draws that a process remembers of a line, with the seeds of those that are not done. Seeds are secrets: they leave
 * this memory only in a checkpoint, for the store.
 */
import { Bits } from './line/bits.ts';
import type { Joined } from './line/joins.ts';
import type { KnownDraws, RememberedDraw } from './line/lost-draws.ts';

export interface DrawMemory {
  readonly draws: readonly RememberedDraw[];
  /** When the entrants of the next draw were asked for, in ms. */
  readonly entrantsAt: number;
  /** The entrants that this process issued since then, and in the time before: the answer may have been on its way. */
  readonly entered: readonly [now: Bits, before: Bits];
}

/** How often the entrants of a draw are asked for, in ms: a bit each, as often as a snapshot needs one of the line. */
const ENTRANTS_AGE = 1000;

export function newDrawMemory(): DrawMemory {
  return { draws: [], entrantsAt: Number.NEGATIVE_INFINITY, entered: [new Bits(), new Bits()] };
}

/** What need not be sent again. */
export function knownDraws({ draws, entrantsAt }: DrawMemory, at: number): Pick<KnownDraws, 'done' | 'withEntrants'> {
  const missing = draws.findIndex(({ there }) => there === null);
  const done = missing === -1 ? draws.length : missing;
  return { done, withEntrants: Math.abs(at - entrantsAt) >= ENTRANTS_AGE };
}

/** Remembers the draws of a line as they are at `at`, with the bits that were sent before. */
export function rememberDraws(memory: DrawMemory, seen: readonly RememberedDraw[], at: number): DrawMemory {
  const draws = seen.map((each, i) => completed(each, memory.draws[i]));
  const [last, before] = [seen.at(-1), memory.draws.at(-1)];
  const entered: DrawMemory['entered'] =
    last?.seedHash === before?.seedHash ? memory.entered : [new Bits(), new Bits()];
  if (!last?.present) return { draws, entrantsAt: memory.entrantsAt, entered };
  return { draws, entrantsAt: at, entered: [new Bits(), entered[0]] };
}

function completed(seen: RememberedDraw, known: RememberedDraw | undefined): RememberedDraw {
  if (known?.seedHash !== seen.seedHash || known.drawnAt !== seen.drawnAt) return seen;
  const { there, present, withdrawn } = known;
  return {
    ...seen,
    arrivals: Math.max(seen.arrivals, known.arrivals),
    there: seen.there ?? there,
    present: seen.present ?? present,
    withdrawn: seen.withdrawn ?? withdrawn,
  };
}

/** Remembers the entrants that this process issued. */
export function rememberEntrants(memory: DrawMemory, joined: readonly Joined[]): DrawMemory {
  const last = memory.draws.at(-1);
  const entry = joined.at(-1)?.entry;
  if (!entry || entry.draw !== memory.draws.length || !last || last.drawnAt !== null) return memory;
  for (const each of joined) if (each.entry) memory.entered[0].add(each.entry.index);
  const arrivals = Math.max(last.arrivals, entry.index + 1);
  return { ...memory, draws: [...memory.draws.slice(0, -1), { ...last, arrivals }] };
}

/** The draws for a checkpoint. A draw whose bits are not known ends them. */
export function checkpointDraws({ draws, entered }: DrawMemory): RememberedDraw[] {
  const unknown = draws.findIndex(({ drawnAt, there }) => drawnAt !== null && there === null);
  return draws.slice(0, unknown === -1 ? undefined : unknown).map((draw) => {
    if (draw.drawnAt !== null) return draw;
    const present = new Bits(draw.present?.slice());
    for (const entrants of entered) present.addAll(entrants);
    return { ...draw, present: present.bytes };
  });
}
