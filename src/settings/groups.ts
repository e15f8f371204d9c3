import { z } from 'zod';
import { type Group, groupsOf } from '#waiting-room/groups.ts';
import { hasLanes } from '#waiting-room/lanes.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import { fields, roomId, size } from './fields.ts';

/** What shares may be more than 1 together, by rounding. */
const ROUNDING = 1e-6;

const shares = z
  .record(roomId, z.number().gt(0, 'must be more than 0').max(1))
  .describe('The rooms, each with its share of the places: together at most 1.')
  .check(({ value, issues }) => {
    const all = Object.values(value);
    const fault = (message: string) => issues.push({ code: 'custom', message, path: [], input: value });
    if (all.length === 0) fault('must name a room');
    if (all.reduce((sum, each) => sum + each, 0) > 1 + ROUNDING) fault('must be at most 1 together');
  });

const shape = {
  size: size.describe('The largest number of visitors inside all the rooms together.'),
  rooms: shares,
};

/** Rooms that share a back end, in the configuration file and in answers. */
export const group = fields({ id: roomId, ...shape }).meta({ id: 'Group' });

/** The same with the id in the path. */
export const groupBody = fields({ id: roomId.optional(), ...shape }).meta({ id: 'GroupBody' });

/** Why the rooms cannot be in the group, by the field of the group. */
export function groupFaults(
  { id, rooms: named }: Group,
  rooms: readonly RoomSettings[],
): { readonly field: string; readonly message: string }[] {
  const others = groupsOf(rooms).filter((each) => each.id !== id);
  return Object.keys(named).flatMap((room) => {
    const fault = (message: string) => [{ field: `rooms.${room}`, message }];
    const settings = rooms.find((each) => each.id === room);
    if (!settings) return fault('must be a room that exists');
    if (hasLanes(settings)) return fault('must be a room without lanes: these share its places already');
    const other = others.find((each) => Object.hasOwn(each.rooms, room));
    return other ? fault(`must be in one group only: it is in ${other.id}`) : [];
  });
}
