/** Moving the serving counter. */
import { type Counters, counters } from './counters.ts';
import { canServe, freePlaces, type Line } from './line.ts';
import type { Raise } from './raise.ts';
import { settle } from './settle.ts';
import { pushBatch, release, serveAgain } from './turns.ts';
import { counterAfter } from './unconfirmed.ts';

/**
 * An inlet's tick: the raise happens only if the breaker is off and the inlet's state is still `from`; then the
 * state is `to`. Of two processes that tick at once, one does nothing.
 */
export interface InletStep {
  readonly from: string;
  readonly to: string;
}

/** A raise, on its own or as the step of an inlet. */
export type RaiseStep = Raise & { readonly step?: InletStep | undefined };

export interface Raised {
  /** By how much the serving counter changed; negative when it was lowered. */
  readonly raisedBy: number;
  /** False where the step of an inlet was not taken. */
  readonly applied: boolean;
  readonly counters: Counters;
}

/** The serving counter that gives a place each to at most `places` present people, then to newcomers. */
function furthest(line: Line, places: number): number {
  if (places <= 0) return line.serving;
  if (line.serving >= line.queue) return line.serving + places;
  const { present } = line.presence;
  // Absent visitors right behind the last one served are not skipped: they may be back before their turn.
  const last = present.nth(places, line.serving + 1);
  return last === -1 ? line.queue + (places - present.count(line.serving + 1, line.queue)) : last;
}

/** Raises the counter to `to` and holds places: for those present, or for everybody who has not left. */
export function serveUpTo(line: Line, to: number, now: number, presentOnly: boolean): void {
  const from = line.serving + 1;
  const last = Math.min(to, line.queue);
  if (last >= from) {
    const gone = line.spent.count(from, last);
    let held = 0;
    for (let number = from; number <= last; number++) {
      if (line.spent.has(number) || (presentOnly && !line.presence.present.has(number))) continue;
      line.holding.add(number);
      held += 1;
    }
    line.held += held;
    line.turns += held;
    line.leftUnserved -= gone;
    if (presentOnly) line.expired += last - from + 1 - gone - held;
    pushBatch(line, last, now);
  }
  if (to <= line.serving && last < from) return;
  line.serving = Math.max(line.serving, to);
  line.changes += 1;
}

function serveReturned(line: Line, places: number, now: number): number {
  let served = 0;
  for (const number of [...line.returned].sort((a, b) => a - b)) {
    if (served >= places) break;
    if (!line.presence.present.has(number)) continue;
    serveAgain(line, number, now);
    served += 1;
  }
  return served;
}

/** Lowers the counter: the holders of numbers above it wait again, unless they claimed. */
function lower(line: Line, to: number): void {
  const from = to + 1;
  const last = Math.min(line.serving, line.queue);
  line.held -= line.holding.count(from, last);
  line.holding.clear(from, last);
  line.missed.clear(from, last);
  for (const number of line.returned) if (number > to) line.returned.delete(number);
  for (const number of [...line.servedAgain.keys()]) if (number > to) release(line, number);
  for (const batch of line.batches) batch.to = Math.min(batch.to, to);
  line.leftUnserved += line.spent.count(from, last);
  line.serving = to;
  line.changes += 1;
}

/**
 * Raises over numbers. Those who came back get the turns that are left: of numbers whose holders are absent, and beyond
 * the last number issued. So no more people are served than numbers.
 */
function raiseNumbers(line: Line, numbers: number, now: number): void {
  const { present } = line.presence;
  const target = Math.min(counterAfter(line, numbers), furthest(line, freePlaces(line)));
  const last = Math.max(line.serving, Math.min(target, line.queue));
  const left = numbers - present.count(line.serving + 1, last);
  serveUpTo(line, last, now, line.rules.size > 0);
  const open = Math.min(target - last, left - serveReturned(line, Math.min(left, freePlaces(line)), now));
  if (open > 0) serveUpTo(line, last + Math.min(open, freePlaces(line)), now, true);
}

function raisePeople(line: Line, people: number, credits: number, now: number): void {
  const places = Math.min(people, freePlaces(line));
  const left = places - serveReturned(line, places, now);
  if (left <= 0) return;
  const open = Math.max(line.serving, line.queue + credits);
  serveUpTo(line, Math.min(furthest(line, left), open), now, true);
}

/** Moves the serving counter, never up past the size. The step of an inlet is taken only once. */
export function raise(line: Line, { step, ...by }: RaiseStep, at: number): Raised {
  const now = settle(line, at);
  if (step && (line.alarm || line.inletState !== step.from))
    return { raisedBy: 0, applied: false, counters: counters(line) };
  if (step && step.to !== step.from) {
    line.inletState = step.to;
    line.changes += 1;
  }
  const before = line.serving;
  // In passthrough mode nobody is made to wait.
  const lowest = line.rules.mode === 'passthrough' ? line.queue : 0;
  if ('numbers' in by && by.numbers < 0) lower(line, Math.max(lowest, counterAfter(line, by.numbers)));
  else if (canServe(line)) {
    if ('numbers' in by) raiseNumbers(line, by.numbers, now);
    else raisePeople(line, by.people, by.credits ?? Number.POSITIVE_INFINITY, now);
  }
  return { raisedBy: line.serving - before, applied: true, counters: counters(line) };
}
