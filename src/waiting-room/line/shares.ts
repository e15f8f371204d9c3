/**
 * How the turns of a raise over people are shared: by those who came back and those in line, of whom each side gets
 * every second turn, and by the unproven, who get one in 25 together while proven visitors wait: of the turns, and of
 * the room's places.
 */

/**
 * One turn of so many, and one place, goes to unproven visitors. With a tenth, waits would rise by more than a tenth: a
 * line that moves more slowly also grows.
 */
const PART = 25;
/** Turns without unproven ones count up to so many, and a line begins with as many. */
const MOST_SAVED = 500;
/** So many unproven visitors may be a household or an office: they spend what is saved at once. More of them lose it. */
const FEW = 20;

export interface Waiting {
  /** How many visitors who returned to the front, and how many in line, are present. */
  readonly returned: number;
  readonly line: number;
  /** The same of unproven visitors. */
  readonly unprovenReturned: number;
  readonly unprovenLine: number;
  /** How many of those in line would have a turn if nobody had to be proven. */
  readonly unprovenReached: number;
  /** How many of the unproven who are present had the time to prove themselves. */
  readonly unprovenSettled: number;
  /** Places that unproven visitors have, and are held for them. */
  readonly unprovenInside: number;
}

export interface Shares extends Pick<Waiting, 'returned' | 'line' | 'unprovenReturned' | 'unprovenLine'> {
  /**
   * Turns saved for unproven visitors, in parts of one, less the most that can be saved; and whether the last turn went to
   * a visitor who came back.
   */
  readonly saved: number;
  readonly lastReturned: boolean;
}

/** The sides take turns until one has no more; the other side begins than the one that had the last turn. */
export function endsWithReturned(returned: number, line: number, lastReturned: boolean): boolean {
  if (returned === line) return lastReturned;
  return returned > line;
}

/** Shares `places` turns among those who wait for a room of a size; 0 for no limit. */
export function shareTurns(
  waiting: Waiting,
  { places, size }: { readonly places: number; readonly size: number },
  saved: number,
  lastReturned: boolean,
): Shares {
  const proven = waiting.returned + waiting.line;
  const unproven = waiting.unprovenReturned + waiting.unprovenLine;
  const isContested = proven > 0 && unproven > 0 && proven + unproven > places;
  const most = size > 0 ? Math.ceil(size / PART) - waiting.unprovenInside : unproven;
  const kept = Math.min(saved, 0) + MOST_SAVED;
  const balance = waiting.unprovenSettled <= FEW ? kept : Math.min(kept, 0);
  const share = Math.floor((balance + places + PART - 1) / PART);
  const allowed = isContested ? Math.max(0, Math.min(share, most)) : unproven;
  const charged = Math.min(waiting.unprovenReturned + waiting.unprovenReached, places, allowed);
  const turns = Math.min(proven, places - charged);
  const left = Math.min(unproven, places - turns);
  const costs = isContested ? (PART - 1) * charged : 0;
  const unprovenReturned = Math.min(left, waiting.unprovenReturned);

  const first = lastReturned ? Math.floor(turns / 2) : Math.ceil(turns / 2);
  const returned = Math.min(waiting.returned, Math.max(first, turns - waiting.line));
  const line = turns - returned;
  return {
    returned,
    line,
    unprovenReturned,
    unprovenLine: left - unprovenReturned,
    saved: Math.max(1 - PART, Math.min(MOST_SAVED, balance + turns - costs)) - MOST_SAVED,
    lastReturned: turns === 0 ? lastReturned : endsWithReturned(returned, line, lastReturned),
  };
}
