import type { LineId } from '../lanes.ts';

/**
 * Shows cheaply that something happened in a line. A step moves the line's time, unless the caller's clock is behind, or
 * the step only uses or confirms an admission.
 */
export interface LineMark {
  readonly incarnation: string;
  readonly generation: number;
  /** The line's time at its last step, in ms. */
  readonly clock: number;
  /** Numbers issued. */
  readonly queue: number;
  /** Entrants of the draw that is not done; 0 if there is none. */
  readonly arrivals: number;
}

/** Looks at many lines without a step in any of them. */
export interface LineMarks {
  /** In the order of the lines; null where a line is missing. */
  read(lines: readonly LineId[]): Promise<readonly (LineMark | null)[]>;
  /**
   * The lines that somebody may have changed since they were read. Each is answered once, until it is read again. Where a
   * store cannot tell, these are all that were read.
   */
  changed(): Promise<ReadonlySet<LineId>>;
}
