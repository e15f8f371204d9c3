import type { VisitorId } from '../visitor.ts';
import type { TokenLine } from './issued-tokens.ts';

/** A place that another waiting room gave. */
export interface ImportedPlace {
  readonly id: VisitorId;
  readonly number: number;
  /** Seconds since the epoch. */
  readonly enteredAt: number;
}

/** How long places are kept after the last import into their line, in ms. */
export const PLACES_KEPT = 30 * 24 * 3_600_000;

/** The ids that another waiting room gave its visitors. An id of this one carries its number, and needs no row. */
export interface ImportedPlaces {
  /** An id that is there keeps its place. */
  add(line: TokenLine, places: readonly ImportedPlace[]): Promise<void>;
  find(line: TokenLine, id: VisitorId): Promise<ImportedPlace | null>;
  /** Whether the line has any. */
  exist(line: TokenLine): Promise<boolean>;
}
