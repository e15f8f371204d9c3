/**
 * Provisional admissions. An admission that nobody confirms within the confirm window lapses: its place is free at once.
 * Its number goes back to the front of the line once, when its holder comes back. The second time it is used up.
 */
import { lapseAdmissions } from './admission.ts';
import { noteEnded } from './ended-turns.ts';
import type { Line, Outcomes } from './line.ts';

/** How many outcomes are counted: beyond that, each earlier one counts for half. */
const OUTCOMES = 128;
/** Fewer say nothing. */
const FEWEST = 16;

/** The share of the latest admissions that lapsed, from 0 to 1; 0 while there were few. */
export function lapsedShare({ confirmed, lapsed }: Readonly<Outcomes>): number {
  const all = confirmed + lapsed;
  return all < FEWEST ? 0 : lapsed / all;
}

/** Until when an admission that is made now has to be confirmed. */
export function confirmBy(line: Line, now: number, lifetime: number): number | undefined {
  const { confirmWindow = 0 } = line.rules;
  return confirmWindow > 0 ? now + Math.min(confirmWindow, lifetime) : undefined;
}

export function countOutcome(line: Line, outcome: keyof Outcomes): void {
  const { outcomes } = line;
  outcomes[outcome] += 1;
  if (outcomes.confirmed + outcomes.lapsed < OUTCOMES) return;
  outcomes.confirmed = Math.floor(outcomes.confirmed / 2);
  outcomes.lapsed = Math.floor(outcomes.lapsed / 2);
}

/** Without a confirm window every admission counts as confirmed. */
export function confirmAll(line: Line): void {
  const { admissions } = line;
  if ((line.rules.confirmWindow ?? 0) > 0 || admissions.provisional === 0) return;
  for (const row of admissions.rows.values()) row.confirmBy = undefined;
  admissions.provisional = 0;
}

/** Ends the admissions that were not confirmed in time. */
export function lapse(line: Line, now: number): void {
  for (const { number, issuedAt, confirmBy = now } of lapseAdmissions(line.admissions, now)) {
    line.changes += 1;
    line.lapses += 1;
    countOutcome(line, 'lapsed');
    noteEnded(line, number, number, issuedAt, confirmBy, line.lapsed.has(number));
    if (line.lapsed.has(number)) continue;
    line.lapsed.add(number);
    line.spent.delete(number);
    if (number > line.serving) line.leftUnserved -= 1;
  }
  line.released = Math.min(line.released, line.admissions.active);
}
