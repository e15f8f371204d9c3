/**
 * The numbers that a draw gave its entrants. A process fetches a draw's result once and computes each number from it.
 */

import { drawnOrder } from './draw.ts';
import { Bits } from './line/bits.ts';
import type { DrawResult } from './line/draw.ts';
import type { DrawRef } from './line/draws.ts';
import type { LineStore } from './ports/line.ts';
import type { RoomId } from './room.ts';

/** The running count of present entrants is kept every so many entrants. */
const STEP = 512;
/** The number of draws that a process remembers. */
const CAPACITY = 32;

/** The entrants of a finished draw and their numbers. */
export interface DrawnNumbers {
  /** The number before the first one drawn. */
  readonly base: number;
  /** The rank among the entrants who were present at the draw, in order of arrival from 0; null for an absent one. */
  rankOf(index: number): number | null;
  /** The number drawn for a rank. Takes a few microseconds. */
  numberOf(rank: number): number;
}

/** Computes the numbers of a draw from its result. */
export function readDrawResult({ record, there }: DrawResult): DrawnNumbers {
  const present = new Bits(there);
  const { base, seed, order } = record;
  const sums = [0];
  for (let from = 0; from < record.arrivals; from += STEP) {
    sums.push((sums.at(-1) ?? 0) + present.count(from, from + STEP - 1));
  }
  const placeOf =
    order === 'draw'
      ? drawnOrder(Buffer.from(seed ?? '', 'base64url'), record.entrants ?? 0)
      : (entrant: number) => entrant;
  return {
    base,
    rankOf(index) {
      if (!present.has(index)) return null;
      const step = Math.floor(index / STEP);
      return (sums[step] ?? 0) + present.count(step * STEP, index - 1);
    },
    numberOf: (rank) => base + 1 + placeOf(rank),
  };
}

/** The number drawn for an entrant; null for one who was absent at the draw and has to join behind. */
export function drawnNumber({ rankOf, numberOf }: DrawnNumbers, index: number): number | null {
  const rank = rankOf(index);
  return rank === null ? null : numberOf(rank);
}

/** A draw that is done. A lost one may have been done again before a process put its result back. */
export interface DoneDraw extends DrawRef {
  readonly drawnAt: number;
}

/** The results of draws, cached. */
export interface DrawResults {
  /** From the cache alone; undefined where the result has to be fetched first. */
  cached(room: RoomId, draw: DoneDraw): DrawnNumbers | undefined;
  /** Null where the line has no such draw of this generation, or lost it. */
  get(room: RoomId, draw: DoneDraw): Promise<DrawnNumbers | null>;
}

export function createDrawResults(line: Pick<LineStore, 'drawResult'>): DrawResults {
  const cache = new Map<string, DrawnNumbers>();
  const key = (room: RoomId, { incarnation = '', generation, draw, drawnAt }: DoneDraw) =>
    `${room} ${incarnation} ${generation} ${draw} ${drawnAt}`;
  return {
    cached: (room, ref) => cache.get(key(room, ref)),
    async get(room, ref) {
      const cached = cache.get(key(room, ref));
      if (cached) return cached;
      const result = await line.drawResult(
        room,
        { incarnation: ref.incarnation, generation: ref.generation, draw: ref.draw },
        0,
      );
      if (result?.record.drawnAt !== ref.drawnAt) return null;
      const drawn = readDrawResult(result);
      if (cache.size >= CAPACITY) cache.clear();
      cache.set(key(room, ref), drawn);
      return drawn;
    },
  };
}
