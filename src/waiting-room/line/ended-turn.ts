/** A turn or an admission that ended without being completed, as a line keeps it for a day (ended-turns.ts). */
import { Bits } from './bits.ts';

/** The turns of the missed numbers of a range, or the admission of one number. Times are less jumps of clocks. */
export interface EndedTurn {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
  /** Whether it used the number up. */
  readonly spent: boolean;
}

/** What a line keeps for an outage. */
export interface EndedTurns {
  /** That it is of: versions that do not know these begin another one without clearing them. */
  readonly generation: number;
  turns: EndedTurn[];
  /** Numbers at the front that come before all others. */
  readonly restored: Bits;
  /** When numbers were restored, less jumps of clocks. */
  readonly restoredAt: Map<number, number>;
}

export function newEndedTurns(generation: number): EndedTurns {
  return { generation, turns: [], restored: new Bits(), restoredAt: new Map() };
}
