import type { VisitorId } from '../visitor.ts';

/** The time-limited right to be inside. */
export interface Admission {
  readonly visitor: VisitorId;
  readonly number: number;
  readonly generation: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** How an admission ended, or that it has not (it may still be past its time). */
export type AdmissionStatus = 'active' | 'completed' | 'abandoned' | 'expired';

export interface AdmissionRow extends Admission {
  status: AdmissionStatus;
}

/** The admissions of one generation by visitor, and the order in which they run out. */
export interface Admissions {
  readonly rows: Map<VisitorId, AdmissionRow>;
  /** Ascending; may hold entries whose admission ended otherwise, or was replaced. */
  readonly deadlines: { readonly at: number; readonly row: AdmissionRow }[];
  /** So many of the deadlines have passed; they are cleared away now and then, as an array's beginning is dear to move. */
  passed: number;
  active: number;
}

export function newAdmissions(): Admissions {
  return { rows: new Map(), deadlines: [], passed: 0, active: 0 };
}

export function liveAdmission(admissions: Admissions, visitor: VisitorId, now: number): AdmissionRow | null {
  const row = admissions.rows.get(visitor);
  return row?.status === 'active' && row.expiresAt > now ? row : null;
}

export function addAdmission(admissions: Admissions, admission: Admission): AdmissionRow {
  const row: AdmissionRow = { ...admission, status: 'active' };
  admissions.rows.set(row.visitor, row);
  admissions.active += 1;
  schedule(admissions, row);
  return row;
}

/** A live admission lives until `expiresAt` instead, unless it does so longer already. */
export function prolong(admissions: Admissions, row: AdmissionRow, expiresAt: number): AdmissionRow {
  if (expiresAt <= row.expiresAt) return row;
  const longer: AdmissionRow = { ...row, expiresAt };
  // What stays among the deadlines is of a row that is no longer active.
  row.status = 'expired';
  admissions.rows.set(longer.visitor, longer);
  schedule(admissions, longer);
  return longer;
}

const MANY_PASSED = 1024;

/** Visitors of admissions whose names were lost begin so, and no others do. */
export const LOST = 'lost:';

/** All that runs out does so by so much later. */
export function shiftAdmissions(admissions: Admissions, by: number): void {
  const live = admissions.deadlines.flatMap(({ row }) => (row.status === 'active' ? [row] : []));
  admissions.deadlines.length = 0;
  admissions.passed = 0;
  for (const row of live) {
    const moved = { ...row, issuedAt: row.issuedAt + by, expiresAt: row.expiresAt + by };
    admissions.rows.set(moved.visitor, moved);
    admissions.deadlines.push({ at: moved.expiresAt, row: moved });
  }
}

/** Deadlines come nearly in order, so the place is near the end. */
function schedule({ deadlines, passed }: Admissions, row: AdmissionRow): void {
  let at = deadlines.length;
  while (at > passed && (deadlines[at - 1]?.at ?? 0) > row.expiresAt) at -= 1;
  deadlines.splice(at, 0, { at: row.expiresAt, row });
}

/** An admission that is over leaves nothing: its number is spent, and that is all that has to be known. */
export function removeAdmission(admissions: Admissions, row: AdmissionRow, status: AdmissionStatus): void {
  row.status = status;
  admissions.active -= 1;
  if (admissions.rows.get(row.visitor) === row) admissions.rows.delete(row.visitor);
}

/** Ends the admissions that are due, and answers them. */
export function expireAdmissions(admissions: Admissions, now: number): Admission[] {
  const { deadlines } = admissions;
  const expired: Admission[] = [];
  for (let due = deadlines[admissions.passed]; due && due.at <= now; due = deadlines[admissions.passed]) {
    admissions.passed += 1;
    if (due.row.status !== 'active') continue;
    removeAdmission(admissions, due.row, 'expired');
    expired.push(due.row);
  }
  if (admissions.passed > MANY_PASSED && admissions.passed * 2 > deadlines.length) {
    deadlines.splice(0, admissions.passed);
    admissions.passed = 0;
  }
  return expired;
}

export function withoutStatus({ visitor, number, generation, issuedAt, expiresAt }: Admission): Admission {
  return { visitor, number, generation, issuedAt, expiresAt };
}
