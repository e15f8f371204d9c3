/** Discarding a join whose answer reached nobody: its numbers count as left, and its places are free again. */
import type { VisitorId } from '../visitor.ts';
import { liveAdmission } from './admission.ts';
import { endAdmission } from './admissions.ts';
import { nextDrawOf, withdrawEntrant } from './draw.ts';
import type { Line } from './line.ts';
import { isOfLine } from './line.ts';
import { settle } from './settle.ts';
import { release } from './turns.ts';
import { markUnconfirmed } from './unconfirmed.ts';

/** What a join issued whose answer reached nobody. */
export interface Discarded {
  readonly incarnation?: string | undefined;
  readonly generation: number;
  /** Which draw its entrants are of, from 1; 0 where it issued numbers. */
  readonly draw: number;
  /** The first and the last number, or arrival index. */
  readonly from: number;
  readonly to: number;
  /** The visitors who would have been admitted at once. */
  readonly visitors: readonly VisitorId[];
}

/** Numbers stay unconfirmed: if the answer reached a visitor after all, the ticket proves it. */
export function discard(line: Line, { draw, from, to, visitors, ...of }: Discarded, at: number): void {
  const now = settle(line, at);
  if (!isOfLine(line, of)) return;
  if (draw > 0) discardEntrants(line, draw, from, to);
  else discardNumbers(line, Math.max(1, from), Math.min(to, line.queue), visitors, now);
}

function discardEntrants(line: Line, draw: number, from: number, to: number): void {
  const next = nextDrawOf(line.draws);
  if (!next || draw !== line.draws.length) return;
  for (let index = from; index <= to; index++) withdrawEntrant(next, index);
  line.changes += 1;
}

function discardNumbers(line: Line, from: number, to: number, visitors: readonly VisitorId[], now: number): void {
  for (const visitor of visitors) {
    const number = liveAdmission(line.admissions, visitor, now)?.number ?? 0;
    if (number >= from && number <= to) endAdmission(line, visitor, 'abandoned', now);
  }
  for (let number = from; number <= to; number++) {
    release(line, number);
    line.returned.delete(number);
    line.arriving.delete(number);
  }
  markUnconfirmed(line, from, to);
}
