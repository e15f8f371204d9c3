import type { RoomId } from '../room.ts';

/**
 * Measurements of rooms: a row for each room and minute, and the newest state of the measuring process. Their texts mean
 * nothing to the store. One process at a time writes those of a room.
 */
export interface TimeSeries {
  /** Replaces the rows of these minutes. */
  write(room: RoomId, rows: readonly TimeSeriesRow[]): Promise<void>;
  /** The rows from one minute to before another, oldest first. */
  read(room: RoomId, from: number, before: number): Promise<readonly TimeSeriesRow[]>;
  /** What was written last with `writeLatest`, for at least a day; null if there is none. */
  latest(room: RoomId): Promise<string | null>;
  writeLatest(room: RoomId, text: string): Promise<void>;
  /** Removes all of a room. */
  remove(room: RoomId): Promise<void>;
}

export interface TimeSeriesRow {
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly row: string;
}

/** Rows of so many minutes are kept: 30 days. Older ones go sooner or later. */
export const MINUTES_KEPT = 30 * 24 * 60;
