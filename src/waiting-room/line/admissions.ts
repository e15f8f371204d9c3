/** The admissions of a line: made by a claim, ended by an exit or by time. */
import type { VisitorId } from '../visitor.ts';
import {
  type Admission,
  type AdmissionRow,
  addAdmission,
  admissionOf,
  confirmAdmission,
  liveAdmission,
  prolong,
  removeAdmission,
  withSessions,
} from './admission.ts';
import { type Counters, counters } from './counters.ts';
import { noteEnded, pruneEnded } from './ended-turns.ts';
import { type Line, measuredTime } from './line.ts';
import { forget } from './presence.ts';
import { confirmBy, countOutcome } from './provisional.ts';
import { doneBefore, rememberDone } from './repeats.ts';
import { markBack, newSessions, type Use, type Used, useSerial } from './sessions.ts';
import { settle, settleUnlessSteady } from './settle.ts';

export interface Exits {
  /** How many left without a name. */
  readonly exited: number;
  readonly completed: readonly VisitorId[];
  readonly abandoned: readonly VisitorId[];
  /** The name of the report: those without a name count once, also if it comes again. */
  readonly request?: string | undefined;
}

export interface ExitsResult {
  /** Visitors without a live admission: unknown, or reported before. Not counted. */
  readonly unknown: number;
  /** The visitors whose admissions this ended, each once. */
  readonly ended: readonly VisitorId[];
  readonly counters: Counters;
}

export function spend(line: Line, number: number): void {
  line.changes += 1;
  line.spent.add(number);
  line.arriving.delete(number);
  forget(line.presence, number);
  if (number > line.serving) line.leftUnserved += 1;
}

type Admitted = Pick<Admission, 'visitor' | 'number' | 'generation'> & {
  /** Whether the admission is confirmed by what makes it. */
  readonly confirmed?: boolean | undefined;
};

function confirmRow(line: Line, row: AdmissionRow): void {
  if (!confirmAdmission(line.admissions, row)) return;
  line.changes += 1;
  countOutcome(line, 'confirmed');
}

/** Admits a visitor: the number is spent, and there is an admission, unless the visitor has one already. */
export function admit(
  line: Line,
  holder: Admitted,
  now: number,
  lifetime = line.rules.lifetime,
): { admission: Admission; first: boolean } {
  spend(line, holder.number);
  const live = liveAdmission(line.admissions, holder.visitor, now);
  if (live) {
    if (holder.confirmed) confirmRow(line, live);
    return { admission: admissionOf(line.admissions, live, now), first: false };
  }
  const { visitor, number, generation, confirmed = false } = holder;
  const [expiresAt, until] = [now + lifetime, confirmBy(line, now, lifetime)];
  // Who took a free place had no page to be proven by.
  const unproven = line.unproven.has(number) && line.waited.has(number) ? { unproven: true } : {};
  const made = { visitor, number, generation, issuedAt: now, expiresAt, ...unproven };
  if (confirmed && until !== undefined) countOutcome(line, 'confirmed');
  const provisional = confirmed || until === undefined ? made : { ...made, confirmBy: until };
  const row = addAdmission(line.admissions, provisional, now);
  line.claimed += 1;
  return { admission: admissionOf(line.admissions, row, now), first: true };
}

export function endAdmission(line: Line, visitor: VisitorId, status: 'completed' | 'abandoned', now: number): boolean {
  const live = liveAdmission(line.admissions, visitor, now);
  if (!live) return false;
  removeAdmission(line.admissions, live, status);
  if (status === 'abandoned') {
    const { issuedAt } = admissionOf(line.admissions, live, now);
    noteEnded(line, live.number, live.number, issuedAt, now, true);
    pruneEnded(line, now);
  }
  line[status] += 1;
  line.changes += 1;
  line.released = Math.min(line.released, line.admissions.active);
  return true;
}

/** The live admission of a visitor, with its sessions; null where there is none. */
export function admission(line: Line, visitor: VisitorId, at: number): Admission | null {
  const now = Math.max(line.clock, at);
  const live = liveAdmission(line.admissions, visitor, now);
  return live && withSessions(line.admissions, live, now);
}

/** What was issued to a visitor is used. */
export interface Confirmation {
  readonly visitor: VisitorId;
  /** The serial that it was issued with. */
  readonly serial: number;
  /** What the gate knows the browser by: of A-Z, a-z, 0-9, - and _. Left out elsewhere. */
  readonly browser?: string | undefined;
}

/**
 * Confirms the live admission of a visitor; null where there is none, or where what was issued with the serial is void.
 * Earlier versions issued nothing with a serial.
 */
export function confirm(line: Line, input: VisitorId | Confirmation, at: number): Admission | null {
  const { visitor, serial, browser = '' } = typeof input === 'string' ? { visitor: input, serial: 0 } : input;
  const now = settleUnlessSteady(line, at);
  const live = liveAdmission(line.admissions, visitor, now);
  if (!live) return null;
  if (serial > 0) {
    const sessions = live.sessions ?? newSessions(serial);
    if (!markBack(sessions, serial, browser, measuredTime(line, now))) return null;
    live.sessions = sessions;
    line.changes += 1;
  }
  confirmRow(line, live);
  return withSessions(line.admissions, live, now, serial);
}

/** A browser uses the admission of its visitor. */
export interface AdmissionUse extends Use {
  readonly visitor: VisitorId;
}

/** Decides whether a browser may use the live admission of its visitor; null where there is none. */
export function useAdmission(line: Line, { visitor, ...use }: AdmissionUse, at: number): Used | null {
  const now = settleUnlessSteady(line, at);
  const live = liveAdmission(line.admissions, visitor, now);
  if (!live) return null;
  const sessions = live.sessions ? structuredClone(live.sessions) : newSessions(use.serial);
  const used = useSerial(sessions, use, measuredTime(line, now));
  if (used.serial === 0) return used;
  live.sessions = sessions;
  line.changes += 1;
  if (used.outcome === 'taken over') line.takeovers += 1;
  return used;
}

/** Restarts the lifetime of a live admission; null where there is none. */
export function renew(line: Line, visitor: VisitorId, at: number): Admission | null {
  const now = settle(line, at);
  const live = liveAdmission(line.admissions, visitor, now);
  if (!live) return null;
  line.changes += 1;
  const longer = prolong(line.admissions, live, now + line.rules.lifetime, now);
  return admissionOf(line.admissions, longer, now);
}

/** Ends the admissions of visitors who left the site; unnamed exits free places. */
export function reportExits(line: Line, exits: Exits, at: number): ExitsResult {
  return { ...endAdmissions(line, exits, at), counters: counters(line) };
}

/** The same without the counters, which take time in a long line. */
export function endAdmissions(line: Line, exits: Exits, at: number): Omit<ExitsResult, 'counters'> {
  const now = settle(line, at);
  const ended: VisitorId[] = [];
  for (const status of ['completed', 'abandoned'] as const) {
    for (const visitor of exits[status]) if (endAdmission(line, visitor, status, now)) ended.push(visitor);
  }
  const exited = doneBefore(line, exits.request) ? 0 : exits.exited;
  const released = Math.min(line.released + exited, line.admissions.active);
  if (released !== line.released) line.changes += 1;
  line.released = released;
  if (exited > 0) rememberDone(line, exits.request, exited);
  const unknown = exits.completed.length + exits.abandoned.length - ended.length;
  return { unknown, ended };
}

/**
 * Takes at most `max` visitors whose admissions expired, longest first. No other process gets them. A visitor who has
 * been admitted again is dropped: the report of the former admission's end would come after the new admission.
 */
export function takeExpired(line: Line, max: number, at: number): readonly VisitorId[] {
  const now = settle(line, at);
  const taken = [...line.expiredAdmissions].sort(([a, since], [b, later]) => since - later || (a < b ? -1 : 1));
  const visitors = taken.slice(0, max).map(([visitor]) => visitor);
  for (const visitor of visitors) line.expiredAdmissions.delete(visitor);
  if (visitors.length > 0) line.changes += 1;
  return visitors.filter((visitor) => !liveAdmission(line.admissions, visitor, now));
}
