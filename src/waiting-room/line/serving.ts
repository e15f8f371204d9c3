import type { Counters } from './counters.ts';

/** How far to raise the serving counter: over so many numbers, over so many present visitors, or as many as fit. */
export type Raise =
  | { readonly numbers: number }
  /** With `credits`, at most so many places stand open for newcomers when the line is shorter than that. */
  | { readonly people: number; readonly credits?: number | undefined };

/**
 * An inlet's tick: the raise happens only if the breaker is off and the inlet's state is still `from`; then the
 * state is `to`. Of two processes that tick at once, one does nothing.
 */
export interface InletStep {
  readonly from: string;
  readonly to: string;
}

export interface Raised {
  /** By how much the serving counter changed; negative when it was lowered. */
  readonly raisedBy: number;
  /** False where the step of an inlet was not taken. */
  readonly applied: boolean;
  readonly counters: Counters;
}
