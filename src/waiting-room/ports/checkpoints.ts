import type { LineId } from '../lanes.ts';
import type { Restoration } from '../line/ledger.ts';
import type { Checkpoint } from '../line/opening.ts';

/** What a process saw of a line. */
export interface SeenLine {
  readonly checkpoint: Checkpoint;
  /** The places that the line had; left out where they are not known. */
  readonly size?: number | undefined;
}

/** What is known of a lost line beyond its store. */
export interface SavedLine extends SeenLine {
  /** The admissions that had not ended. */
  readonly admissions: Restoration['admissions'];
}

/** Checkpoints of lines, where a loss of the store does not reach them. */
export interface Checkpoints {
  /**
   * The newest of a line; null where there is none, or its room was deleted since. The numbers that may have been issued
   * after it are no more than its highest rate of joins says.
   */
  read(line: LineId, now: number): Promise<SavedLine | null>;
  /** The admissions of a line that have not ended at `time`, less what pauses stopped. Those of the last moment may lack. */
  inside(
    line: LineId,
    of: Pick<Checkpoint, 'incarnation' | 'generation'>,
    time: number,
  ): Promise<Restoration['admissions']>;
  /**
   * Saves what a process saw of a line at `at`, by the line's time less what it was shifted, unless a newer one is there.
   * Of what is saved more often than once a second by all processes, the rest is left out.
   */
  save(line: LineId, seen: SeenLine, at: number): Promise<void>;
}
