/** Which visitors are sent their notice now. */
import type { Range } from './estimate.ts';
import { waitOf } from './facts.ts';
import type { Place } from './line/place.ts';
import type { Snapshot } from './snapshots.ts';

/** How long before the earliest estimated turn, in ms. */
const BEFORE = 5 * 60_000;

/** Whether a notice to a visitor with this estimated wait is sent now. */
export function isDue({ settings }: Pick<Snapshot, 'settings'>, wait: Range | null): boolean {
  return wait !== null && wait.low <= (settings.notify?.before ?? BEFORE) / 1000;
}

/** Up to which number notices are due: those whose turn may come within the time that the room says, or has come. */
export function dueUpTo(snapshot: Snapshot): number {
  const { queue, serving } = snapshot.view.counters;
  // Nobody waits less than somebody ahead.
  let [due, later] = [serving, Math.max(serving, queue) + 1];
  while (later - due > 1) {
    const middle = Math.floor((due + later) / 2);
    if (isDue(snapshot, waitOf(snapshot, snapshot.ahead(middle)))) due = middle;
    else later = middle;
  }
  return due;
}

/** Whether a notice still helps its visitor: not one who is inside, has left, or can only join at the back. */
export function isUseful(place: Place): boolean {
  return place.state === 'waiting' || place.state === 'returned' || place.state === 'served'
    ? true
    : place.state === 'missed' && (place.front || place.lapsed === true);
}
