import type { AlertName } from '#waiting-room/alerts.ts';
import type { Counters } from '#waiting-room/line/counters.ts';

/** What the gauges of a room show. */
export interface RoomGauges {
  readonly room: string;
  readonly counters: Counters;
  /** Waits that were inside the predicted range, and outside it. */
  /** Admissions that are not confirmed yet, and those that were not in time, ever. */
  readonly admissions: { readonly provisional: number; readonly lapsed: number };
  readonly predictions: { readonly within: number; readonly outside: number };
  /** The most joins of one address without a proof within the current minute. */
  readonly busiestAddress: number;
  /** Of the alerts of a room that this process measures: whether each is raised. Null: another process measures it. */
  readonly alerts: ReadonlyMap<AlertName, boolean> | null;
}
