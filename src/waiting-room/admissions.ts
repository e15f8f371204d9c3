import type { Admission, VisitorId } from './ports.ts';

/** How an admission ended, or that it has not (it may still be past its time). */
export type AdmissionStatus = 'active' | 'completed' | 'abandoned' | 'expired';

export interface AdmissionRow extends Admission {
  status: AdmissionStatus;
}

/** How long a row is kept after its admission's end, so that a late exit is known and not counted twice. */
export const KEPT_AFTER_END = 24 * 60 * 60 * 1000;

/** The admissions of one generation by visitor, and the order in which they run out. */
export interface Admissions {
  readonly rows: Map<VisitorId, AdmissionRow>;
  /** Ascending; may hold entries whose admission ended otherwise, or was replaced. */
  readonly deadlines: { readonly at: number; readonly row: AdmissionRow }[];
  /** Ended rows in the order of their ends. */
  readonly ended: { readonly at: number; readonly row: AdmissionRow }[];
  active: number;
}

export function newAdmissions(): Admissions {
  return { rows: new Map(), deadlines: [], ended: [], active: 0 };
}

export function liveAdmission(admissions: Admissions, visitor: VisitorId, now: number): AdmissionRow | null {
  const row = admissions.rows.get(visitor);
  return row?.status === 'active' && row.expiresAt > now ? row : null;
}

export function admit(admissions: Admissions, admission: Admission): AdmissionRow {
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

/** Deadlines come nearly in order, so the place is near the end. */
function schedule({ deadlines }: Admissions, row: AdmissionRow): void {
  let at = deadlines.length;
  while (at > 0 && (deadlines[at - 1]?.at ?? 0) > row.expiresAt) at -= 1;
  deadlines.splice(at, 0, { at: row.expiresAt, row });
}

export function end(admissions: Admissions, row: AdmissionRow, status: AdmissionStatus, now: number): void {
  row.status = status;
  admissions.active -= 1;
  admissions.ended.push({ at: now, row });
}

/** Ends what is due and forgets what ended long ago; how many ran out. */
export function expireAdmissions(admissions: Admissions, now: number): number {
  let expired = 0;
  while ((admissions.deadlines[0]?.at ?? Number.POSITIVE_INFINITY) <= now) {
    const due = admissions.deadlines.shift();
    if (due?.row.status !== 'active') continue;
    end(admissions, due.row, 'expired', now);
    expired += 1;
  }
  while ((admissions.ended[0]?.at ?? Number.POSITIVE_INFINITY) <= now - KEPT_AFTER_END) {
    const old = admissions.ended.shift();
    if (old && admissions.rows.get(old.row.visitor) === old.row) admissions.rows.delete(old.row.visitor);
  }
  return expired;
}
