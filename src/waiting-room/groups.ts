/** Rooms that share a back end: together they never have more visitors inside than the group's size. */
import type { RoomId, RoomSettings } from './room.ts';

export interface Group {
  /** `[a-z0-9-]{1,64}`. */
  readonly id: string;
  /** The largest number of visitors inside all its rooms. */
  readonly size: number;
  /** The share of the places that each room has, together at most 1. */
  readonly rooms: Readonly<Record<RoomId, number>>;
}

/** The groups that rooms are in, in the order of their ids. While a group is changed, its rooms may differ: the smaller size counts. */
export function groupsOf(rooms: readonly RoomSettings[]): Group[] {
  const ids = [...new Set(rooms.flatMap(({ group }) => (group ? [group.id] : [])))].sort();
  return ids.map((id) => {
    const own = rooms.flatMap(({ id: room, group }) => (group?.id === id ? [{ room, group }] : []));
    return {
      id,
      size: Math.min(...own.map(({ group }) => group.size)),
      rooms: Object.fromEntries(own.map(({ room, group }) => [room, group.share])),
    };
  });
}
