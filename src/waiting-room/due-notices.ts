/** Which visitors are sent their notice now. */
import { waitOf } from './facts.ts';
import type { Place } from './line/place.ts';
import type { Snapshot } from './snapshots.ts';

/** How long before the earliest estimated turn, in ms. */
const BEFORE = 5 * 60_000;

/** Up to which number notices are due: those whose turn may come within the time that the room says, or has come. */
export function dueUpTo(snapshot: Snapshot): number {
  const { queue, serving } = snapshot.view.counters;
  const seconds = (snapshot.settings.notify?.before ?? BEFORE) / 1000;
  const isDue = (number: number) => {
    const wait = waitOf(snapshot, snapshot.ahead(number));
    return wait !== null && wait.low <= seconds;
  };
  // Nobody waits less than somebody ahead.
  let [due, later] = [serving, Math.max(serving, queue) + 1];
  while (later - due > 1) {
    const middle = Math.floor((due + later) / 2);
    if (isDue(middle)) due = middle;
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
