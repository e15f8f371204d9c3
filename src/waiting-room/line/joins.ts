import type { VisitorId } from '../visitor.ts';
import type { Admission } from './admission.ts';
import type { Entry } from './draw.ts';

/** A visitor who joins; with `claim` a credit is claimed at once, if there is one. */
export interface Entrant {
  readonly visitor: VisitorId;
  readonly claim: boolean;
}

export interface Joined {
  readonly generation: number;
  /** 0 for an entrant of a draw. */
  readonly number: number;
  /** Set while a draw is open. */
  readonly entry: Entry | null;
  /** Present when the newcomer asked for it and found a credit. */
  readonly admission: Admission | null;
}
