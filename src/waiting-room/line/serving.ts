/** Moving the serving counter. */
import { countersOfSteps, type StepCounters } from './counters.ts';
import { endedOf } from './ended-turns.ts';
import { canServe, freePlaces, isUnproven, type Line } from './line.ts';
import { firstNewcomer, keepNewcomers } from './newcomers.ts';
import type { Raise } from './raise.ts';
import { cutRaiseTimes, noteRaise } from './raise-times.ts';
import { doneBefore, rememberDone } from './repeats.ts';
import { isRestored } from './restored-turns.ts';
import { settle } from './settle.ts';
import { endsWithReturned, shareTurns } from './shares.ts';
import { pushBatch, release, serveAgain, turnTime } from './turns.ts';
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
export type RaiseStep = Raise & {
  readonly step?: InletStep | undefined;
  /** The name of an operator's request, which does nothing when it comes again. */
  readonly request?: string | undefined;
};

export interface Raised {
  /** By how much the serving counter changed; negative when it was lowered. */
  readonly raisedBy: number;
  /** The serving counter after it. A request that came again has what it did at first. */
  readonly serving: number;
  /** False where the step of an inlet was not taken. */
  readonly applied: boolean;
  readonly counters: StepCounters;
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

/**
 * Raises the counter to `to` and holds places: for those present, or for everybody who has not left. Unproven visitors
 * who are present above `lastUnproven` wait at the front for their share of the turns.
 */
export function serveUpTo(
  line: Line,
  to: number,
  now: number,
  presentOnly: boolean,
  lastUnproven = Number.POSITIVE_INFINITY,
): void {
  const from = line.serving + 1;
  const last = Math.min(to, line.queue);
  if (last >= from) {
    const gone = line.spent.count(from, last);
    const newcomers = presentOnly ? keepNewcomers(line, from, last, now) : 0;
    let [held, put] = [0, 0];
    for (let number = from; number <= last; number++) {
      if (line.spent.has(number) || (presentOnly && !line.presence.present.has(number))) continue;
      if (number > lastUnproven && isUnproven(line, number)) {
        line.returned.add(number);
        put += 1;
      } else {
        line.holding.add(number);
        held += 1;
      }
    }
    line.held += held;
    line.turns += held;
    line.leftUnserved -= gone;
    if (presentOnly) line.expired += last - from + 1 - gone - held - put - newcomers;
    pushBatch(line, last, now);
    noteRaise(line, last, turnTime(line, now));
  }
  if (to <= line.serving && last < from) return;
  line.serving = Math.max(line.serving, to);
  line.changes += 1;
}

/** Serves the present visitors who returned to the front, as far as `places` go. Returns how many. */
function serveReturned(line: Line, places: number, now: number, which = (_: number) => true): number {
  let served = 0;
  if (places <= 0) return served;
  const present = [...line.returned].filter((number) => line.presence.present.has(number) && which(number));
  for (const number of present.sort((a, b) => a - b)) {
    if (served >= places) break;
    serveAgain(line, number, now);
    served += 1;
  }
  return served;
}

/** Serves those of them who were restored: they come before all others. */
function serveRestored(line: Line, places: number, now: number): number {
  return serveReturned(line, places, now, (number) => isRestored(line, number));
}

/** How many of the visitors who returned to the front are present. */
function countReturned(line: Line, which: (number: number) => boolean): number {
  let count = 0;
  for (const number of line.returned) if (line.presence.present.has(number) && which(number)) count += 1;
  return count;
}

/** The `k`th (from 1) present visitor in line who is unproven, or proven; 0 if there are fewer. */
function nthPresent(line: Line, k: number, unproven: boolean): number {
  const others = line.rules.challenge ? { set: line.unproven, isCommon: unproven } : undefined;
  const number = line.presence.present.nth(k, line.serving + 1, others);
  return number === -1 ? 0 : number;
}

/** How many present visitors in line are unproven, or proven; of more than `most` only that many. */
function countInLine(line: Line, most: number, unproven: boolean): number {
  if (nthPresent(line, most, unproven) > 0) return most;
  const ofUnproven = countUnproven(line, line.serving + 1, line.queue);
  return unproven ? ofUnproven : line.presence.present.count(line.serving + 1, line.queue) - ofUnproven;
}

/** Lowers the counter: the holders of numbers above it wait again, unless they claimed. */
export function lower(line: Line, to: number): void {
  const from = to + 1;
  const last = Math.min(line.serving, line.queue);
  line.held -= line.holding.count(from, last);
  line.holding.clear(from, last);
  line.missed.clear(from, last);
  line.arriving.clear(from, last);
  endedOf(line).restored.clear(from, last);
  for (const number of line.returned) if (number > to) line.returned.delete(number);
  for (const number of [...line.servedAgain.keys()]) if (number > to) release(line, number);
  for (const batch of line.batches) batch.to = Math.min(batch.to, to);
  cutRaiseTimes(line, to);
  line.leftUnserved += line.spent.count(from, last);
  line.serving = to;
  line.changes += 1;
}

/**
 * Raises over numbers. Visitors who returned to the front count among them, and get at most every second turn after those
 * who were restored.
 */
function raiseNumbers(line: Line, all: number, now: number): void {
  const numbers = all - serveRestored(line, Math.min(all, freePlaces(line)), now);
  const turns = Math.max(0, Math.min(numbers, freePlaces(line)));
  const half = line.lastReturned ? Math.floor(turns / 2) : Math.ceil(turns / 2);
  const most = Math.max(half, turns - Math.max(0, line.queue - line.serving));
  const returned = serveReturned(line, most, now);
  if (turns > 0) line.lastReturned = endsWithReturned(returned, turns - returned, line.lastReturned);
  const target = counterAfter(line, numbers - returned);
  serveUpTo(line, Math.min(target, furthest(line, freePlaces(line))), now, line.rules.size > 0);
}

/** The unproven visitors who are present, of some numbers. */
function countUnproven(line: Line, from: number, to: number): number {
  if (!line.rules.challenge) return 0;
  return line.presence.present.countCommon(line.unproven, from, Math.min(to, line.queue));
}

/** Places that unproven visitors have, and are held for them, in a room with a size. */
function countUnprovenInside(line: Line): number {
  if (!line.rules.challenge || line.rules.size === 0) return 0;
  const held = line.holding.countCommon(line.unproven, 1, Math.min(line.serving, line.queue));
  let count = line.admissions.unproven + held;
  for (const number of line.servedAgain.keys()) if (line.unproven.has(number)) count += 1;
  return count;
}

/** Gives `places` turns to those in line, at most `unproven` of them to unproven visitors, then to newcomers. */
function serveLine(line: Line, places: number, unproven: number, highest: number, now: number): void {
  if (places <= 0) return;
  const open = Math.max(line.serving, highest);
  const target = Math.min(furthest(line, places), open);
  if (countUnproven(line, line.serving + 1, target) <= unproven) {
    serveUpTo(line, target, now, true);
    return;
  }
  // There are more unproven visitors before the target than have a turn: those with a proof behind them are next.
  const next = nthPresent(line, unproven + 1, true);
  serveUpTo(line, Math.min(nthPresent(line, places - unproven, false), open), now, true, next - 1);
}

/**
 * Raises over people. Those who were restored come first, then newcomers whose page was still loading as they were
 * passed; the other turns are shared. Of those in line it is enough to know whether there are as many as places, and of
 * the unproven behind so many others nothing.
 */
function raisePeople(line: Line, people: number, credits: number, now: number): void {
  const open = Math.min(people, freePlaces(line));
  const all = open - serveRestored(line, open, now);
  const places = all - serveReturned(line, all, now, (each) => !line.waited.has(each) && !isUnproven(line, each));
  if (places <= 0) return;
  const inLine = countInLine(line, places, false);
  const unprovenReached = countUnproven(line, line.serving + 1, furthest(line, places));
  const unprovenLine = line.rules.challenge && inLine < places ? countInLine(line, places, true) : unprovenReached;
  const unprovenSettled = countUnproven(line, 1, firstNewcomer(line, now) - 1);
  const unprovenReturned = countReturned(line, (each) => isUnproven(line, each));
  const returned = countReturned(line, (each) => !isUnproven(line, each));
  const unprovenInside = countUnprovenInside(line);
  const waiting = {
    returned,
    line: inLine,
    unprovenReturned,
    unprovenLine,
    unprovenReached,
    unprovenSettled,
    unprovenInside,
  };
  const { size } = line.rules;
  const shares = shareTurns(waiting, { places, size }, line.savedTurns, line.lastReturned);
  line.savedTurns = shares.saved;
  line.lastReturned = shares.lastReturned;
  serveReturned(line, shares.returned, now, (each) => !isUnproven(line, each));
  serveReturned(line, shares.unprovenReturned, now, (each) => isUnproven(line, each));
  const left = places - shares.returned - shares.unprovenReturned;
  serveLine(line, left, shares.unprovenLine, line.queue + credits, now);
}

/** Moves the serving counter, never up past the size. The step of an inlet, or a request, is taken only once. */
export function raise(line: Line, { step, request, ...by }: RaiseStep, at: number): Raised {
  const done = doneBefore(line, request);
  if (done) return { raisedBy: done.amount, serving: done.serving, applied: true, counters: countersOfSteps(line) };
  const now = settle(line, at);
  if (step && (line.alarm || line.inletState !== step.from))
    return { raisedBy: 0, serving: line.serving, applied: false, counters: countersOfSteps(line) };
  if (step && step.to !== step.from) {
    line.inletState = step.to;
    line.changes += 1;
  }
  const before = line.serving;
  // In passthrough mode nobody waits.
  const lowest = line.rules.mode === 'passthrough' ? line.queue : 0;
  if ('numbers' in by && by.numbers < 0) lower(line, Math.max(lowest, counterAfter(line, by.numbers)));
  else if (canServe(line)) {
    if ('numbers' in by) raiseNumbers(line, by.numbers, now);
    else raisePeople(line, by.people, by.credits ?? Number.POSITIVE_INFINITY, now);
  }
  const raisedBy = line.serving - before;
  rememberDone(line, request, raisedBy);
  return { raisedBy, serving: line.serving, applied: true, counters: countersOfSteps(line) };
}
