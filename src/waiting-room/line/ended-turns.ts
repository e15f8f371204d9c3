/**
 * Turns and admissions that ended without being completed, for a day: after an outage those whose time it took come first.
 * Nothing here is about a person: it has numbers and times.
 */
import { type EndedTurn, type EndedTurns, newEndedTurns } from './ended-turn.ts';
import { type Line, measuredTime } from './line.ts';

/** How long they are kept, in ms. */
const KEPT_FOR = 24 * 60 * 60_000;
/** How many are kept at most. */
const CAPACITY = 100_000;
/** Of admissions that expire at once, those that expired first: a step may not take long. */
export const ENDED_AT_ONCE = 20_000;

/** Those of the line's generation. */
export function endedOf(line: Line): EndedTurns {
  if (line.ended.generation !== line.generation) line.ended = newEndedTurns(line.generation);
  return line.ended;
}

/** Records a turn, or an admission. */
export function noteEnded(line: Line, from: number, to: number, start: number, end: number, spent: boolean): void {
  if (from < 1) return;
  endedOf(line).turns.push({ from, to, start: measuredTime(line, start), end: measuredTime(line, end), spent });
}

/** Drops what is too old, or too much. */
export function pruneEnded(line: Line, now: number): void {
  const ended = endedOf(line);
  const { turns } = ended;
  const oldest = measuredTime(line, now) - KEPT_FOR;
  for (const [number, at] of ended.restoredAt) {
    if (at >= oldest) break;
    ended.restoredAt.delete(number);
  }
  const first = turns.findIndex(({ end }) => end >= oldest);
  const drop = first === -1 ? turns.length : Math.max(first, turns.length - CAPACITY);
  if (drop > 0) ended.turns = turns.slice(drop);
}

/** Those that overlap a span of the line's time. */
export function endedBetween(line: Line, from: number, to: number, now: number): readonly EndedTurn[] {
  const oldest = measuredTime(line, Math.max(from, now - KEPT_FOR));
  return endedOf(line).turns.filter(({ start, end }) => end >= oldest && start <= measuredTime(line, to));
}
