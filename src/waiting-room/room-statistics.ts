import { type DrawReport, drawReport } from './draw-report.ts';
import { perMinute, type Range, readMeter, timeOf } from './estimate.ts';
import type { SeenLanes } from './lane-inlet.ts';
import { laneTitle } from './lanes.ts';
import type { LineView } from './line/counters.ts';
import { type RoomCounters, roomCounters } from './room-counters.ts';

/** Measurements of a line. */
export interface Statistics {
  readonly counters: RoomCounters;
  /** Places held for served visitors who have not claimed yet. */
  readonly held: number;
  readonly alarm: boolean;
  /** People a minute whose turn comes; null when unknown. */
  readonly perMinute: Range | null;
  /** How many predicted waits came true, and how many did not. */
  readonly predictions: { readonly within: number; readonly outside: number };
  readonly draws: readonly DrawReport[];
  readonly entrantsPresent: number;
}

/** Of a room with lanes: sums, the draws of the default lane, and each lane by name. */
export interface RoomStatistics extends Statistics {
  readonly lanes?: Readonly<Record<string, Statistics>>;
}

export function roomStatistics(lanes: SeenLanes): RoomStatistics {
  const [{ view }, ...others] = lanes;
  const own = statisticsOf(view);
  if (others.length === 0) return own;
  const each = [own, ...others.map((lane) => statisticsOf(lane.view))];
  const sum = (numberOf: (of: Statistics) => number) => each.reduce((all, of) => all + numberOf(of), 0);
  const speeds = each.flatMap((of) => of.perMinute ?? []);
  return {
    ...own,
    counters: roomCounters(lanes),
    held: sum(({ held }) => held),
    perMinute:
      speeds.length === 0
        ? null
        : speeds.reduce((one, other) => ({ low: one.low + other.low, high: one.high + other.high })),
    predictions: { within: sum((of) => of.predictions.within), outside: sum((of) => of.predictions.outside) },
    entrantsPresent: sum((of) => of.entrantsPresent),
    lanes: Object.fromEntries(lanes.map(({ name }, i) => [laneTitle(name), each[i] as Statistics])),
  };
}

function statisticsOf(view: LineView): Statistics {
  const { counters, held, alarm, notes, predictions, draws, entrantsPresent } = view;
  const speed = perMinute(readMeter(notes.meter), timeOf(view));
  return { counters, held, alarm, perMinute: speed, predictions, draws: draws.map(drawReport), entrantsPresent };
}
