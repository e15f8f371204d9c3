/** Recording heartbeats: they make visitors present. */
import { type Entry, hearEntrant, nextDrawOf, withdrawEntrant } from './draw.ts';
import { isOfLine, type Line } from './line.ts';
import { hear, hearLastingly } from './presence.ts';
import { settle } from './settle.ts';
import { prove } from './unconfirmed.ts';

export interface Heartbeats {
  readonly incarnation?: string | undefined;
  readonly generation: number;
  readonly numbers: readonly number[];
  /** Whether these visitors are present until their numbers are used up. */
  readonly lasting?: boolean | undefined;
}

export interface EntrantHeartbeats {
  readonly incarnation?: string | undefined;
  readonly generation: number;
  readonly draw: number;
  /** By order of arrival at the draw, from 0. */
  readonly indexes: readonly number[];
}

export interface Withdrawal {
  readonly incarnation?: string | undefined;
  readonly generation: number;
  readonly entry: Entry;
}

/** Ignores numbers of another line or generation, used up, or never issued. */
export function recordHeartbeats(line: Line, { numbers, lasting = false, ...of }: Heartbeats, at: number): void {
  const now = settle(line, at);
  if (!isOfLine(line, of)) return;
  for (const number of numbers) {
    prove(line, number, now);
    if (number < 1 || number > line.queue || line.spent.has(number)) continue;
    (lasting ? hearLastingly : hear)(line.presence, number);
    line.changes += 1;
  }
}

/** Ignores heartbeats of entrants of any other draw than the one that is not done, and of entrants who withdrew. */
export function recordEntrantHeartbeats(line: Line, { draw, indexes, ...of }: EntrantHeartbeats, at: number): void {
  settle(line, at);
  const next = nextDrawOf(line.draws);
  if (!next || !isOfLine(line, of) || draw !== line.draws.length) return;
  for (const index of indexes) {
    if (hearEntrant(next, index)) line.changes += 1;
  }
}

/** An entrant withdraws from the draw, for good. */
export function withdraw(line: Line, { entry, ...of }: Withdrawal, at: number): void {
  settle(line, at);
  const next = nextDrawOf(line.draws);
  if (!next || !isOfLine(line, of) || entry.draw !== line.draws.length) return;
  withdrawEntrant(next, entry.index);
  line.changes += 1;
}
