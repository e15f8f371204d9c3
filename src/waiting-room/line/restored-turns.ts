/** Visitors who come first after an outage, or because a support agent says so. */
import { endedBetween, endedOf } from './ended-turns.ts';
import { canServe, isOfLine, isUnproven, type Line, measuredTime } from './line.ts';
import { settle } from './settle.ts';
import { serveAgain } from './turns.ts';
import { isUnconfirmed } from './unconfirmed.ts';

/** A span of time, and how many numbers to answer at most: those after a number. */
export interface OutageSpan {
  readonly from: number;
  readonly to: number;
  readonly max: number;
  /** Left out: from the first number on. */
  readonly after?: number | undefined;
}

/** Numbers whose turn or admission an outage took. */
export interface EndedNumbers {
  readonly numbers: readonly number[];
  /** The number after which there may be more; null where there are none. */
  readonly next: number | null;
}

/** Numbers of a line that come first. */
export interface RestoredNumbers {
  readonly incarnation?: string | undefined;
  readonly generation: number;
  readonly numbers: readonly number[];
}

/** The numbers of live admissions. */
function numbersInside({ admissions }: Line): ReadonlySet<number> {
  const inside = new Set<number>();
  for (const { number, status } of admissions.rows.values()) if (status === 'active') inside.add(number);
  return inside;
}

/** Whether a number has neither a place in line, nor a turn, nor an admission. */
function hasNothing(line: Line, number: number, inside: ReadonlySet<number>): boolean {
  if (number < 1 || number > line.queue || isUnconfirmed(line, number)) return false;
  if (line.spent.has(number)) return !inside.has(number);
  if (number > line.serving || line.holding.has(number)) return false;
  return !line.returned.has(number) && !line.servedAgain.has(number);
}

/** How many numbers one call looks at. */
const LOOKS = 2000;

interface Candidates {
  /** At most `LOOKS`, the lowest first. */
  readonly numbers: readonly number[];
  /** When the latest turn of a number began, by number. */
  readonly missed: ReadonlyMap<number, number>;
  /** When the latest admission that used a number up began, by number. */
  readonly spent: ReadonlyMap<number, number>;
}

/** The numbers after `after` of the turns and admissions that overlapped a span. */
function candidates(line: Line, { from, to, after = 0 }: OutageSpan, now: number): Candidates {
  const [missed, spent] = [new Map<number, number>(), new Map<number, number>()];
  const note = (of: Map<number, number>, number: number, start: number) =>
    of.set(number, Math.max(start, of.get(number) ?? start));
  const turns = endedBetween(line, from, to, now).filter((turn) => turn.to > after);
  for (const turn of turns) if (turn.from === turn.to) note(turn.spent ? spent : missed, turn.from, turn.start);
  const singles = new Set([...missed.keys(), ...spent.keys()]);
  let bound = [...singles].sort((a, b) => a - b)[LOOKS - 1] ?? Number.POSITIVE_INFINITY;
  const ranges = turns.filter((turn) => turn.from < turn.to).sort((a, b) => a.from - b.from);
  const inRanges = new Set<number>();
  let highest = 0;
  for (const turn of ranges) {
    const first = Math.max(turn.from, after + 1);
    if (first > bound) break;
    let looks = 0;
    for (const number of line.missed.between(first, Math.min(turn.to, bound))) {
      note(missed, number, turn.start);
      inRanges.add(number);
      highest = Math.max(highest, number);
      looks += 1;
      if (looks === LOOKS) break;
    }
    if (inRanges.size >= LOOKS) bound = Math.min(bound, highest);
  }
  const numbers = [...new Set([...singles, ...inRanges])].sort((a, b) => a - b).slice(0, LOOKS);
  return { numbers, missed, spent };
}

/**
 * The numbers whose turn or admission overlapped a span of time and ended without being completed, the lowest first. A
 * number that was restored since is left out, and one that has a place.
 */
export function endedTurns(line: Line, span: OutageSpan, at: number): EndedNumbers {
  const now = settle(line, at);
  const { restoredAt } = endedOf(line);
  const inside = numbersInside(line);
  const { numbers, missed, spent } = candidates(line, span, now);
  const found: number[] = [];
  const isEnded = (number: number) => {
    const isSpent = line.spent.has(number);
    const start = (isSpent ? spent : missed).get(number);
    if (start === undefined || !hasNothing(line, number, inside)) return false;
    if (!isSpent && !line.missed.has(number) && !line.lapsed.has(number)) return false;
    return (restoredAt.get(number) ?? Number.NEGATIVE_INFINITY) < start;
  };
  for (const number of numbers) {
    if (isEnded(number)) found.push(number);
    if (found.length === span.max) return { numbers: found, next: number };
  }
  return { numbers: found, next: numbers.length < LOOKS ? null : (numbers.at(-1) ?? null) };
}

/**
 * Puts numbers at the front of the line, before all others there. Answers those that it did: not one that has a place, a
 * turn or an admission. A number that the counter has not passed waits where it was.
 */
export function restoreTurns(line: Line, { numbers, ...of }: RestoredNumbers, at: number): readonly number[] {
  const now = settle(line, at);
  if (!isOfLine(line, of)) return [];
  const inside = numbersInside(line);
  const { restored, restoredAt } = endedOf(line);
  const done = [...new Set(numbers)].sort((a, b) => a - b).filter((number) => hasNothing(line, number, inside));
  for (const number of done) {
    line.changes += 1;
    // The latest last.
    restoredAt.delete(number);
    restoredAt.set(number, measuredTime(line, now));
    if (line.spent.has(number)) {
      line.spent.delete(number);
      if (number > line.serving) {
        line.leftUnserved -= 1;
        continue;
      }
    }
    line.returned.add(number);
    restored.add(number);
    if (line.rules.mode === 'passthrough') serveAgain(line, number, now);
    // Nobody else waits, and the credit is theirs. An absent visitor takes one with the next heartbeat.
    else if (line.serving > line.queue && canServe(line) && line.presence.present.has(number)) {
      line.serving -= 1;
      serveAgain(line, number, now);
    }
  }
  return done;
}

/** Whether a number at the front comes before all others there. */
export function isRestored(line: Line, number: number): boolean {
  return endedOf(line).restored.has(number) && !isUnproven(line, number);
}
