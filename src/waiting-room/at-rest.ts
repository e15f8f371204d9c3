/** When a room may rest: pure decisions. `resting-rooms.ts` keeps which rooms are at rest, and notices their end. */
import { placesLeftOpen, restsUntil } from './inlets/rest.ts';
import type { SeenLane, SeenLanes } from './lane-inlet.ts';
import type { LineView } from './line/counters.ts';
import { readSignal } from './origin-signal.ts';
import type { RoomSettings } from './room.ts';
import { settingsAt } from './settings-at.ts';

/** Whether nobody waits, is inside or on the way there, and nothing of the line is left to report. */
export function isEmpty({ counters, inside, held, provisional, expiredAdmissions, draws }: LineView): boolean {
  const last = draws.at(-1);
  const entrants = last?.drawnAt === null ? last.arrivals : 0;
  const people = counters.waiting + counters.present + counters.active + Math.max(0, inside) + held + provisional;
  return people + entrants + expiredAdmissions === 0;
}

/** Whether two views of a line at rest show the same. Its time, the state of its inlet and most notes don't count. */
export function isSameAtRest(one: LineView, other: LineView): boolean {
  return gistOf(one) === gistOf(other);
}

const gistOf = ({
  incarnation,
  generation,
  counters,
  mode,
  size,
  alarm,
  inside,
  held,
  provisional,
  notes,
  draws,
}: LineView) =>
  JSON.stringify([
    ...[incarnation, generation, counters, mode, size, alarm, inside, held, provisional, notes.signal],
    draws.map(({ event, arrivals, drawnAt }) => [event, arrivals, drawnAt]),
  ]);

/** Whether the inlet has opened all places for newcomers that it leaves open. */
function isOpen({ inlet, mode }: RoomSettings, { share, view }: SeenLane): boolean {
  const ofRoom = placesLeftOpen(inlet);
  if (mode !== 'queue' || view.alarm || ofRoom === null) return true;
  const places = Math.ceil(ofRoom * share);
  const { serving, queue } = view.counters;
  // A size of 0 is no limit, and one below is no place at all.
  return serving - queue >= (view.size === 0 ? places : Math.min(places, Math.max(0, view.size)));
}

/** The next time at which an event changes the settings, in ms. */
function nextEvent({ events }: RoomSettings, now: number): number {
  const times = events.flatMap(({ prequeue_start, start, end }) => [prequeue_start, start, end ?? now]);
  return Math.min(...times.filter((time) => time > now));
}

/** For how long nothing happens in a room if nobody comes, in ms; 0 if something may happen now. */
export function restOf(configured: RoomSettings, lanes: SeenLanes, now: number): number {
  const settings = settingsAt(configured, now);
  if (!lanes.every((lane) => isEmpty(lane.view) && isOpen(settings, lane))) return 0;
  const [{ view }] = lanes;
  const ofInlet = restsUntil(settings.inlet, view.clock, readSignal(view.notes.signal)) - view.clock;
  return Math.max(0, Math.min(ofInlet, nextEvent(configured, now) - now));
}
