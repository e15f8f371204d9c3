import { RoomNotFound } from './errors.ts';
import type { OperationsContext } from './operations-context.ts';
import type { RoomId, RoomSettings } from './room.ts';
import { lineRules, settingsAt } from './room.ts';

/** What operators do with the settings of rooms. */
export interface RoomOperations {
  rooms(): Promise<readonly RoomSettings[]>;
  room(id: RoomId): Promise<RoomSettings>;
  /** Creates the room or changes its settings, never its counters. Returns whether the room is new. */
  putRoom(settings: RoomSettings): Promise<boolean>;
  /** Deletes the room with its line and all admissions. */
  deleteRoom(id: RoomId): Promise<void>;
}

export function createRoomOperations(context: OperationsContext): RoomOperations {
  const { store, now, emit, by, existingRoom, audit, admissionEnded, roomChanged } = context;
  const { line, settings } = store;

  const servingIn = async (id: RoomId) => (await line.view(id, now())).counters.serving;

  /** Applies the rules. A change of the mode may serve everybody at once, or close what was open to newcomers. */
  async function configure(before: RoomSettings | null, room: RoomSettings): Promise<void> {
    const { id, mode } = room;
    const apply = () => line.configure(id, lineRules(settingsAt(room, now())), now());
    if (before?.mode === mode) return apply();
    const from = before ? await servingIn(id) : 0;
    await apply();
    emit('mode.changed', { room: id, by, from: before?.mode ?? null, to: mode });
    const to = before ? await servingIn(id) : 0;
    if (from !== to) emit('counter.raised', { room: id, by, from, to });
  }

  return {
    rooms: () => settings.rooms(),
    room: existingRoom,
    async putRoom(room) {
      const before = await settings.room(room.id);
      await settings.putRoom(room);
      audit('room.put', room.id, room);
      await configure(before, room);
      roomChanged(room.id);
      return before === null;
    },
    async deleteRoom(id) {
      if (!(await settings.deleteRoom(id))) throw new RoomNotFound(id);
      audit('room.deleted', id);
      admissionEnded(id, 'all', 'reset');
      roomChanged(id);
    },
  };
}
