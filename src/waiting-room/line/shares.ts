/**
 * How a raise over people shares its turns: visitors who returned to the front and visitors in line each get every
 * second turn, and unproven visitors together a tenth while proven visitors wait.
 */

/** One turn of so many goes to unproven visitors. */
const TENTH = 10;
/** Turns without unproven ones count up to so many. */
const MOST_SAVED = 50;

export interface Waiting {
  /** How many visitors who returned to the front, and how many in line, are present. */
  readonly returned: number;
  readonly line: number;
  /** The same of unproven visitors. */
  readonly unprovenReturned: number;
  readonly unprovenLine: number;
}

export interface Shares extends Waiting {
  /** Turns saved for unproven visitors, in tenths, and whether the last turn went to a visitor who returned. */
  readonly saved: number;
  readonly lastReturned: boolean;
}

/** The sides take turns until one has no more; the other side begins than the one that had the last turn. */
export function endsWithReturned(returned: number, line: number, lastReturned: boolean): boolean {
  if (returned === line) return lastReturned;
  return returned > line;
}

/** Shares `places` turns among those who wait. */
export function shareTurns(waiting: Waiting, places: number, saved: number, lastReturned: boolean): Shares {
  const proven = waiting.returned + waiting.line;
  const unproven = waiting.unprovenReturned + waiting.unprovenLine;
  const isContested = proven > 0 && unproven > 0 && proven + unproven > places;
  const allowed = isContested ? Math.max(0, Math.floor((saved + places + TENTH - 1) / TENTH)) : unproven;
  const charged = Math.min(unproven, places, allowed);
  const turns = Math.min(proven, places - charged);
  const left = Math.min(unproven, places - turns);
  const costs = isContested ? (TENTH - 1) * charged : 0;
  const unprovenReturned = Math.min(left, waiting.unprovenReturned);

  const first = lastReturned ? Math.floor(turns / 2) : Math.ceil(turns / 2);
  const returned = Math.min(waiting.returned, Math.max(first, turns - waiting.line));
  const line = turns - returned;
  return {
    returned,
    line,
    unprovenReturned,
    unprovenLine: left - unprovenReturned,
    saved: Math.max(1 - TENTH, Math.min(MOST_SAVED, saved + turns - costs)),
    lastReturned: turns === 0 ? lastReturned : endsWithReturned(returned, line, lastReturned),
  };
}
