import { type LaneName, laneTitle } from './lanes.ts';
import type { Counters, LineView } from './line/counters.ts';

/** The counters of one lane. */
export interface LaneCounters extends Counters {
  /** The places that the lane has now: its share, more where it borrows, less where it lends. Null for no limit. */
  readonly size: number | null;
}

/** The counters of a room: of its line, or of all its lanes together. */
export interface RoomCounters extends Counters {
  /** By name, in a room with lanes. */
  readonly lanes?: Readonly<Record<string, LaneCounters>>;
}

interface LaneSeen {
  /** Left out for the default lane. */
  readonly name?: LaneName | undefined;
  readonly view: LineView;
}

/** @param lanes the default lane first. */
export function roomCounters(lanes: readonly [LaneSeen, ...LaneSeen[]]): RoomCounters {
  const [{ view }, ...others] = lanes;
  if (others.length === 0) return view.counters;
  const together = others.reduce((sum, each) => added(sum, each.view.counters), view.counters);
  return { ...together, lanes: Object.fromEntries(lanes.map((lane) => [laneTitle(lane.name), laneCounters(lane)])) };
}

function laneCounters({ view: { counters, size } }: LaneSeen): LaneCounters {
  return { ...counters, size: size === 0 ? null : Math.max(0, size) };
}

function added(one: Counters, other: Counters): Counters {
  return {
    queue: one.queue + other.queue,
    serving: one.serving + other.serving,
    waiting: one.waiting + other.waiting,
    present: one.present + other.present,
    claimed: one.claimed + other.claimed,
    active: one.active + other.active,
    completed: one.completed + other.completed,
    abandoned: one.abandoned + other.abandoned,
    expired: one.expired + other.expired,
  };
}
