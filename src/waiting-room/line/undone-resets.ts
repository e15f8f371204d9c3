/** A reset, and undoing it: the line of before is kept for an hour. */

import { rowTime } from './admission.ts';
import { type Counters, counters } from './counters.ts';
import { jumpsOf, type KeptLine, type Line, measuredTime } from './line.ts';
import { applyRules, beginLine } from './rules.ts';
import { passTime, RESET_KEPT_FOR, settle, shift } from './settle.ts';
import { epochOf, lineageOf } from './succession.ts';
import { shiftRaiseTimes, shiftTurns } from './turns.ts';

export interface Reset {
  /** Random, of the line that begins. */
  readonly incarnation: string;
}

/** A reset, by the line that it began. */
export interface FormerReset extends Reset {
  /** Only says what undoing the reset would do. */
  readonly isPreview: boolean;
}

/** What is in a line that is kept. */
interface KeptCounts {
  /** Visitors who waited. */
  readonly waiting: number;
  /** Visitors whose admissions have not ended by their time. */
  readonly inside: number;
}

export interface UndoneReset extends KeptCounts {
  /**
   * - `gone`: the line of before is not kept, or another line is in the place of the one that the reset began;
   * - `let_in`: somebody was let in since the reset;
   * - `too_large`: those inside, and with a turn, are more than the size by now.
   */
  readonly outcome: 'undone' | 'gone' | 'let_in' | 'too_large';
  /** Numbers that were issued since the reset. */
  readonly issuedSince: number;
  readonly counters: Counters;
}

/** Whether nobody has a number of the line, or will have one by a draw. */
function isUntouched({ queue, draws: [first, ...more] }: Line): boolean {
  if (queue > 0 || more.length > 0) return false;
  return first === undefined || (first.drawnAt === null && first.arrivals === 0);
}

/** The line that is kept, unless its time is over, or another one followed. */
function keptBefore(line: Line, now: number): KeptLine | null {
  const { kept, generation } = line;
  if (kept?.followedBy !== generation) return null;
  return measuredTime(line, now) - kept.at < RESET_KEPT_FOR ? kept : null;
}

/** How far the times of admissions were moved since a line was kept, and what of that pauses stopped. */
function movedSince(line: Line, { shifted, stopped = 0 }: KeptLine) {
  return { shifted: shifted + line.shifted, stopped: stopped + line.admissions.stopped };
}

/** Keeps the line. Instead of one that is untouched, the line that it followed stays. */
function keepLine(line: Line, followedBy: number, now: number): void {
  const before = isUntouched(line) ? keptBefore(line, now) : null;
  line.kept = before
    ? { line: before.line, at: before.at + jumpsOf(line), ...movedSince(line, before), followedBy }
    : { line: { ...line, kept: null }, at: now, shifted: 0, stopped: 0, followedBy };
}

/** Begins a new line, with a generation that none of its lineage had, and keeps the one of before. */
export function reset(line: Line, { incarnation }: Reset, at: number): Counters {
  passTime(line, at, 1);
  const now = settle(line, at);
  const generation = epochOf(line) + 1;
  keepLine(line, generation, now);
  beginLine(line, { incarnation, generation, lineage: lineageOf(line), epoch: generation });
  return counters(line);
}

/** What a kept line would have by now. Who has to confirm the admission counts as inside. */
function countKept({ line }: KeptLine, shifted: number, now: number): KeptCounts {
  const { queue, serving, leftUnserved, returned, admissions, released } = line;
  const ends = rowTime({ ...admissions, stoppedAt: 0 }, now - shifted);
  let live = 0;
  for (const { expiresAt } of admissions.rows.values()) if (expiresAt > ends) live += 1;
  return {
    waiting: Math.max(0, queue - serving) - leftUnserved + returned.size,
    inside: live - Math.max(0, released - (admissions.active - live)),
  };
}

/** Why a kept line cannot come back in place of this one. */
function refusalOf(
  { claimed, rules }: Line,
  { line }: KeptLine,
  { inside }: KeptCounts,
): 'let_in' | 'too_large' | null {
  if (claimed > 0) return 'let_in';
  const isBound = rules.size !== 0 && rules.mode !== 'passthrough';
  return isBound && inside + line.held > Math.max(0, rules.size) ? 'too_large' : null;
}

/** Time has gone on for it, and the rules, the breaker and the load of the origin are those of this moment. */
function bringBack(line: Line, kept: KeptLine, now: number): void {
  const { rules, clock, jumpedAt, skew, turnsStopped, alarm, notes, changes } = line;
  const { stoppedAt } = line.admissions;
  const { shifted, stopped } = movedSince(line, kept);
  const { signal, allotments } = notes;
  const epoch = epochOf(line) + 1;
  Object.assign(line, kept.line, { rules, clock, jumpedAt, skew, alarm, epoch, kept: null, changes: changes + 1 });
  line.notes = { ...line.notes, signal, allotments };
  if (shifted !== 0) shift(line, shifted);
  Object.assign(line.admissions, { stoppedAt, stopped: line.admissions.stopped + stopped });
  // In the pause in which the line was reset, its turns have stood still.
  const others = line.turnsStopped > 0 ? Math.max(0, turnsStopped - line.turnsStopped) : 0;
  shiftTurns(line, others);
  shiftRaiseTimes(line, stopped + others);
  line.turnsStopped = turnsStopped;
  // The pages of visitors who waited have not come back yet.
  line.heartbeatsSince = now;
  applyRules(line, now);
}

/**
 * Brings the line of before a reset back, with its numbers, turns, admissions and draws: those whose time passed since
 * have ended. The line of since then is gone. Once, unless nobody can be let in twice by it.
 */
export function undoReset(line: Line, { incarnation, isPreview }: FormerReset, at: number): UndoneReset {
  passTime(line, at, 1);
  const now = settle(line, at);
  const kept = incarnation === line.incarnation ? keptBefore(line, now) : null;
  const issuedSince = line.queue;
  if (!kept) return { outcome: 'gone', waiting: 0, inside: 0, issuedSince, counters: counters(line) };
  const counts = countKept(kept, movedSince(line, kept).shifted, now);
  const refusal = refusalOf(line, kept, counts);
  if (!refusal && !isPreview) bringBack(line, kept, now);
  return { outcome: refusal ?? 'undone', ...counts, issuedSince, counters: counters(line) };
}
