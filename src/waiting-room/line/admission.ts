import type { VisitorId } from '../visitor.ts';
import { clearDeadlines, type Deadlines, newDeadlines, schedule, takeDue } from './deadlines.ts';
import { type Sessions, type SessionsView, viewOf } from './sessions.ts';

/** The time-limited right to be inside. */
export interface Admission {
  readonly visitor: VisitorId;
  readonly number: number;
  readonly generation: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** When its confirm window ends; missing once it is confirmed. */
  readonly confirmBy?: number | undefined;
  /** The browsers that use it, where they were asked for and there are any. */
  readonly sessions?: SessionsView | undefined;
}

/** How an admission ended, or that it has not (it may still be past its time). */
export type AdmissionStatus = 'active' | 'completed' | 'abandoned' | 'expired' | 'lapsed';

export interface AdmissionRow extends Omit<Admission, 'sessions'> {
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
    active: 0,
    provisional: 0,
    unproven: 0,
  };
}

export function liveAdmission(admissions: Admissions, visitor: VisitorId, now: number): AdmissionRow | null {
  const row = admissions.rows.get(visitor);
  if (row?.status !== 'active' || row.expiresAt <= now) return null;
  return row.confirmBy !== undefined && row.confirmBy <= now ? null : row;
}

/** Whether a visitor's admission by this number was not confirmed in time, and that has not been settled yet. */
export function isOverdue({ rows }: Admissions, visitor: VisitorId, number: number, now: number): boolean {
  const row = rows.get(visitor);
  return row?.number === number && row.confirmBy !== undefined && row.confirmBy <= now;
}

export function addAdmission(admissions: Admissions, admission: Omit<AdmissionRow, 'status'>): AdmissionRow {
  const row: AdmissionRow = { ...admission, status: 'active' };
  admissions.rows.set(row.visitor, row);
  admissions.active += 1;
  if (row.confirmBy !== undefined) admissions.provisional += 1;
  if (row.unproven) admissions.unproven += 1;
  scheduleRow(admissions, row);
  return row;
}

/** A live admission ends at `expiresAt` instead, unless it already lasts longer. */
export function prolong(admissions: Admissions, row: AdmissionRow, expiresAt: number): AdmissionRow {
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

/** Moves all ends by the same time. */
export function shiftAdmissions(admissions: Admissions, by: number): void {
  const live = admissions.expiries.entries.flatMap(({ row }) => (row.status === 'active' ? [row] : []));
  clearDeadlines(admissions.expiries);
  clearDeadlines(admissions.confirmations);
  for (const row of live) {
    const confirmBy = row.confirmBy === undefined ? undefined : row.confirmBy + by;
    const moved = { ...row, issuedAt: row.issuedAt + by, expiresAt: row.expiresAt + by, confirmBy };
    admissions.rows.set(moved.visitor, moved);
    scheduleRow(admissions, moved);
  }
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

/** Ends the admissions that were not confirmed in time, and answers them. */
export function lapseAdmissions(admissions: Admissions, now: number): AdmissionRow[] {
  const lapsed = takeDue(admissions.confirmations, now).filter(
    (row) => row.status === 'active' && row.confirmBy !== undefined,
  );
  for (const row of lapsed) removeAdmission(admissions, row, 'lapsed');
  return lapsed;
}

/** Ends the admissions that are due, and answers them. */
export function expireAdmissions(admissions: Admissions, now: number): AdmissionRow[] {
  const expired = takeDue(admissions.expiries, now).filter((row) => row.status === 'active');
  for (const row of expired) removeAdmission(admissions, row, 'expired');
  return expired;
}

export function withoutStatus(row: AdmissionRow): Admission {
  const { status: _, unproven: __, sessions: ___, confirmBy, ...admission } = row;
  return confirmBy === undefined ? admission : { ...admission, confirmBy };
}

/** The same with the sessions; `asked` is the serial that is asked about, 0 for none. */
export function withSessions(row: AdmissionRow, asked = 0): Admission {
  const { sessions } = row;
  return sessions ? { ...withoutStatus(row), sessions: viewOf(sessions, asked) } : withoutStatus(row);
}
