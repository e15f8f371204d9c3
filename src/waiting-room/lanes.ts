/**
 * The lanes of a room. Each is a line of its own with its own counter: the default lane under the room's id, which no
 * lane has as its key, and the others under `room/lane`.
 */
import type { RoomId } from './room.ts';

/** `[a-z0-9-]{1,32}`, and not `default`. */
export type LaneName = string;

/** What answers call the lane of visitors without one. */
export const DEFAULT_LANE = 'default';

/** The key of a line in the store. No room has a slash in its id. */
export type LineId = string;

/** The share of the places that each lane has, by name. Together at most 1. */
export type LaneShares = Readonly<Record<LaneName, number>>;

export interface Lane {
  /** Undefined for the default lane. */
  readonly name: LaneName | undefined;
  readonly line: LineId;
  /** From 0 to 1. */
  readonly share: number;
}

interface WithLanes {
  readonly id: RoomId;
  readonly lanes?: LaneShares | undefined;
}

/** A lane of a room, as tickets and events name it. */
export interface LaneRef {
  readonly room: RoomId;
  /** Left out for the default lane. */
  readonly lane?: LaneName | undefined;
}

/** The field `lane` of tickets and events, which those of the default lane do not have. */
export const inLane = (lane: LaneName | undefined): { readonly lane?: LaneName } =>
  lane === undefined ? {} : { lane };

/** The line of a lane. */
export const lineOf = ({ room, lane }: LaneRef): LineId => (lane === undefined ? room : `${room}/${lane}`);

export function roomOfLine(line: LineId): RoomId {
  const slash = line.indexOf('/');
  return slash < 0 ? line : line.slice(0, slash);
}

export function laneOfLine(line: LineId): LaneName | undefined {
  const slash = line.indexOf('/');
  return slash < 0 ? undefined : line.slice(slash + 1);
}

/** What answers call a lane. */
export const laneTitle = (name: LaneName | undefined): string => name ?? DEFAULT_LANE;

export const hasLanes = ({ lanes = {} }: WithLanes): boolean => Object.keys(lanes).length > 0;

/** Whether a room has a lane. The default lane, undefined, is there always. */
export const isLaneOf = ({ lanes = {} }: WithLanes, name: LaneName | undefined): boolean =>
  name === undefined || Object.hasOwn(lanes, name);

/** The lanes of a room besides the default lane. */
export function namedLanesOf({ id, lanes = {} }: WithLanes): Lane[] {
  return Object.entries(lanes).map(([name, share]) => ({ name, line: lineOf({ room: id, lane: name }), share }));
}

/** All lanes of a room, the default lane first: it has the rest of the places. */
export function lanesOf(settings: WithLanes): [Lane, ...Lane[]] {
  const named = namedLanesOf(settings);
  const rest = 1 - named.reduce((sum, { share }) => sum + share, 0);
  // Shares such as 0.1 and 0.9 make no exact sum.
  return [{ name: undefined, line: settings.id, share: rest < 1e-6 ? 0 : rest }, ...named];
}
