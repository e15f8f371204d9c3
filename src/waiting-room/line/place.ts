import type { VisitorId } from '../visitor.ts';
import type { Admission } from './admission.ts';

/** What a ticket proves: this visitor holds this number in this generation of a room. */
export interface Holder {
  readonly generation: number;
  readonly number: number;
  readonly visitor: VisitorId;
}

/** Where a holder stands. */
export type Place =
  /** The ticket is of an older generation of the room, or carries a number that was never issued. */
  | { readonly state: 'stale' }
  | { readonly state: 'waiting' }
  /** Missed the turn and came back to the front; waits for the next free place. */
  | { readonly state: 'returned' }
  | { readonly state: 'served'; readonly claimBy: number }
  | { readonly state: 'admitted'; readonly admission: Admission; readonly first: boolean }
  /** The claim window passed, or the number was passed over while its holder was absent. May rejoin. */
  | { readonly state: 'missed'; readonly away: boolean }
  /** Left the line, or the admission has ended. The number is used up. */
  | { readonly state: 'over' };
