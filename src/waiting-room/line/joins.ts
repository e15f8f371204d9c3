/** Issuing numbers. */
import type { VisitorId } from '../visitor.ts';
import type { Admission } from './admission.ts';
import { admit } from './admissions.ts';
import { withinBudget } from './budget.ts';
import { type Entry, enter, openDrawOf } from './draw.ts';
import { hearWaiter, type Line } from './line.ts';
import { keepNewcomers, noteJoin } from './newcomers.ts';
import { settle } from './settle.ts';
import { hold } from './turns.ts';

/** A visitor who joins; with `claim` a credit is claimed at once, if there is one. */
export interface Entrant {
  readonly visitor: VisitorId;
  readonly claim: boolean;
  /** Whether the visitor brought a valid proof. Only a room that asks for proofs looks at it. */
  readonly proven?: boolean | undefined;
  /** What the budget of unproven visitors counts by: a keyed hash of the address, at most 16 characters. Null for no limit. */
  readonly address?: string | null | undefined;
  /** Whether an admission by a credit needs no confirmation. */
  readonly confirmed?: boolean | undefined;
}

export interface Joined {
  readonly incarnation: string;
  readonly generation: number;
  /** 0 for an entrant of a draw. */
  readonly number: number;
  /** Set while a draw is open. */
  readonly entry: Entry | null;
  /** Present when the newcomer asked for it and found a credit. */
  readonly admission: Admission | null;
  /** Whether an unproven visitor is within the budget of the address; true for a proven one. */
  readonly budgeted: boolean;
}

/** Records the highest rate of joins: the counter moves on by that much after writes were lost. */
function countJoins(line: Line, count: number, now: number): void {
  const second = Math.floor(now / 1000);
  if (second !== line.joinSecond) noteJoin(line, now);
  line.joinCount = second === line.joinSecond ? line.joinCount + count : count;
  line.joinSecond = second;
  line.joinPeak = Math.max(line.joinPeak, line.joinCount);
}

/** Issues a number to each entrant, in order; null where the room is closed. */
export function join(line: Line, entrants: readonly Entrant[], at: number): Joined[] | null {
  const now = settle(line, at);
  if (line.rules.mode === 'closed') return null;
  if (entrants.length > 0) line.changes += 1;
  countJoins(line, entrants.length, now);
  const { incarnation, generation } = line;
  const open = openDrawOf(line.draws, now);
  if (open) {
    const [draw, first] = [line.draws.length, open.arrivals];
    const within = withinBudget(line, entrants, (index) => `e${draw}.${first + index}`, now);
    return within.map((budgeted) => {
      const entry = enter(open, draw, budgeted && line.rules.presentFromJoin !== false);
      return { incarnation, generation, number: 0, entry, admission: null, budgeted };
    });
  }
  const first = line.queue + 1;
  if (line.rules.challenge) {
    for (const [index, { proven }] of entrants.entries()) if (!proven) line.unproven.add(first + index);
  }
  const within = withinBudget(line, entrants, (index) => `${first + index}`, now);
  return entrants.map((entrant, index) => {
    const budgeted = within[index] === true;
    const number = ++line.queue;
    const admission = issue(line, entrant, number, budgeted, now);
    return { incarnation, generation, number, entry: null, admission, budgeted };
  });
}

/**
 * A newcomer takes a credit, if there is one. A newcomer without a proof and beyond the budget leaves it to the next.
 */
function issue(line: Line, entrant: Entrant, number: number, budgeted: boolean, now: number): Admission | null {
  const isPassthrough = line.rules.mode === 'passthrough';
  if (isPassthrough) line.serving = Math.max(line.serving, number);
  const credit = number <= line.serving;
  if (credit && !budgeted && !isPassthrough) {
    line.serving += 1;
    keepNewcomers(line, number, number, now);
    return null;
  }
  if (credit && entrant.claim) {
    const { visitor, confirmed } = entrant;
    return admit(line, { generation: line.generation, number, visitor, confirmed }, now).admission;
  }
  if (line.rules.presentFromJoin !== false && budgeted) hearWaiter(line, number);
  if (credit) hold(line, number, now);
  return null;
}
