/** Undoing a raise: the turns that nobody has claimed are taken back, the last in line first. */
import { type Counters, counters } from './counters.ts';
import { isOfLine, type Line } from './line.ts';
import { lower } from './serving.ts';
import { settle } from './settle.ts';

/** A raise, by the serving counter before and after it, and the line that it was of. */
export interface FormerRaise {
  readonly incarnation?: string | undefined;
  readonly generation: number;
  readonly from: number;
  readonly to: number;
  /** Only says what undoing the raise would do. */
  readonly isPreview: boolean;
}

export interface UndoneRaise {
  /** Of the numbers of the raise, those whose turn nobody has claimed, and credits. */
  readonly unclaimed: number;
  /** By how much the serving counter is lower. */
  readonly loweredBy: number;
  readonly counters: Counters;
}

/** The turns of numbers above `from`, up to `to`, that nobody has claimed. */
function countTurns(line: Line, from: number, to: number): number {
  let count = line.holding.count(from + 1, to);
  for (const number of line.servedAgain.keys()) if (number > from && number <= to) count += 1;
  return count;
}

/** What is unclaimed of a raise: turns, and credits. */
function countUnclaimed(line: Line, from: number, to: number): number {
  const last = Math.min(to, line.serving);
  return countTurns(line, from, Math.min(last, line.queue)) + Math.max(0, last - Math.max(from, line.queue));
}

/** The serving counter without so many credits and turns of numbers above `from`: credits first, then the last in line. */
function counterWithout(line: Line, unclaimed: number, from: number): number {
  const turns = unclaimed - Math.max(0, line.serving - line.queue);
  if (turns <= 0) return line.serving - unclaimed;
  const last = Math.min(line.serving, line.queue);
  let [low, high] = [from, last - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (countTurns(line, middle, last) >= turns) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Lowers the serving counter by what is unclaimed of a raise. Other visitors may have been served since: then as many
 * turns are taken back from the last in line. An admission stays, and so does a turn that was claimed.
 */
export function undoRaise(line: Line, { isPreview, from, to, ...of }: FormerRaise, at: number): UndoneRaise {
  if (!isPreview) settle(line, at);
  const unclaimed = isOfLine(line, of) ? countUnclaimed(line, from, to) : 0;
  // In passthrough mode nobody waits.
  const lowest = line.rules.mode === 'passthrough' ? line.queue : 0;
  const target = unclaimed === 0 ? line.serving : Math.max(lowest, counterWithout(line, unclaimed, from));
  const loweredBy = Math.max(0, line.serving - target);
  if (loweredBy > 0 && !isPreview) lower(line, target);
  return { unclaimed, loweredBy, counters: counters(line) };
}
