/** Where a holder stands, and the steps a holder takes: claim, extend, rejoin, leave. */
import type { VisitorId } from '../visitor.ts';
import { type Admission, admissionOf, isOverdue, liveAdmission } from './admission.ts';
import { admit, confirm, endAdmission, spend } from './admissions.ts';
import { freePlaces, isOfLine, type Line } from './line.ts';
import { isLateNewcomer } from './newcomers.ts';
import { isWithinGrace } from './raise-times.ts';
import { settle } from './settle.ts';
import { extendTurn, release, turnOf, turnTime } from './turns.ts';
import { isAhead, isUnconfirmed, prove, returnToFront } from './unconfirmed.ts';

/** What a ticket proves: this visitor holds this number in this generation of this line. */
export interface Holder {
  /** Left out for '', the first incarnation of a line that an early version made. */
  readonly incarnation?: string | undefined;
  readonly generation: number;
  readonly number: number;
  readonly visitor: VisitorId;
}

/** A holder who claims. */
export interface Claim extends Holder {
  /** Whether the claim itself shows that its visitor gets the answer. */
  readonly confirmed?: boolean | undefined;
  /** How long the admission lasts, in ms. Left out: the room's lifetime. */
  readonly lifetime?: number | undefined;
  /** Whether a missed turn may still be taken while a place is free. */
  readonly late?: boolean | undefined;
}

/** Where a holder stands. */
export type Place =
  /** The ticket is of an older generation of the room, or carries a number that was never issued. */
  | { readonly state: 'stale' }
  | { readonly state: 'waiting' }
  /** Missed the turn and returned to the front; waits for the next free place. */
  | { readonly state: 'returned' }
  | {
      readonly state: 'served';
      /** While a pause stops claim windows: if it ended now. */
      readonly claimBy: number;
      /** Set where the visitor took more time for this turn. */
      readonly extended?: true;
    }
  | { readonly state: 'admitted'; readonly admission: Admission; readonly first: boolean }
  /** The claim window passed, or the number was passed over while its holder was absent. May rejoin. */
  | {
      readonly state: 'missed';
      readonly away: boolean;
      /** Set where the admission was not confirmed in time: the number may return to the front once. */
      readonly lapsed?: true;
      /** Whether the front is open: the visitor was present before the turn, and the grace has not passed. */
      readonly front: boolean;
    }
  /** Left the line, or the admission has ended. The number is used up. */
  | { readonly state: 'over' };

function isStale(line: Line, holder: Holder): boolean {
  if (!isOfLine(line, holder) || holder.number < 1) return true;
  return holder.number > line.queue && !isAhead(line, holder.number);
}

/** Where a holder stands, without changing anything. */
export function place(line: Line, holder: Holder, at: number): Place {
  const now = Math.max(line.clock, at);
  if (isStale(line, holder)) return { state: 'stale' };
  const live = liveAdmission(line.admissions, holder.visitor, now);
  if (live) return { state: 'admitted', admission: admissionOf(line.admissions, live, now), first: false };
  const { number } = holder;
  if (isUnconfirmed(line, number)) return { state: number > line.serving ? 'waiting' : 'returned' };
  const overdue = !line.lapsed.has(number) && isOverdue(line.admissions, holder.visitor, number, now);
  if (line.spent.has(number) && !overdue) return { state: 'over' };
  if (number > line.serving) return { state: 'waiting' };
  if (line.returned.has(number) && !isLateNewcomer(line, number, now)) return { state: 'returned' };
  const turn = turnOf(line, number);
  const stoppedFor = now - turnTime(line, now);
  if (turn && turn.claimBy + stoppedFor > now) {
    return { state: 'served', claimBy: turn.claimBy + stoppedFor, ...(turn.extended ? { extended: true } : {}) };
  }
  const away = turn === undefined && !line.missed.has(number);
  const isLapsed = away && (overdue || line.lapsed.has(number));
  // In a room where everybody is admitted at once, the front is always open.
  const isOpen = line.rules.mode === 'passthrough' || isLapsed;
  const front = isOpen || (line.waited.has(number) && isWithinGrace(line, number, turnTime(line, now)));
  return { state: 'missed', away, front, ...(isLapsed ? { lapsed: true } : {}) };
}

/**
 * Takes the turn if it has come. A repeat answers the same admission and is counted once. A holder whose admission lapsed
 * returns to the front of the line first.
 */
export function claim(line: Line, { lifetime, late = false, ...holder }: Claim, at: number): Place {
  const now = settle(line, at);
  if (isOfLine(line, holder)) prove(line, holder.number, now);
  let standing = place(line, holder, now);
  if (standing.state === 'missed' && standing.lapsed && line.rules.mode !== 'closed') {
    returnToFront(line, holder.number, now);
    standing = place(line, holder, now);
  }
  const isConfirmed = standing.state === 'admitted' && holder.confirmed === true;
  if (isConfirmed && confirm(line, holder.visitor, now)) return place(line, holder, now);
  const isLate = late && standing.state === 'missed' && freePlaces(line) > 0;
  if (standing.state !== 'served' && !isLate) return standing;
  if (line.rules.mode === 'closed') return { state: 'waiting' };
  release(line, holder.number);
  return { state: 'admitted', ...admit(line, holder, now, lifetime) };
}

/** Doubles the claim window of a turn, once. Repeatable. */
export function extend(line: Line, holder: Holder, at: number): Place {
  const now = settle(line, at);
  if (isOfLine(line, holder)) prove(line, holder.number, now);
  const standing = place(line, holder, now);
  if (standing.state !== 'served' || standing.extended || line.rules.mode === 'closed') return standing;
  extendTurn(line, holder.number);
  return place(line, holder, now);
}

/**
 * After a missed turn: to the front of the line, number kept, where it is open; or straight to served when there is a
 * free place.
 */
export function rejoin(line: Line, holder: Holder, at: number): Place {
  const now = settle(line, at);
  if (isOfLine(line, holder)) prove(line, holder.number, now);
  const standing = place(line, holder, now);
  if (standing.state !== 'missed' || !standing.front) return standing;
  returnToFront(line, holder.number, now);
  return place(line, holder, now);
}

/** Leaves the line or ends the admission. Repeatable. */
export function leave(line: Line, holder: Holder, at: number): void {
  const now = settle(line, at);
  if (isOfLine(line, holder)) prove(line, holder.number, now);
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
