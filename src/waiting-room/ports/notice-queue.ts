import type { LineId } from '../lanes.ts';
import type { VisitorId } from '../visitor.ts';

/** A generation of a line. */
export interface NoticeLine {
  readonly line: LineId;
  readonly incarnation: string;
  readonly generation: number;
}

/** What a visitor asked to be sent ahead of their turn. */
export interface Notice {
  readonly visitor: VisitorId;
  readonly number: number;
  /** Where to send it, and what to say: sealed, so that the store cannot read it. Neither has blanks. */
  readonly sealed: string;
  /** Not due before, in ms. */
  readonly notBefore: number;
  /** How often sending it failed. */
  readonly attempts: number;
}

/** `sent`: it left the queue. `failed`: it did, and nobody knows that it arrived. */
export type NoticeProgress = 'waiting' | 'sent' | 'failed';

/**
 * Notices that wait for the turn of their visitors, by line. A line has those of one generation: the first notice of a
 * later one drops the others, and one of an earlier generation is ignored. They are dropped {@link NOTICES_KEPT} after the
 * last one was put.
 */
export interface NoticeQueue {
  /** Puts the notice of a visitor, in place of the one before. False where the line has `capacity` of other visitors. */
  put(of: NoticeLine, notice: Notice, capacity: number): Promise<boolean>;
  /** Drops the notice of a visitor. One that is taken cannot be put back. */
  forget(of: NoticeLine, visitor: VisitorId): Promise<void>;
  /**
   * Takes at most `max` that are due, of numbers up to `upTo`, the smallest first. They are removed, so that no other
   * process gets them. A mark stays of each, until it is put back or settled.
   */
  take(of: NoticeLine, upTo: number, max: number, now: number): Promise<readonly Notice[]>;
  /** Puts back one that was taken, unless its visitor has withdrawn or replaced it since. */
  putBack(of: NoticeLine, taken: Notice): Promise<void>;
  /** Drops the mark of one that was taken and is not put back. Of one that failed it is known for a while. */
  settle(of: NoticeLine, taken: Notice, hasFailed: boolean): Promise<void>;
  /** What became of the notice that a visitor asked for last. */
  progress(of: NoticeLine, visitor: VisitorId): Promise<NoticeProgress>;
  /** Drops all notices of a line. */
  clear(line: LineId): Promise<void>;
}

/** Of a line, the most visitors of whom it is known that their notice failed. */
export const FAILURES_KEPT = 20_000;

/** Two days, in ms. */
export const NOTICES_KEPT = 48 * 60 * 60 * 1000;
