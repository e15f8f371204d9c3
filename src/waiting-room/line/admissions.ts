import type { VisitorId } from '../visitor.ts';
import type { Counters } from './counters.ts';

export interface Exits {
  /** So many left, without a name. */
  readonly exited: number;
  readonly completed: readonly VisitorId[];
  readonly abandoned: readonly VisitorId[];
}

export interface ExitsResult {
  /** Visitors without a live admission: unknown, or reported before. Not counted. */
  readonly unknown: number;
  /** The visitors whose admissions this ended, each once. */
  readonly ended: readonly VisitorId[];
  readonly counters: Counters;
}
