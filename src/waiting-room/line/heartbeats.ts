/** Recording heartbeats: they make visitors present. */
import { type Entry, hearEntrant, nextDrawOf, withdrawEntrant } from './draw.ts';
import { endedOf } from './ended-turns.ts';
import { hearWaiter, isForfeited, isOfLine, type Line } from './line.ts';
import { hearLastingly } from './presence.ts';
import { settle } from './settle.ts';
import { prove, returnToFront } from './unconfirmed.ts';

export interface Heartbeats {
  readonly incarnation?: string | undefined;
  readonly generation: number;
  readonly numbers: readonly number[];
  /** Whether these visitors are present until their numbers are used up. */
  readonly lasting?: boolean | undefined;
  /** Those of the numbers whose tickets are proven. Missing in heartbeats of earlier versions. */
  readonly proven?: readonly number[] | undefined;
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

/**
 * Ignores numbers of another line or generation, used up, or never issued. Those with a proof come first, and the smaller
 * number before the greater one.
 */
export function recordHeartbeats(line: Line, heartbeats: Heartbeats, at: number): void {
  const { numbers, proven = [], lasting = false, ...of } = heartbeats;
  const now = settle(line, at);
  if (!isOfLine(line, of)) return;
  // One list for both says that all are proven.
  const areAll = proven === numbers;
  const isProven = new Set(areAll ? [] : proven);
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const provenFirst =
    isProven.size === 0
      ? sorted
      : [...sorted.filter((each) => isProven.has(each)), ...sorted.filter((each) => !isProven.has(each))];
  for (const number of provenFirst) {
    prove(line, number, now);
    if (number < 1 || number > line.queue || line.spent.has(number)) continue;
    line.changes += 1;
    noteProof(line, number, areAll || isProven.has(number));
    if (isForfeited(line, number)) continue;
    if (line.arriving.has(number)) {
      line.arriving.delete(number);
      returnToFront(line, number, now);
    } else if (takesCredit(line, number)) returnToFront(line, number, now);
    else hearWaiter(line, number);
    if (lasting) hearLastingly(line.presence, number);
  }
}

/** Whether a number that was restored while its visitor was absent gets a credit. */
function takesCredit(line: Line, number: number): boolean {
  return line.serving > line.queue && line.returned.has(number) && endedOf(line).restored.has(number);
}

/**
 * A ticket from before the room asked for proofs, or that was drawn, says with its heartbeat that it is unproven. A proof
 * makes up for the place in the budget that a visitor lost.
 */
function noteProof(line: Line, number: number, isProven: boolean): void {
  if (!isProven) {
    if (line.rules.challenge) line.unproven.add(number);
  } else if (line.unproven.has(number)) {
    if (number > line.serving) line.missed.delete(number);
    line.unproven.delete(number);
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
