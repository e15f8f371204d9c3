/** How often waiting pages request the shared status and their own facts. Seconds, unless said otherwise. */
import { claimWindowSetting } from './claim-window.ts';
import type { RoomSettings } from './room.ts';

/** The longest time between two heartbeats. */
const HEARTBEAT = 30;

/** The shortest time between two reloads of a page without scripts. */
const SHORTEST_RELOAD = 2;

/** When the next heartbeat is due: within a third of the presence timeout, so that one lost heartbeat does no harm. */
export function heartbeatAfter({ presence }: Pick<RoomSettings, 'presence'>): number {
  return Math.max(1, Math.min(HEARTBEAT, Math.floor(presence.timeout / 3000)));
}

/** When a visitor who was given a ticket is to bring it back, in seconds. */
const FIRST_HEARTBEAT = 5;

/**
 * When the first heartbeat is due: for an entrant before the event starts, if more than a second is left, because the
 * draw is among those who are present.
 *
 * @param due when a heartbeat is due otherwise.
 * @param startsIn the time until the event's start, in ms; for an entrant only.
 */
export function firstHeartbeatAfter(due: number, startsIn = Number.POSITIVE_INFINITY): number {
  return Math.min(due, FIRST_HEARTBEAT, Math.max(1, Math.floor(startsIn / 1000) - 1));
}

/** How long a visitor stays present without a heartbeat, in ms: never shorter than three heartbeats need. */
export function presenceTimeoutOf(settings: Pick<RoomSettings, 'presence'>): number {
  return Math.max(settings.presence.timeout, 3 * heartbeatAfter(settings) * 1000);
}

/** When to request the shared status again. A longer line moves more slowly for each visitor. */
export function pollAfter(settings: Pick<RoomSettings, 'admission' | 'aws'>, waiting: number): number {
  const pace = waiting <= 100 ? 2 : waiting <= 10_000 ? 5 : 10;
  // A page that polls three times in a claim window does not miss its turn.
  return Math.max(1, Math.min(pace, Math.floor(claimWindowSetting(settings) / 3000)));
}

/** When a page without scripts reloads: at least twice in a claim window. */
export function reloadAfter(settings: Pick<RoomSettings, 'admission' | 'aws' | 'presence'>): number {
  const half = Math.floor(claimWindowSetting(settings) / 2000);
  return Math.min(heartbeatAfter(settings), Math.max(SHORTEST_RELOAD, half));
}

/**
 * How long a place is held for a served visitor, in ms: never shorter than every page needs to notice its turn, with
 * scripts and without.
 */
export function claimWindowOf(settings: Pick<RoomSettings, 'admission' | 'aws' | 'presence'>): number {
  return Math.max(claimWindowSetting(settings), longestPollDelay(settings), 2 * reloadAfter(settings) * 1000);
}

/** The longest time, in ms, until a page knows that its number is served, including jitter and the snapshot's age. */
function longestPollDelay(settings: Pick<RoomSettings, 'admission' | 'aws'>): number {
  return pollAfter(settings, Number.POSITIVE_INFINITY) * 1200 + 1000;
}
