/** How often waiting pages request the shared status and their own facts. Seconds, unless said otherwise. */
import type { RoomSettings } from './room.ts';

/** The longest time between two heartbeats. */
const HEARTBEAT = 30;

/** When the next heartbeat is due: within a third of the presence timeout, so that one lost heartbeat does no harm. */
export function heartbeatAfter({ presence }: Pick<RoomSettings, 'presence'>): number {
  return Math.max(1, Math.min(HEARTBEAT, Math.floor(presence.timeout / 3000)));
}

/** When to request the shared status again. A longer line moves more slowly for each visitor. */
export function pollAfter({ admission }: Pick<RoomSettings, 'admission'>, waiting: number): number {
  const pace = waiting <= 100 ? 2 : waiting <= 10_000 ? 5 : 10;
  // A page that polls three times in a claim window does not miss its turn.
  return Math.max(1, Math.min(pace, Math.floor(admission.claim_window / 3000)));
}

/** The longest time, in ms, until a page knows that its number is served, including jitter and the snapshot's age. */
export function longestPollDelay(settings: Pick<RoomSettings, 'admission'>): number {
  return pollAfter(settings, Number.POSITIVE_INFINITY) * 1200 + 1000;
}
