/** The counters and the view of a line. */
import type { LineRules } from '../line-rules.ts';
import { standingFor } from './admission.ts';
import { type DrawRecord, drawRecord, nextDrawOf } from './draw.ts';
import { countInside, type Line } from './line.ts';
import type { NoteName } from './note-name.ts';
import { lapsedShare } from './provisional.ts';
import { settle } from './settle.ts';

/** The contract's counters that every step keeps. */
export interface StepCounters {
  readonly queue: number;
  readonly serving: number;
  readonly waiting: number;
  readonly claimed: number;
  readonly active: number;
  readonly completed: number;
  readonly abandoned: number;
  readonly expired: number;
}

/** The contract's counters, exactly. */
export interface Counters extends StepCounters {
  readonly present: number;
}

/** Everything a process needs to answer polls for a second without asking the store. */
export interface LineView {
  readonly incarnation: string;
  readonly generation: number;
  /** Where the line stands among those that resets began (succession.ts). */
  readonly lineage: string;
  readonly epoch: number;
  /** The line's time. All processes on the store go by it, so it decides where their clocks differ. */
  readonly clock: number;
  /**
   * How far the times of admissions were moved in this generation, in ms: by jumps of clocks and by pauses that stopped
   * admissions. `clock` less this never goes back.
   */
  readonly shifted: number;
  /** For how long pauses stopped admissions in this generation, in ms; and, in one that does, until when that is counted. */
  readonly stopped: number;
  readonly stoppedAt: number;
  readonly counters: Counters;
  readonly mode: LineRules['mode'];
  /** The size of the line's rules, and its version; 0 where the size is the line's own. */
  readonly size: number;
  readonly sizeVersion: number;
  /** Visitors inside: admissions, less the exits that were reported without a name. */
  readonly inside: number;
  /** Places held for served visitors who have not claimed yet. */
  readonly held: number;
  /**
   * The present among the unserved: a bit a number, most significant bit first; bit 0 of byte 0 is number
   * `presentFrom`, a multiple of 8, at or below `serving`. Bits of numbers at or below `serving` mean nothing.
   * May end early: missing bits are 0.
   */
  readonly present: Uint8Array;
  readonly presentFrom: number;
  /** Places held for a visitor, ever. Their rate is how fast the line moves. */
  readonly turns: number;
  /** Whether the breaker is on: no inlet raises the counter. */
  readonly alarm: boolean;
  /** What the inlet keeps between its ticks; empty at first. */
  readonly inletState: string;
  readonly notes: Readonly<Record<NoteName, string>>;
  /** The draws of this generation, in order; all but the last are done. */
  readonly draws: readonly DrawRecord[];
  /** Entrants of the open draw who are present. */
  readonly entrantsPresent: number;
  /** Heartbeats from before are lost: absent visitors may be present. 0 if none were. */
  readonly heartbeatsSince: number;
  /** The most joins in a second. */
  readonly joinPeak: number;
  /** Admissions that expired and are not reported yet. */
  readonly expiredAdmissions: number;
  /** Admissions that are not confirmed yet. */
  readonly provisional: number;
  /** Admissions that were not confirmed in time, ever. */
  readonly lapses: number;
  /** How often a browser took over an admission from its copies, ever. */
  readonly takeovers: number;
  /** The share of the latest admissions that were not confirmed in time, from 0 to 1; 0 while there were few. */
  readonly lapsedShare: number;
  /** Predicted waits that came true, and that did not. */
  readonly predictions: { readonly within: number; readonly outside: number };
}

/** How many are present. It takes as long as the line is long. */
function countPresent(line: Line): number {
  const { present } = line.presence;
  let count = present.count(line.serving + 1, line.queue);
  for (const number of line.returned) if (present.has(number)) count += 1;
  return count;
}

export function countersOfSteps(line: Line): StepCounters {
  return {
    queue: line.queue,
    serving: line.serving,
    waiting: Math.max(0, line.queue - line.serving) - line.leftUnserved + line.returned.size,
    claimed: line.claimed,
    active: line.admissions.active,
    completed: line.completed,
    abandoned: line.abandoned,
    expired: line.expired,
  };
}

export function counters(line: Line): Counters {
  return { ...countersOfSteps(line), present: countPresent(line) };
}

/** Brings the line to `at` and shows it. */
export function view(line: Line, at: number): LineView {
  settle(line, at);
  const standing = standingFor(line.admissions, line.clock);
  const next = nextDrawOf(line.draws);
  return {
    incarnation: line.incarnation,
    generation: line.generation,
    lineage: line.lineage,
    epoch: line.epoch,
    clock: line.clock,
    shifted: line.shifted + standing,
    stopped: line.admissions.stopped + standing,
    stoppedAt: line.admissions.stoppedAt > 0 ? line.clock : 0,
    counters: counters(line),
    mode: line.rules.mode,
    size: line.rules.size,
    sizeVersion: line.rules.sizeVersion ?? 0,
    inside: countInside(line),
    held: line.held,
    present: line.presence.present.slice(line.serving, line.queue),
    presentFrom: line.serving & ~7,
    turns: line.turns,
    alarm: line.alarm,
    inletState: line.inletState,
    notes: { ...line.notes },
    draws: line.draws.map((each, i) => drawRecord(each, i + 1)),
    entrantsPresent: next ? next.presence.present.count(0, next.arrivals) : 0,
    heartbeatsSince: line.heartbeatsSince,
    joinPeak: line.joinPeak,
    expiredAdmissions: line.expiredAdmissions.size,
    provisional: line.admissions.provisional,
    lapses: line.lapses,
    takeovers: line.takeovers,
    lapsedShare: lapsedShare(line.outcomes),
    predictions: { ...line.predictions },
  };
}
