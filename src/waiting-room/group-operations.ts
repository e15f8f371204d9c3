import { GroupNotFound } from './errors.ts';
import { type Group, groupsOf } from './groups.ts';
import type { OperationsContext } from './operations-context.ts';
import type { RoomOperations } from './room-operations.ts';
import { isSameJson } from './same-json.ts';

/** What operators do with groups. A group is stored with the settings of its rooms. */
export interface GroupOperations {
  groups(): Promise<readonly Group[]>;
  /** Creates the group or replaces it. Its rooms must exist. A room that leaves it has its own size again. */
  putGroup(group: Group): Promise<{ readonly isNew: boolean }>;
  /** Rejects with GroupNotFound. */
  deleteGroup(id: string): Promise<void>;
}

export function createGroupOperations(context: OperationsContext, rooms: RoomOperations): GroupOperations {
  const groups = async () => groupsOf(await rooms.rooms());
  const leave = (room: string, group: string) =>
    rooms.changeRoom(room, (settings) => (settings.group?.id === group ? { ...settings, group: null } : settings));

  return {
    groups,
    async putGroup({ id, size, rooms: shares }) {
      const before = (await groups()).find((group) => group.id === id);
      if (isSameJson(before, { id, size, rooms: shares })) return { isNew: false };
      // Rooms that come in have no places until the others have given some up. While they come in one after the other, the
      // smallest size counts: a room must not grow into places of one that is still to come.
      const coming = Object.entries(shares).filter(([room]) => !Object.hasOwn(before?.rooms ?? {}, room));
      for (const [room, share] of Object.keys(shares).length > 1 ? coming : []) {
        await rooms.changeRoom(room, (settings) => ({ ...settings, group: { id, size: 1, share } }));
      }
      for (const [room, share] of Object.entries(shares)) {
        await rooms.changeRoom(room, (settings) => ({ ...settings, group: { id, size, share } }));
      }
      for (const room of Object.keys(before?.rooms ?? {})) {
        if (!Object.hasOwn(shares, room)) await leave(room, id);
      }
      context.audit('group.put', id, { size, rooms: shares });
      return { isNew: before === undefined };
    },
    async deleteGroup(id) {
      const group = (await groups()).find((each) => each.id === id);
      if (!group) throw new GroupNotFound(id);
      for (const room of Object.keys(group.rooms)) await leave(room, id);
      context.audit('group.deleted', id);
    },
  };
}
