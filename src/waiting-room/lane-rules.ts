import { hasLanes, type LaneName } from './lanes.ts';
import { type LineRules, lineRules, NO_PLACES, type SharedSize } from './line-rules.ts';
import type { RoomSettings } from './room.ts';

/**
 * The rules of the line of a lane, in a room with or without lanes. Until the places are shared, the default lane has all
 * of them and the others have none, and a room in a group has none: a line that has an allotment keeps it.
 *
 * @param shared what the line has of the places, where that is known.
 */
export function laneRules(settings: RoomSettings, lane: LaneName | undefined, shared?: SharedSize): LineRules {
  if (!hasLanes(settings) && !settings.group) return lineRules(settings);
  const size = lane === undefined && !settings.group ? (settings.inlet.size ?? 0) : NO_PLACES;
  return lineRules(settings, shared ?? { size, sizeVersion: 0 });
}
