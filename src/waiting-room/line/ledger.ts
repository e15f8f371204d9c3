/** What a ledger asks of a line: to take a claim back that could not be entered, and to restore lost admissions from it. */
import type { VisitorId } from '../visitor.ts';
import { type Admission, addAdmission, LOST, liveAdmission, removeAdmission, standingFor } from './admission.ts';
import { spend } from './admissions.ts';
import { hearWaiter, isOfLine, type Line } from './line.ts';
import type { Holder } from './place.ts';
import { settle } from './settle.ts';
import { release, serveAgain } from './turns.ts';
import { isUnconfirmed, moveOn } from './unconfirmed.ts';

/** A claim that nobody was told of. */
export interface UndoneClaim extends Holder {
  /** Whether the number may be claimed again: its place is held for another claim window. If not, it is used up. */
  readonly again: boolean;
}

/**
 * Takes a claim back: the visitor stands where the claim found them. It stays counted, as an admission that lapsed: what
 * is counted never goes back, so that a line that lost writes is noticed. Where an exit was counted for the place, it may
 * be another's by now: the visitor waits at the front. Repeatable.
 */
export function undoClaim(line: Line, { again, ...holder }: UndoneClaim, at: number): void {
  const now = settle(line, at);
  const live = isOfLine(line, holder) ? liveAdmission(line.admissions, holder.visitor, now) : null;
  if (live?.number !== holder.number) return;
  removeAdmission(line.admissions, live, 'lapsed');
  line.lapses += 1;
  line.changes += 1;
  const wasReportedFree = line.released > line.admissions.active;
  if (wasReportedFree) line.released = line.admissions.active;
  if (!again) return;
  line.spent.delete(live.number);
  if (live.number > line.serving) {
    line.leftUnserved -= 1;
    hearWaiter(line, live.number);
  } else if (wasReportedFree && line.rules.size !== 0 && line.rules.mode !== 'passthrough') {
    line.waited.add(live.number);
    line.returned.add(live.number);
    hearWaiter(line, live.number);
  } else serveAgain(line, live.number, now);
}

/** Admissions of a line, as they are in the ledger. */
export interface Restoration {
  readonly incarnation: string;
  readonly generation: number;
  /** Whether these are all: no place is kept then for a lost admission without a name. */
  readonly isComplete?: boolean | undefined;
  /** Their times are less what pauses stopped. */
  readonly admissions: readonly Omit<Admission, 'generation' | 'confirmBy' | 'stopped'>[];
}

/**
 * Restores the admissions that the line lost. Each takes the place that was kept for a lost one without a name. A number
 * that the line knows as used up has ended since, and is not restored. Those who are inside are counted even beyond the
 * size: nobody else gets a place until there is one. Repeatable.
 */
export function restoreAdmissions(line: Line, { admissions, isComplete, ...of }: Restoration, at: number): void {
  const now = settle(line, at);
  if (!isOfLine(line, of)) return;
  const nameless = lostVisitors(line);
  const stopped = line.admissions.stopped + standingFor(line.admissions, now);
  for (const each of admissions) {
    const isLive = liveAdmission(line.admissions, each.visitor, now) !== null;
    const isOver = line.spent.has(each.number) && !isUnconfirmed(line, each.number);
    if (each.expiresAt + stopped <= now || isLive || isOver) continue;
    giveUp(line, nameless.pop());
    const { issuedAt, expiresAt } = each;
    restoreAdmission(line, { ...each, issuedAt: issuedAt + stopped, expiresAt: expiresAt + stopped }, now);
  }
  if (isComplete) for (const visitor of nameless) giveUp(line, visitor);
  // Last, since a place changes its name in two steps.
  line.released = Math.min(line.released, line.admissions.active);
}

/** Those of admissions whose names were lost, in the order of the texts. */
function lostVisitors(line: Line): VisitorId[] {
  return [...line.admissions.rows.keys()].filter((visitor) => visitor.startsWith(LOST)).sort();
}

/** Gives up the place that is kept for a lost admission. */
function giveUp(line: Line, visitor = ''): void {
  const place = line.admissions.rows.get(visitor);
  if (!place) return;
  removeAdmission(line.admissions, place, 'abandoned');
  line.changes += 1;
}

function restoreAdmission(
  line: Line,
  { visitor, number, issuedAt, expiresAt }: Restoration['admissions'][number],
  now: number,
): void {
  // Its number was issued, and so may be all before it.
  moveOn(line, number);
  release(line, number);
  line.returned.delete(number);
  line.missed.delete(number);
  if (isUnconfirmed(line, number)) line.unconfirmed.delete(number);
  else spend(line, number);
  const { generation } = line;
  const unproven = line.unproven.has(number) && line.waited.has(number) ? { unproven: true } : {};
  addAdmission(line.admissions, { visitor, number, generation, issuedAt, expiresAt, ...unproven }, now);
  line.changes += 1;
}
