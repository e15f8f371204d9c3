import type { VisitorId } from '../visitor.ts';
import { type Deadlines, newDeadlines, schedule, takeDue } from './deadlines.ts';
import { type Sessions, type SessionsView, viewOf } from './sessions.ts';

/** The time-limited right to be inside. */
export interface Admission {
  readonly visitor: VisitorId;
  readonly number: number;
  readonly generation: number;
  readonly issuedAt: number;
  /** While a pause stops admissions: if it went on now. */
  readonly expiresAt: number;
  /** When its confirm window ends; missing once it is confirmed. */
  readonly confirmBy?: number | undefined;
  /**
   * For how long pauses have stopped the admissions of the line, in ms; missing for no time. The times of an admission are
   * later by what of this came after it was made: less this, they stay.
   */
  readonly stopped?: number | undefined;
  /** The browsers that use it, where they were asked for and there are any. */
  readonly sessions?: SessionsView | undefined;
}

/** How an admission ended, or that it has not (it may still be past its time). */
export type AdmissionStatus = 'active' | 'completed' | 'abandoned' | 'expired' | 'lapsed';

/** Its times are less what all have moved since. */
export interface AdmissionRow extends Omit<Admission, 'sessions' | 'stopped'> {
  status: AdmissionStatus;
  /** Whether its visitor came in without a proof. */
  readonly unproven?: boolean | undefined;
  confirmBy?: number | undefined;
  sessions?: Sessions | undefined;
}

/** The admissions of one generation by visitor, and the order in which they run out. */
export interface Admissions {
  readonly rows: Map<VisitorId, AdmissionRow>;
  readonly expiries: Deadlines<AdmissionRow>;
  /** Of the admissions that are not confirmed. */
  readonly confirmations: Deadlines<AdmissionRow>;
  /** How far the times of all rows have moved since each was made, in ms. */
  moved: number;
  /** For how long pauses have stopped admissions, in ms. It is part of how far times have moved. */
  stopped: number;
  /** While a pause stops admissions: until when that is counted. 0 if they run. */
  stoppedAt: number;
  active: number;
  /** How many of the active admissions are not confirmed. */
  provisional: number;
  /** Those among the active whose visitors came in without a proof. */
  unproven: number;
}

export function newAdmissions(): Admissions {
  return {
    rows: new Map(),
    expiries: newDeadlines(),
    confirmations: newDeadlines(),
    moved: 0,
    stopped: 0,
    stoppedAt: 0,
    active: 0,
    provisional: 0,
    unproven: 0,
  };
}

/** What of a pause that stops admissions has passed since they were moved last. */
export function standingFor({ stoppedAt }: Pick<Admissions, 'stoppedAt'>, now: number): number {
  return stoppedAt > 0 ? Math.max(0, now - stoppedAt) : 0;
}

/** How much later than in the rows all times are. */
function movedAt(admissions: Admissions, now: number): number {
  return admissions.moved + standingFor(admissions, now);
}

/** The time that rows go by. It stands still while a pause stops admissions. */
export function rowTime(admissions: Admissions, now: number): number {
  return now - movedAt(admissions, now);
}

export function liveAdmission(admissions: Admissions, visitor: VisitorId, now: number): AdmissionRow | null {
  const row = admissions.rows.get(visitor);
  const time = rowTime(admissions, now);
  if (row?.status !== 'active' || row.expiresAt <= time) return null;
  return row.confirmBy !== undefined && row.confirmBy <= time ? null : row;
}

/** Whether a visitor's admission by this number was not confirmed in time, and that has not been settled yet. */
export function isOverdue(admissions: Admissions, visitor: VisitorId, number: number, now: number): boolean {
  const row = admissions.rows.get(visitor);
  return row?.number === number && row.confirmBy !== undefined && row.confirmBy <= rowTime(admissions, now);
}

/** The same with all times later by `by`. */
function later<A extends Omit<AdmissionRow, 'status'>>({ confirmBy, ...of }: A, by: number) {
  const moved = { ...of, issuedAt: of.issuedAt + by, expiresAt: of.expiresAt + by };
  return confirmBy === undefined ? moved : { ...moved, confirmBy: confirmBy + by };
}

/** Adds an admission, whose times are as they are at `now`. */
export function addAdmission(
  admissions: Admissions,
  admission: Omit<AdmissionRow, 'status'>,
  now: number,
): AdmissionRow {
  const row: AdmissionRow = { ...later(admission, -movedAt(admissions, now)), status: 'active' };
  admissions.rows.set(row.visitor, row);
  admissions.active += 1;
  if (row.confirmBy !== undefined) admissions.provisional += 1;
  if (row.unproven) admissions.unproven += 1;
  scheduleRow(admissions, row);
  return row;
}

/** A live admission ends at `until` instead, unless it already lasts longer. */
export function prolong(admissions: Admissions, row: AdmissionRow, until: number, now: number): AdmissionRow {
  const expiresAt = until - movedAt(admissions, now);
  if (expiresAt <= row.expiresAt) return row;
  const longer: AdmissionRow = { ...row, expiresAt };
  // The remaining deadlines belong to rows that are not active.
  row.status = 'expired';
  admissions.rows.set(longer.visitor, longer);
  scheduleRow(admissions, longer);
  return longer;
}

/** Confirms a live admission. Whether it was not confirmed before. */
export function confirmAdmission(admissions: Admissions, row: AdmissionRow): boolean {
  if (row.confirmBy === undefined) return false;
  row.confirmBy = undefined;
  admissions.provisional -= 1;
  return true;
}

/** The prefix of visitors whose names were lost. No other visitor has it. */
export const LOST = 'lost:';

/** Moves all times, as a clock that jumped has. */
export function shiftAdmissions(admissions: Admissions, by: number): void {
  admissions.moved += by;
  if (admissions.stoppedAt > 0) admissions.stoppedAt += by;
}

/** Moves all times, as a pause that stopped them has. */
export function passStopped(admissions: Admissions, by: number): void {
  admissions.moved += by;
  admissions.stopped += by;
}

function scheduleRow({ expiries, confirmations }: Admissions, row: AdmissionRow): void {
  schedule(expiries, row.expiresAt, row);
  if (row.confirmBy !== undefined) schedule(confirmations, row.confirmBy, row);
}

/** An admission that is over leaves nothing but its number, which is used up. */
export function removeAdmission(admissions: Admissions, row: AdmissionRow, status: AdmissionStatus): void {
  row.status = status;
  admissions.active -= 1;
  if (row.confirmBy !== undefined) admissions.provisional -= 1;
  if (row.unproven) admissions.unproven -= 1;
  if (admissions.rows.get(row.visitor) === row) admissions.rows.delete(row.visitor);
}

/** An admission as it was when it ended. */
export type EndedAdmission = Pick<AdmissionRow, 'visitor' | 'number' | 'issuedAt' | 'expiresAt' | 'confirmBy'>;

/** Ends the admissions that were not confirmed in time, and answers them. */
export function lapseAdmissions(admissions: Admissions, now: number): EndedAdmission[] {
  const lapsed = takeDue(admissions.confirmations, rowTime(admissions, now)).filter(
    (row) => row.status === 'active' && row.confirmBy !== undefined,
  );
  for (const row of lapsed) removeAdmission(admissions, row, 'lapsed');
  return lapsed.map((row) => later(row, movedAt(admissions, now)));
}

/** Ends the admissions that are due, and answers them. */
export function expireAdmissions(admissions: Admissions, now: number): EndedAdmission[] {
  const expired = takeDue(admissions.expiries, rowTime(admissions, now)).filter((row) => row.status === 'active');
  for (const row of expired) removeAdmission(admissions, row, 'expired');
  return expired.map((row) => later(row, movedAt(admissions, now)));
}

/** An admission as it is at `now`, without its sessions. */
export function admissionOf(admissions: Admissions, row: AdmissionRow, now: number): Admission {
  const { status: _, unproven: __, sessions: ___, ...admission } = row;
  const stopped = admissions.stopped + standingFor(admissions, now);
  return { ...later(admission, movedAt(admissions, now)), ...(stopped > 0 ? { stopped } : {}) };
}

/** The same with the sessions; `asked` is the serial that is asked about, 0 for none. */
export function withSessions(admissions: Admissions, row: AdmissionRow, now: number, asked = 0): Admission {
  const { sessions } = row;
  const admission = admissionOf(admissions, row, now);
  return sessions ? { ...admission, sessions: viewOf(sessions, asked) } : admission;
}
