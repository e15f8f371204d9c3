/** Recording heartbeats: they make visitors present. */
import { type Entry, nextDrawOf } from './draw.ts';
import type { Line } from './line.ts';
import { forget, hear } from './presence.ts';
import { settle } from './settle.ts';

export interface Heartbeats {
  readonly generation: number;
  readonly numbers: readonly number[];
}

export interface EntrantHeartbeats {
  readonly generation: number;
  readonly draw: number;
  /** By order of arrival at the draw, from 0. */
  readonly indexes: readonly number[];
}

export interface Withdrawal {
  readonly generation: number;
  readonly entry: Entry;
}

/** Ignores numbers of another generation, used up, or never issued. */
export function recordHeartbeats(line: Line, { generation, numbers }: Heartbeats, at: number): void {
  settle(line, at);
  if (generation !== line.generation) return;
  for (const number of numbers) {
    if (number < 1 || number > line.queue || line.spent.has(number)) continue;
    hear(line.presence, number);
    line.changes += 1;
  }
}

/** Heartbeats of entrants of the draw that is not done; those of any other draw are ignored. */
export function recordEntrantHeartbeats(
  line: Line,
  { generation, draw, indexes }: EntrantHeartbeats,
  at: number,
): void {
  settle(line, at);
  const next = nextDrawOf(line.draws);
  if (!next || generation !== line.generation || draw !== line.draws.length) return;
  for (const index of indexes) {
    if (index < 0 || index >= next.arrivals) continue;
    hear(next.presence, index);
    line.changes += 1;
  }
}

/** An entrant withdraws from the draw: not present any more. */
export function withdraw(line: Line, { generation, entry }: Withdrawal, at: number): void {
  settle(line, at);
  const next = nextDrawOf(line.draws);
  if (!next || generation !== line.generation || entry.draw !== line.draws.length) return;
  forget(next.presence, entry.index);
  line.changes += 1;
}
