import type { LineRules } from '../line-rules.ts';
import type { VisitorId } from '../visitor.ts';
import { type Admissions, newAdmissions } from './admission.ts';
import { Bits } from './bits.ts';
import type { Draw } from './draw.ts';
import { type EndedTurns, newEndedTurns } from './ended-turn.ts';
import type { NoteName } from './note-name.ts';
import { hear, newPresence, type Presence } from './presence.ts';

/** The numbers up to `to`, above the previous batch, that were served together and share a claim deadline. */
export interface Batch {
  to: number;
  readonly deadline: number;
}

/** A request of an operator, by its name. */
export interface DoneRequest {
  readonly name: string;
  /** By how much it moved the serving counter, or how many exits it reported. */
  readonly amount: number;
  /** The serving counter after it. */
  readonly serving: number;
}

/** Of the latest admissions, how many were confirmed and how many lapsed. */
export interface Outcomes {
  confirmed: number;
  lapsed: number;
}

/** The line that a reset replaced (undone-resets.ts). */
export interface KeptLine {
  readonly line: Line;
  /** When that was, by the time of the line that followed, less the jumps of clocks since. */
  readonly at: number;
  /** How far the times of admissions were moved in lines that have been in its place since and are gone. */
  readonly shifted: number;
  /** For how long pauses stopped admissions in these lines. Earlier versions kept none. */
  readonly stopped?: number | undefined;
  /** The generation of the line that followed: versions before this one begin another in its place. */
  readonly followedBy: number;
}

export interface Line {
  rules: LineRules;
  /** Random, so that a line that was lost is not mistaken for the one begun in its place. '' for lines of early versions. */
  incarnation: string;
  generation: number;
  /** Where the line stands among those that resets began (succession.ts). */
  lineage: string;
  epoch: number;
  /** What an operator can bring back. */
  kept: KeptLine | null;
  /** Numbers issued. */
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
  /** Exits reported without a name, whose admissions have not expired yet. */
  released: number;
  presence: Presence;
  /** Numbers for which a place is held since their batch was served. */
  holding: Bits;
  /** Numbers used up: claimed or left. */
  spent: Bits;
  /** Of the numbers used up: those that may never have been issued. */
  unconfirmed: Bits;
  /** Numbers whose claim window passed; above the serving counter those that lost their place in a budget. */
  missed: Bits;
  /** Numbers whose admission was not confirmed in time once. */
  lapsed: Bits;
  /** Numbers whose visitors have not proven themselves, in a room that asks for proofs. */
  unproven: Bits;
  /** Numbers whose visitors were present while they waited. */
  waited: Bits;
  /** Of the numbers at the front: newcomers who were passed over before their first heartbeat. */
  arriving: Bits;
  /** When those of them without a heartbeat miss their turn; 0 if there are none. */
  arrivingDue: number;
  /** The first number of each second with joins, of the last minute. `at` is less jumps. Ascending. */
  recentJoins: { readonly from: number; readonly at: number }[];
  /** The numbers up to `to` were passed at `at`, by the time of turns, less jumps. Ascending. */
  raiseTimes: { to: number; readonly at: number }[];
  /**
   * For raises over people: turns saved for unproven visitors, and whether the last turn went to a visitor who
   * returned.
   */
  savedTurns: number;
  lastReturned: boolean;
  /** By network: the unproven visitors who are present or inside. In the order in which the networks are looked at. */
  budget: Map<string, readonly string[]>;
  /** How many visitors `budget` has. */
  budgetEntries: number;
  /** Ascending by `to`. */
  batches: Batch[];
  /** Returned to the front after a missed turn, and wait there. */
  returned: Set<number>;
  /** Returned and are served again: the end of the claim window. */
  servedAgain: Map<number, number>;
  /** While a pause stops claim windows: the time at which they stand. Their deadlines move on with it. 0 if they run. */
  turnsStopped: number;
  admissions: Admissions;
  ended: EndedTurns;
  /** Admissions that were not confirmed in time, ever. */
  lapses: number;
  /** How often a browser took over an admission from its copies, ever. */
  takeovers: number;
  outcomes: Outcomes;
  /** Visitors whose admissions expired, until their end is reported, and when it was. */
  expiredAdmissions: Map<VisitorId, number>;
  /**
   * The line's time: the latest time of a step. A step of a caller whose clock is a little behind is taken at this
   * time.
   */
  clock: number;
  /** When a clock jumped back last, by its own time; 0 if none did. */
  jumpedAt: number;
  /** How far the last jump went, in ms. */
  skew: number;
  /**
   * How far the times of admissions were moved in this generation, in ms: by jumps of clocks, and by pauses that stopped
   * admissions. Versions that do not know such pauses then see the same ends.
   */
  shifted: number;
  /** Places held for a visitor, ever. */
  turns: number;
  alarm: boolean;
  inletState: string;
  /** The latest requests of operators that have a name, the newest last. */
  doneRequests: readonly DoneRequest[];
  notes: Record<NoteName, string>;
  predictions: { within: number; outside: number };
  draws: Draw[];
  /** Heartbeats from before are lost: absent visitors may be present. 0 if none were. */
  heartbeatsSince: number;
  /** The joins of one second, which second that is, and the most joins of any second. */
  joinCount: number;
  joinSecond: number;
  joinPeak: number;
  /** Grows with each step that changed something a replay must repeat. The line's time alone does not count. */
  changes: number;
}

export function newLine(rules: LineRules, generation = 1, incarnation = ''): Line {
  return {
    rules,
    incarnation,
    generation,
    lineage: '',
    epoch: 0,
    kept: null,
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
    unconfirmed: new Bits(),
    missed: new Bits(),
    lapsed: new Bits(),
    unproven: new Bits(),
    waited: new Bits(),
    arriving: new Bits(),
    arrivingDue: 0,
    recentJoins: [],
    raiseTimes: [],
    savedTurns: 0,
    lastReturned: false,
    budget: new Map(),
    budgetEntries: 0,
    batches: [],
    returned: new Set(),
    servedAgain: new Map(),
    turnsStopped: 0,
    admissions: newAdmissions(),
    ended: newEndedTurns(generation),
    lapses: 0,
    takeovers: 0,
    outcomes: { confirmed: 0, lapsed: 0 },
    expiredAdmissions: new Map(),
    clock: 0,
    jumpedAt: 0,
    skew: 0,
    shifted: 0,
    turns: 0,
    alarm: false,
    inletState: '',
    doneRequests: [],
    notes: { signal: '', meter: '', told: '', allotments: '' },
    predictions: { within: 0, outside: 0 },
    draws: [],
    heartbeatsSince: 0,
    joinCount: 0,
    joinSecond: 0,
    joinPeak: 0,
    changes: 0,
  };
}

/** How far jumps of clocks moved the line's time in this generation, in ms. */
export function jumpsOf({ shifted, admissions }: Line): number {
  return shifted - admissions.stopped;
}

/** The time that durations are measured by: jumps of clocks don't count. It never goes back. */
export function measuredTime(line: Line, now: number): number {
  return now - jumpsOf(line);
}

export function canServe(line: Line): boolean {
  return line.rules.mode === 'queue' || line.rules.mode === 'passthrough';
}

/** Places that are not taken, not held and not promised by a credit. Infinite without a size. */
export function freePlaces(line: Line): number {
  const { size, mode } = line.rules;
  if (size === 0 || mode === 'passthrough') return Number.POSITIVE_INFINITY;
  return size - countInside(line) - line.held - Math.max(0, line.serving - line.queue);
}

/** Admissions, less the exits that were reported without a name. */
export function countInside(line: Line): number {
  return line.admissions.active - line.released;
}

/** Whether a ticket belongs to the current incarnation and generation of this line. */
export function isOfLine(
  line: Line,
  { incarnation = '', generation }: { readonly incarnation?: string | undefined; readonly generation: number },
): boolean {
  return incarnation === line.incarnation && generation === line.generation;
}

/** A heartbeat of a number: its visitor is present. One that waits has stood in line. */
export function hearWaiter(line: Line, number: number): void {
  hear(line.presence, number);
  if (number > line.serving) line.waited.add(number);
}

/** Whether a number counts as unproven: only in a room that asks for proofs. */
export function isUnproven(line: Line, number: number): boolean {
  return line.rules.challenge === true && line.unproven.has(number);
}

/** Whether a number waits as absent, because its visitor lost the place in the budget of the address. */
export function isForfeited(line: Line, number: number): boolean {
  return number > line.serving && isUnproven(line, number) && line.missed.has(number);
}
