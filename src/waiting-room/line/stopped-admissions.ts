/**
 * A pause that stops admissions: the time of those inside stands still. Nothing is moved for each of them: their ends are
 * stored less what all have moved (admission.ts).
 */
import { passStopped } from './admission.ts';
import type { Line } from './line.ts';

/** Whether the rules stop admissions at present. */
export function stopsAdmissions({ rules: { mode, pauseStops } }: Pick<Line, 'rules'>): boolean {
  return mode === 'paused' && pauseStops === 'claim_windows_and_admissions';
}

/** All admissions end so much later. */
export function passStoppedTime(line: Line, by: number): void {
  line.shifted += by;
  passStopped(line.admissions, by);
}

/**
 * While a pause stops admissions, counts the time that passed as stopped, once it is `least` ms. Of that time, `uncounted`
 * ms passed for a version that does not know that they are stopped.
 */
export function moveStoppedAdmissions(line: Line, now: number, least: number, uncounted: number): void {
  const { admissions } = line;
  const isStopped = stopsAdmissions(line);
  if (isStopped && admissions.stoppedAt > 0) {
    const by = now - admissions.stoppedAt - uncounted;
    if (by >= 0 && by < least) return;
    if (by > 0) passStoppedTime(line, by);
  } else if (!isStopped && admissions.stoppedAt === 0) return;
  admissions.stoppedAt = isStopped ? now : 0;
  line.changes += 1;
}
