import type { SeenLanes } from './lane-inlet.ts';
import { laneRules } from './lane-rules.ts';
import { createLend } from './lending/lender.ts';
import type { SharedSize } from './line-rules.ts';
import type { LineStore } from './ports/line.ts';
import type { RoomSettings } from './room.ts';

/** Divides a room's places among its lanes, and lends what is idle. Answers the lanes as they are then. */
export type SharePlaces = (settings: RoomSettings, lanes: SeenLanes) => Promise<SeenLanes>;

export function createSharePlaces(
  line: Pick<LineStore, 'view' | 'note' | 'configure'>,
  now: () => number,
): SharePlaces {
  const lend = createLend(line, now);
  return async (settings, lanes) => {
    const members = lanes.map(({ name, line: id, share }) => ({
      line: id,
      share,
      rules: (shared: SharedSize) => laneRules(settings, name, shared),
    }));
    const pool = { keeper: settings.id, size: settings.inlet.size ?? Number.POSITIVE_INFINITY, members };
    const views = await lend(pool, new Map(lanes.map(({ line: id, view }) => [id, view])));
    const [first, ...others] = lanes.map((lane) => ({ ...lane, view: views.get(lane.line) ?? lane.view }));
    return first ? [first, ...others] : lanes;
  };
}
