/** Turns: places held for served numbers until their claim window ends. */
import { endedOf, noteEnded } from './ended-turns.ts';
import type { Batch, Line } from './line.ts';

/** The time that claim windows go by. It stands still while a pause stops them. */
export function turnTime(line: Line, now: number): number {
  return line.turnsStopped > 0 ? Math.min(line.turnsStopped, now) : now;
}

/** Up to a whole second, so that raises of the same second share a batch and no window is shorter than it says. */
export function claimDeadline(line: Line, now: number): number {
  return Math.ceil((turnTime(line, now) + line.rules.claimWindow) / 1000) * 1000;
}

export function pushBatch(line: Line, to: number, now: number): void {
  const deadline = claimDeadline(line, now);
  const last = line.batches.at(-1);
  if (last && last.deadline === deadline) last.to = to;
  else line.batches.push({ to, deadline });
}

export function batchOf(line: Line, number: number): Batch | undefined {
  return line.batches.find((batch) => number <= batch.to);
}

export function hold(line: Line, number: number, now: number): void {
  line.holding.add(number);
  line.held += 1;
  line.turns += 1;
  pushBatch(line, number, now);
}

/** Gives up the place held for a number, if there is one. */
export function release(line: Line, number: number): void {
  if (line.servedAgain.delete(number)) line.held -= 1;
  else if (line.holding.has(number)) {
    line.holding.delete(number);
    line.held -= 1;
  }
}

/**
 * A turn that was extended ends half a millisecond before its deadline, which is a whole one. So the mark lasts as long as
 * the turn, and moves with it.
 */
const EXTENDED = 0.5;

/**
 * The end of a held turn, by the time of turns, and whether it was extended. Undefined where no place is held.
 */
export function turnOf(
  line: Line,
  number: number,
): { readonly claimBy: number; readonly extended: boolean } | undefined {
  const end = line.servedAgain.get(number) ?? (line.holding.has(number) ? batchOf(line, number)?.deadline : undefined);
  return end === undefined ? undefined : { claimBy: Math.ceil(end), extended: !Number.isInteger(end) };
}

/** Adds another claim window to a turn that was not extended. */
export function extendTurn(line: Line, number: number): void {
  const turn = turnOf(line, number);
  if (!turn) return;
  line.changes += 1;
  line.holding.delete(number);
  line.servedAgain.set(number, turn.claimBy + line.rules.claimWindow - EXTENDED);
}

export function serveAgain(line: Line, number: number, now: number): void {
  line.changes += 1;
  line.returned.delete(number);
  line.arriving.delete(number);
  endedOf(line).restored.delete(number);
  line.waited.add(number);
  line.servedAgain.set(number, claimDeadline(line, now));
  line.held += 1;
  line.turns += 1;
}

export function expireTurns(line: Line, at: number): void {
  const now = turnTime(line, at);
  let from = 1;
  let hasExpired = false;
  for (const batch of line.batches) {
    if (batch.deadline <= now) {
      hasExpired = true;
      // Nothing is held below the first one, and that may be most of the line.
      const first = Math.max(from, line.holding.nth(1, from));
      const missed = line.holding.count(first, batch.to);
      line.missed.addAll(line.holding, first, batch.to);
      line.holding.clear(first, batch.to);
      line.held -= missed;
      line.expired += missed;
      if (missed > 0) noteEnded(line, first, batch.to, batch.deadline - line.rules.claimWindow, batch.deadline, false);
      line.changes += 1;
    }
    from = batch.to + 1;
  }
  if (hasExpired) line.batches = line.batches.filter((batch) => batch.deadline > now);
  for (const [number, deadline] of line.servedAgain) {
    if (deadline > now) continue;
    line.servedAgain.delete(number);
    line.missed.add(number);
    const [end, windows] = [Math.ceil(deadline), Number.isInteger(deadline) ? 1 : 2];
    noteEnded(line, number, number, end - windows * line.rules.claimWindow, end, false);
    line.held -= 1;
    line.expired += 1;
    line.changes += 1;
  }
}

/** All claim deadlines are so much later. */
export function shiftTurns(line: Line, by: number): void {
  line.batches = line.batches.map(({ to, deadline }) => ({ to, deadline: deadline + by }));
  for (const [number, deadline] of line.servedAgain) line.servedAgain.set(number, deadline + by);
}

/** The numbers were passed so much later: their front is open for as long as it would have been. */
export function shiftRaiseTimes(line: Line, by: number): void {
  line.raiseTimes = line.raiseTimes.map(({ to, at }) => ({ to, at: at + by }));
}

/**
 * While a pause stops claim windows, moves their deadlines and the graces on by the time that passed, once it is `least` ms: as much is
 * left as there was. Of that time, `uncounted` ms passed for a version that does not know that they are stopped.
 */
export function moveStoppedTurns(line: Line, now: number, least: number, uncounted: number): void {
  const isStopped = line.rules.mode === 'paused' && line.rules.pauseStops !== undefined;
  if (isStopped && line.turnsStopped > 0) {
    const by = now - line.turnsStopped - uncounted;
    if (by >= 0 && by < least) return;
    if (by > 0) {
      shiftTurns(line, by);
      shiftRaiseTimes(line, by);
    }
  } else if (!isStopped && line.turnsStopped === 0) return;
  line.turnsStopped = isStopped ? now : 0;
  line.changes += 1;
}
