import type { LineId } from '../lanes.ts';

/** What shows cheaply that something happened in a line: any step moves the line's time, unless a clock is behind. */
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
}
