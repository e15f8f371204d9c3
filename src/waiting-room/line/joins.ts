/** Issuing numbers. */
import type { VisitorId } from '../visitor.ts';
import type { Admission } from './admission.ts';
import { admit } from './admissions.ts';
import { type Entry, enter, openDrawOf } from './draw.ts';
import type { Line } from './line.ts';
import type { Claim } from './place.ts';
import { hear } from './presence.ts';
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

/** Keeps the highest rate of joins: so far the counter moves on where writes were lost. */
function countJoins(line: Line, count: number, now: number): void {
  const second = Math.floor(now / 1000);
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
    return entrants.map(() => ({
      incarnation,
      generation,
      number: 0,
      entry: enter(open, line.draws.length),
      admission: null,
      budgeted: true,
    }));
  }
  return entrants.map((entrant) => {
    const number = ++line.queue;
    if (line.rules.mode === 'passthrough') line.serving = Math.max(line.serving, number);
    const holder: Claim = { generation, number, visitor: entrant.visitor, confirmed: entrant.confirmed };
    const credit = number <= line.serving;
    if (credit && entrant.claim) {
      return {
        incarnation,
        generation,
        number,
        entry: null,
        admission: admit(line, holder, now).admission,
        budgeted: true,
      };
    }
    hear(line.presence, number);
    if (credit) hold(line, number, now);
    return { incarnation, generation, number, entry: null, admission: null, budgeted: true };
  });
}
