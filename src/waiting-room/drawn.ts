/** Numbers of those who were drawn: computed where somebody asks, from a draw's result that each process fetches once. */
import { Bits } from './bits.ts';
import { drawnOrder } from './draw.ts';
import type { DrawResult, LineStore } from './ports.ts';
import type { RoomId } from './room.ts';

/** Entrants between two places where the count so far is kept. */
const STEP = 512;
/** Draws that a process remembers at most. */
const KNOWN = 32;

/** The number an entrant was drawn, or null for one who was away at the draw and so is behind. */
export type DrawnNumber = (index: number) => number | null;

/** Makes the numbers of a draw's entrants from its result; each costs a few microseconds. */
export function drawnNumbers({ record, there }: DrawResult): DrawnNumber {
  const bits = new Bits(there);
  const { base, seed, order } = record;
  const entrants = record.entrants ?? 0;
  const sums = [0];
  for (let from = 0; from < record.arrivals; from += STEP) {
    sums.push((sums.at(-1) ?? 0) + bits.count(from, from + STEP - 1));
  }
  /** Among those who were there, in order of arrival, from 0. */
  const rankOf = (index: number) => {
    const step = Math.floor(index / STEP);
    return (sums[step] ?? 0) + bits.count(step * STEP, index - 1);
  };
  const placeOf =
    order === 'draw' ? drawnOrder(Buffer.from(seed ?? '', 'base64url'), entrants) : (entrant: number) => entrant;
  return (index) => (bits.has(index) ? base + 1 + placeOf(rankOf(index)) : null);
}

export interface Draws {
  /** Undefined when it would have to be fetched first, or the draw is not done. */
  now(room: RoomId, generation: number, draw: number): DrawnNumber | undefined;
  /** Null for a draw of this generation that is not done. */
  get(room: RoomId, generation: number, draw: number): Promise<DrawnNumber | null>;
}

export function createDraws(line: Pick<LineStore, 'drawResult'>): Draws {
  const known = new Map<string, DrawnNumber>();
  const key = (room: RoomId, generation: number, draw: number) => `${room} ${generation} ${draw}`;
  return {
    now: (room, generation, draw) => known.get(key(room, generation, draw)),
    async get(room, generation, draw) {
      const there = known.get(key(room, generation, draw));
      if (there) return there;
      const result = await line.drawResult(room, generation, draw);
      if (!result) return null;
      const numbers = drawnNumbers(result);
      if (known.size >= KNOWN) known.clear();
      known.set(key(room, generation, draw), numbers);
      return numbers;
    },
  };
}
