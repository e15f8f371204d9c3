/**
 * The line of one room, as a plain value and the steps that change it. It reads no clock and does no I/O, so that
 * the embedded store can replay it, a simulation can run it on a virtual clock, and every other store can be
 * compared with it.
 *
 * What always holds:
 * - numbers are given 1, 2, 3 …, none twice;
 * - with a size, places taken (active − released + held + credits) never come to exceed it;
 * - a number is claimed at most once, and each admission is counted once.
 *
 * A number's way: waiting → served (a place is held for it until the claim window ends) → spent (claimed or left),
 * or served → missed → returned → served again.
 */

import type { LineRules } from '../room.ts';
import type { VisitorId } from '../visitor.ts';
import type { Admission, Admissions } from './admission.ts';
import { admit, end, expireAdmissions, liveAdmission, newAdmissions, prolong, shiftAdmissions } from './admission.ts';
import type { Exits, ExitsResult } from './admissions.ts';
import { Bits } from './bits.ts';
import type { Counters, LineView } from './counters.ts';
import type { Draw, DrawOpening, DrawResult, Entry } from './draw.ts';
import { drawRecord, enter, finishDraw, newDraw } from './draw.ts';
import type { Entrant, Joined } from './joins.ts';
import type { Holder, Place } from './place.ts';
import type { Presence } from './presence.ts';
import { forget, hear, hearAll, newPresence, turnWindows } from './presence.ts';
import type { InletStep, Raise } from './serving.ts';

/**
 * Small things that processes share through the line: `signal`, how the origin does; `meter`, how fast the line
 * moved; `told`, up to where its story was told. What they hold is JSON of those who write them; empty at first.
 */
export type NoteName = 'signal' | 'meter' | 'told';

/** A clock that is further behind than this has jumped, in ms; less is the difference of two clocks. */
const JUMP = 5000;
/** For so long after a jump back somebody who is as far ahead is taken for the other one of two clocks, in ms. */
const TWO_CLOCKS = 600_000;

/** Numbers up to `to`, above those of the batch before, that were served together and have the same time to claim. */
interface Batch {
  to: number;
  readonly deadline: number;
}

export interface Line {
  rules: LineRules;
  generation: number;
  /** Numbers given. */
  queue: number;
  /** Numbers up to this one are served; what it has above `queue` are credits. */
  serving: number;
  claimed: number;
  completed: number;
  abandoned: number;
  expired: number;
  /** Spent numbers above `serving`. */
  leftUnserved: number;
  /** Places for which a number is held. */
  held: number;
  /** Exits told without a name, whose admissions have not run out yet. */
  released: number;
  presence: Presence;
  /** Numbers for which a place is held since their batch was served. */
  holding: Bits;
  /** Numbers used up: claimed or left. */
  spent: Bits;
  /** Numbers that let their claim window pass. */
  slept: Bits;
  /** Ascending by `to`. */
  batches: Batch[];
  /** Came back after a missed turn and wait at the front. */
  returned: Set<number>;
  /** Came back and are served again: until when they may claim. */
  again: Map<number, number>;
  admissions: Admissions;
  /** The latest time a step was taken at: a caller whose clock is a little behind is taken to be here. */
  clock: number;
  /** When a clock jumped back last, by its own time; 0 where nobody has since. */
  jumpedAt: number;
  /** How far the last jump went, in ms. */
  skew: number;
  /** Places held for somebody, ever. */
  turns: number;
  alarm: boolean;
  inletState: string;
  notes: Record<NoteName, string>;
  predictions: { within: number; outside: number };
  draws: Draw[];
}

export function newLine(rules: LineRules, generation = 1): Line {
  return {
    rules,
    generation,
    queue: 0,
    serving: 0,
    claimed: 0,
    completed: 0,
    abandoned: 0,
    expired: 0,
    leftUnserved: 0,
    held: 0,
    released: 0,
    presence: newPresence(),
    holding: new Bits(),
    spent: new Bits(),
    slept: new Bits(),
    batches: [],
    returned: new Set(),
    again: new Map(),
    admissions: newAdmissions(),
    clock: 0,
    jumpedAt: 0,
    skew: 0,
    turns: 0,
    alarm: false,
    inletState: '',
    notes: { signal: '', meter: '', told: '' },
    predictions: { within: 0, outside: 0 },
    draws: [],
  };
}

export function configure(line: Line, rules: LineRules, at: number): void {
  line.rules = rules;
  const now = settle(line, at);
  // A credit would let newcomers in, who are not to be served now.
  if (rules.mode === 'paused' || rules.mode === 'closed') line.serving = Math.min(line.serving, line.queue);
  if (rules.mode === 'passthrough') {
    for (const number of line.returned) serveAgain(line, number, now);
    if (line.serving < line.queue) serveUpTo(line, line.queue, now, false);
  }
}

/** Gives each entrant a number; null where the room is closed. */
export function join(line: Line, entrants: readonly Entrant[], at: number): Joined[] | null {
  const now = settle(line, at);
  if (line.rules.mode === 'closed') return null;
  const { generation } = line;
  const open = openDrawOf(line, now);
  if (open) {
    return entrants.map(() => ({ generation, number: 0, entry: enter(open, line.draws.length), admission: null }));
  }
  return entrants.map((entrant) => {
    const number = ++line.queue;
    if (line.rules.mode === 'passthrough') line.serving = Math.max(line.serving, number);
    const holder: Holder = { generation, number, visitor: entrant.visitor };
    const credit = number <= line.serving;
    if (credit && entrant.claim) {
      return { generation, number, entry: null, admission: takeIn(line, holder, now).admission };
    }
    hear(line.presence, number);
    if (credit) hold(line, number, now);
    return { generation, number, entry: null, admission: null };
  });
}

export function place(line: Line, holder: Holder, at: number): Place {
  const now = Math.max(line.clock, at);
  if (isStale(line, holder)) return { state: 'stale' };
  const live = liveAdmission(line.admissions, holder.visitor, now);
  if (live) return { state: 'admitted', admission: plain(live), first: false };
  const { number } = holder;
  if (line.spent.has(number)) return { state: 'over' };
  if (number > line.serving) return { state: 'waiting' };
  if (line.returned.has(number)) return { state: 'returned' };
  const claimBy = line.again.get(number) ?? (line.holding.has(number) ? batchOf(line, number)?.deadline : undefined);
  if (claimBy === undefined) return { state: 'missed', away: !line.slept.has(number) };
  return claimBy > now ? { state: 'served', claimBy } : { state: 'missed', away: false };
}

export function claim(line: Line, holder: Holder, at: number): Place {
  const now = settle(line, at);
  const standing = place(line, holder, now);
  if (standing.state !== 'served') return standing;
  if (line.rules.mode === 'closed') return { state: 'waiting' };
  release(line, holder.number);
  return { state: 'admitted', ...takeIn(line, holder, now) };
}

export function rejoin(line: Line, holder: Holder, at: number): Place {
  const now = settle(line, at);
  const standing = place(line, holder, now);
  if (standing.state !== 'missed') return standing;
  hear(line.presence, holder.number);
  line.returned.add(holder.number);
  if (line.rules.mode === 'passthrough') serveAgain(line, holder.number, now);
  // Nobody else waits and there is a credit: it is theirs.
  else if (line.serving > line.queue && canServe(line)) {
    line.serving -= 1;
    serveAgain(line, holder.number, now);
  }
  return place(line, holder, now);
}

export function leave(line: Line, holder: Holder, at: number): void {
  const now = settle(line, at);
  const standing = place(line, holder, now);
  if (standing.state === 'stale' || standing.state === 'over') return;
  if (standing.state === 'admitted') {
    endAdmission(line, holder.visitor, 'abandoned', now);
    if (line.spent.has(holder.number)) return;
  }
  release(line, holder.number);
  line.returned.delete(holder.number);
  spend(line, holder.number);
}

export function admission(line: Line, visitor: VisitorId, at: number): Admission | null {
  const live = liveAdmission(line.admissions, visitor, Math.max(line.clock, at));
  return live && plain(live);
}

/** Starts the lifetime of a live admission anew; null where there is none. */
export function renew(line: Line, visitor: VisitorId, at: number): Admission | null {
  const now = settle(line, at);
  const live = liveAdmission(line.admissions, visitor, now);
  return live && plain(prolong(line.admissions, live, now + line.rules.lifetime));
}

export function heard(line: Line, generation: number, numbers: readonly number[], at: number): void {
  settle(line, at);
  if (generation !== line.generation) return;
  for (const number of numbers) {
    if (number >= 1 && number <= line.queue && !line.spent.has(number)) hear(line.presence, number);
  }
}

/** By how much the serving counter changed; `applied` is false where an inlet's step was not to be taken. */
export function raise(
  line: Line,
  by: Raise,
  at: number,
  step?: InletStep,
): { readonly raisedBy: number; readonly applied: boolean } {
  const now = settle(line, at);
  if (step && (line.alarm || line.inletState !== step.from)) return { raisedBy: 0, applied: false };
  if (step) line.inletState = step.to;
  const before = line.serving;
  // Where everybody goes in at once nobody can be made to wait again.
  const lowest = line.rules.mode === 'passthrough' ? line.queue : 0;
  if ('numbers' in by && by.numbers < 0) lower(line, Math.max(lowest, before + by.numbers));
  else if (canServe(line)) {
    if ('numbers' in by) raiseNumbers(line, by.numbers, now);
    else raisePeople(line, by.people, by.credits ?? Number.POSITIVE_INFINITY, now);
  }
  return { raisedBy: line.serving - before, applied: true };
}

/** Whose admissions ended, and how many of the named had none that lived. */
export function exits(line: Line, told: Exits, at: number): Pick<ExitsResult, 'unknown' | 'ended'> {
  const now = settle(line, at);
  const ended: VisitorId[] = [];
  for (const status of ['completed', 'abandoned'] as const) {
    for (const visitor of told[status]) if (endAdmission(line, visitor, status, now)) ended.push(visitor);
  }
  line.released = Math.min(line.released + told.exited, line.admissions.active);
  return { unknown: told.completed.length + told.abandoned.length - ended.length, ended };
}

/** A new generation. The breaker and what is known of the origin stay: they are not of the line. */
export function reset(line: Line): Line {
  const { rules, generation, alarm, clock, skew, notes } = line;
  return { ...newLine(rules, generation + 1), alarm, clock, skew, notes: { ...notes, meter: '', told: '' } };
}

/** These entrants of the open draw were heard from. */
export function heardEntrants(
  line: Line,
  generation: number,
  draw: number,
  indexes: readonly number[],
  at: number,
): void {
  settle(line, at);
  const next = nextDrawOf(line);
  if (!next || generation !== line.generation || draw !== line.draws.length) return;
  for (const index of indexes) if (index >= 0 && index < next.arrivals) hear(next.presence, index);
}

/** An entrant does not want to be drawn. */
export function withdraw(line: Line, generation: number, entry: Entry, at: number): void {
  settle(line, at);
  const next = nextDrawOf(line);
  if (next && generation === line.generation && entry.draw === line.draws.length) forget(next.presence, entry.index);
}

/** The next draw and its seed; again for the same event, before anybody came, changes when it opens and its order. */
export function announceDraw(line: Line, opening: DrawOpening, at: number): void {
  const now = settle(line, at);
  const next = nextDrawOf(line);
  if (next?.event === opening.event && next.arrivals === 0) {
    next.opensAt = opening.opensAt;
    next.order = opening.order;
  }
  if (next || line.draws.some((draw) => draw.event === opening.event)) return;
  line.draws.push(newDraw(opening, now));
}

/** Takes back the draw of an event, as long as nobody came. */
export function withdrawDraw(line: Line, event: string, at: number): void {
  settle(line, at);
  const next = nextDrawOf(line);
  if (next?.event === event && next.arrivals === 0) line.draws.pop();
}

/**
 * Those who are there get the next numbers, as a block: which of them each has follows from the seed and who was
 * there, so that it need not be written. Credits that stood open go to the first of them.
 */
export function draw(line: Line, event: string, at: number): void {
  const now = settle(line, at);
  const next = nextDrawOf(line);
  if (next?.event !== event) return;
  const { serving } = line;
  const entrants = finishDraw(next, line.queue, now);
  line.serving = Math.min(serving, line.queue);
  hearAll(line.presence, line.queue + 1, line.queue + entrants);
  line.queue += entrants;
  if (line.rules.mode === 'passthrough') serveUpTo(line, Math.max(serving, line.queue), now, false);
  else if (serving > line.serving) serveUpTo(line, serving, now, line.rules.size > 0);
}

/** Null for a draw of this generation that is not done. */
export function drawResult(line: Line, generation: number, ordinal: number): DrawResult | null {
  const done = generation === line.generation ? line.draws[ordinal - 1] : undefined;
  return done?.there ? { record: drawRecord(done, ordinal), there: done.there.bytes } : null;
}

export function counters(line: Line): Counters {
  const { present } = line.presence;
  let presentCount = present.count(line.serving + 1, line.queue);
  for (const number of line.returned) if (present.has(number)) presentCount += 1;
  return {
    queue: line.queue,
    serving: line.serving,
    waiting: Math.max(0, line.queue - line.serving) - line.leftUnserved + line.returned.size,
    present: presentCount,
    claimed: line.claimed,
    active: line.admissions.active,
    completed: line.completed,
    abandoned: line.abandoned,
    expired: line.expired,
  };
}

export function view(line: Line, at: number): LineView {
  settle(line, at);
  const next = nextDrawOf(line);
  return {
    generation: line.generation,
    counters: counters(line),
    mode: line.rules.mode,
    held: line.held,
    present: line.presence.present.slice(line.serving, line.queue),
    presentFrom: line.serving & ~7,
    turns: line.turns,
    alarm: line.alarm,
    inletState: line.inletState,
    notes: { ...line.notes },
    draws: line.draws.map((each, i) => drawRecord(each, i + 1)),
    entrantsPresent: next ? next.presence.present.count(0, next.arrivals) : 0,
    predictions: { ...line.predictions },
  };
}

// ---- steps

/**
 * Brings the line to `at`: windows turn, admissions and claim windows run out, a smaller size takes credits back.
 * The line's time.
 */
function settle(line: Line, at: number): number {
  const now = passTime(line, at);
  turnWindows(line.presence, line.rules.presenceTimeout, now);
  const next = nextDrawOf(line);
  if (next) turnWindows(next.presence, line.rules.presenceTimeout, now);
  line.released = Math.max(0, line.released - expireAdmissions(line.admissions, now));
  expireTurns(line, now);
  const excess = -freePlaces(line);
  if (excess > 0) line.serving -= Math.min(excess, Math.max(0, line.serving - line.queue));
  return now;
}

/**
 * The line's time, brought to a caller's. One whose clock is a little behind is taken to be where the line is. A clock
 * that jumped back is followed, and everything that runs out is moved with it: it has as much time left as it had. And
 * if it did not jump, but is another one that is always behind, whoever is as far ahead again leads back by the same
 * step: so the time of two callers whose clocks differ, by whatever, goes on at its own pace.
 */
function passTime(line: Line, at: number): number {
  const ahead = at - line.clock;
  const isTheStep = Math.abs(Math.abs(ahead) - line.skew) <= JUMP;
  if (ahead < -JUMP) {
    line.skew = isTheStep ? line.skew : -ahead;
    step(line, -line.skew);
    line.jumpedAt = line.clock;
  } else if (ahead > JUMP && isTheStep && line.jumpedAt > 0 && line.clock - line.jumpedAt < TWO_CLOCKS) {
    step(line, line.skew);
    line.jumpedAt = 0;
  }
  line.clock = Math.max(line.clock, at);
  return line.clock;
}

function step(line: Line, by: number): void {
  shift(line, by);
  line.clock += by;
}

/** Moves everything that runs out. */
function shift(line: Line, by: number): void {
  shiftAdmissions(line.admissions, by);
  line.batches = line.batches.map(({ to, deadline }) => ({ to, deadline: deadline + by }));
  for (const [number, deadline] of line.again) line.again.set(number, deadline + by);
  line.presence.windowStart += by;
  const next = nextDrawOf(line);
  if (next) next.presence.windowStart += by;
}

/** The draw that is not done, open or not. */
function nextDrawOf(line: Line): Draw | null {
  const last = line.draws.at(-1);
  return last && last.there === null ? last : null;
}

function openDrawOf(line: Line, now: number): Draw | null {
  const next = nextDrawOf(line);
  return next && next.opensAt <= now ? next : null;
}

function expireTurns(line: Line, now: number): void {
  let from = 1;
  for (const batch of line.batches) {
    if (batch.deadline <= now) {
      // Nothing is held below the first one, and that may be most of the line.
      const first = Math.max(from, line.holding.nth(1, from));
      const missed = line.holding.count(first, batch.to);
      line.slept.addAll(line.holding, first, batch.to);
      line.holding.clear(first, batch.to);
      line.held -= missed;
      line.expired += missed;
    }
    from = batch.to + 1;
  }
  line.batches = line.batches.filter((batch) => batch.deadline > now);
  for (const [number, deadline] of line.again) {
    if (deadline > now) continue;
    line.again.delete(number);
    line.slept.add(number);
    line.held -= 1;
    line.expired += 1;
  }
}

/** Places that nobody has, nobody is held for and no credit promises. Infinite without a size. */
function freePlaces(line: Line): number {
  const { size, mode } = line.rules;
  if (size === 0 || mode === 'passthrough') return Number.POSITIVE_INFINITY;
  return size - (line.admissions.active - line.released) - line.held - Math.max(0, line.serving - line.queue);
}

function canServe(line: Line): boolean {
  return line.rules.mode === 'queue' || line.rules.mode === 'passthrough';
}

function raiseNumbers(line: Line, numbers: number, now: number): void {
  serveReturned(line, freePlaces(line), now);
  const target = line.serving + numbers;
  serveUpTo(line, Math.min(target, furthest(line, freePlaces(line))), now, line.rules.size > 0);
}

function raisePeople(line: Line, people: number, credits: number, now: number): void {
  const places = Math.min(people, freePlaces(line));
  const left = places - serveReturned(line, places, now);
  if (left <= 0) return;
  const open = Math.max(line.serving, line.queue + credits);
  serveUpTo(line, Math.min(furthest(line, left), open), now, true);
}

/** The serving counter that gives a place each to at most `places` present people, then to newcomers. */
function furthest(line: Line, places: number): number {
  if (places <= 0) return line.serving;
  if (line.serving >= line.queue) return line.serving + places;
  const { present } = line.presence;
  // Those who are away right behind the last one served are not passed over: they may be back before their turn.
  const last = present.nth(places, line.serving + 1);
  return last === -1 ? line.queue + (places - present.count(line.serving + 1, line.queue)) : last;
}

/** Raises the counter to `to` and holds places: for those present, or for everybody who has not left. */
function serveUpTo(line: Line, to: number, now: number, presentOnly: boolean): void {
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
  line.serving = Math.max(line.serving, to);
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

function serveAgain(line: Line, number: number, now: number): void {
  line.returned.delete(number);
  line.again.set(number, claimDeadline(line, now));
  line.held += 1;
  line.turns += 1;
}

/** The counter goes back: whoever it had passed waits again, unless the turn was taken. */
function lower(line: Line, to: number): void {
  const from = to + 1;
  const last = Math.min(line.serving, line.queue);
  line.held -= line.holding.count(from, last);
  line.holding.clear(from, last);
  line.slept.clear(from, last);
  for (const number of line.returned) if (number > to) line.returned.delete(number);
  for (const number of [...line.again.keys()]) if (number > to) release(line, number);
  for (const batch of line.batches) batch.to = Math.min(batch.to, to);
  line.leftUnserved += line.spent.count(from, last);
  line.serving = to;
}

function hold(line: Line, number: number, now: number): void {
  line.holding.add(number);
  line.held += 1;
  line.turns += 1;
  pushBatch(line, number, now);
}

function pushBatch(line: Line, to: number, now: number): void {
  const deadline = claimDeadline(line, now);
  const last = line.batches.at(-1);
  if (last && last.deadline === deadline) last.to = to;
  else line.batches.push({ to, deadline });
}

/** Up to a whole second, so that raises of the same second share a batch and no window is shorter than it says. */
function claimDeadline(line: Line, now: number): number {
  return Math.ceil((now + line.rules.claimWindow) / 1000) * 1000;
}

function batchOf(line: Line, number: number): Batch | undefined {
  return line.batches.find((batch) => number <= batch.to);
}

/** Gives back the place held for a number, if there is one. */
function release(line: Line, number: number): void {
  if (line.again.delete(number)) line.held -= 1;
  else if (line.holding.has(number)) {
    line.holding.delete(number);
    line.held -= 1;
  }
}

function spend(line: Line, number: number): void {
  line.spent.add(number);
  forget(line.presence, number);
  if (number > line.serving) line.leftUnserved += 1;
}

function takeIn(line: Line, holder: Holder, now: number): { admission: Admission; first: boolean } {
  spend(line, holder.number);
  const live = liveAdmission(line.admissions, holder.visitor, now);
  if (live) return { admission: plain(live), first: false };
  const row = admit(line.admissions, { ...holder, issuedAt: now, expiresAt: now + line.rules.lifetime });
  line.claimed += 1;
  return { admission: plain(row), first: true };
}

function endAdmission(line: Line, visitor: VisitorId, status: 'completed' | 'abandoned', now: number): boolean {
  const live = liveAdmission(line.admissions, visitor, now);
  if (!live) return false;
  end(line.admissions, live, status);
  line[status] += 1;
  line.released = Math.min(line.released, line.admissions.active);
  return true;
}

function isStale(line: Line, holder: Holder): boolean {
  return holder.generation !== line.generation || holder.number < 1 || holder.number > line.queue;
}

function plain({ visitor, number, generation, issuedAt, expiresAt }: Admission): Admission {
  return { visitor, number, generation, issuedAt, expiresAt };
}
