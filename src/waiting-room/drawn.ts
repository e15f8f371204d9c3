/** Numbers of those who were drawn: computed where somebody asks, from a draw's result that each process fetches once. */
import { Bits } from './bits.ts';
import { drawnOrder } from './draw.ts';
import type { DrawResult, LineStore } from './ports.ts';
import type { RoomId } from './room.ts';

/** Entrants between two places where the count so far is kept. */
const STEP = 512;
/** Draws that a process remembers at most. */
const KNOWN = 32;

/** Where the entrants of a draw that is done have come. */
export interface Drawn {
  /** Among those who were there, in order of arrival, from 0; null for one who was away at the draw. */
  rankOf(index: number): number | null;
  /** The number of whoever has this rank: a permutation of the numbers drawn. A few microseconds. */
  numberOf(rank: number): number;
}

/** Reads a draw's result. */
export function readDraw({ record, there }: DrawResult): Drawn {
  const bits = new Bits(there);
  const { base, seed, order } = record;
  const sums = [0];
  for (let from = 0; from < record.arrivals; from += STEP) {
    sums.push((sums.at(-1) ?? 0) + bits.count(from, from + STEP - 1));
  }
  const placeOf =
    order === 'draw'
      ? drawnOrder(Buffer.from(seed ?? '', 'base64url'), record.entrants ?? 0)
      : (entrant: number) => entrant;
  return {
    rankOf(index) {
      if (!bits.has(index)) return null;
      const step = Math.floor(index / STEP);
      return (sums[step] ?? 0) + bits.count(step * STEP, index - 1);
    },
    numberOf: (rank) => base + 1 + placeOf(rank),
  };
}

/** The number an entrant was drawn, or null for one who was away at the draw and so is behind. */
export function drawnNumber({ rankOf, numberOf }: Drawn, index: number): number | null {
  const rank = rankOf(index);
  return rank === null ? null : numberOf(rank);
}

export interface Draws {
  /** Undefined when it would have to be fetched first, or the draw is not done. */
  now(room: RoomId, generation: number, draw: number): Drawn | undefined;
  /** Null for a draw of this generation that is not done. */
  get(room: RoomId, generation: number, draw: number): Promise<Drawn | null>;
}

export function createDraws(line: Pick<LineStore, 'drawResult'>): Draws {
  const known = new Map<string, Drawn>();
  const key = (room: RoomId, generation: number, draw: number) => `${room} ${generation} ${draw}`;
  return {
    now: (room, generation, draw) => known.get(key(room, generation, draw)),
    async get(room, generation, draw) {
      const there = known.get(key(room, generation, draw));
      if (there) return there;
      const result = await line.drawResult(room, generation, draw);
      if (!result) return null;
      const drawn = readDraw(result);
      if (known.size >= KNOWN) known.clear();
      known.set(key(room, generation, draw), drawn);
      return drawn;
    },
  };
}
