import { EventIdTaken, RoomNotFound } from './errors.ts';
import { createEventGuard } from './event-guard.ts';
import { lineRules } from './line-rules.ts';
import { newIncarnation } from './lost-lines.ts';
import type { OperationsContext } from './operations-context.ts';
import type { Stored } from './ports/revision.ts';
import type { RoomId, RoomSettings } from './room.ts';
import { withoutSecrets } from './room-secrets.ts';
import { eventIdOf } from './rooms-by-event.ts';
import { settingsAt } from './settings-at.ts';
import type { Changed, Precondition, Put } from './settings-change.ts';
import { changeSettings, deleteSettings, unconditional } from './settings-change.ts';

/** What operators do with the settings of rooms. */
export interface RoomOperations {
  rooms(): Promise<readonly RoomSettings[]>;
  room(id: RoomId): Promise<RoomSettings>;
  /** The same with the revision, which a {@link Precondition} compares. */
  storedRoom(id: RoomId): Promise<Stored<RoomSettings>>;
  /** Creates the room or replaces its settings, never its counters. The same settings again change and record nothing. */
  putRoom(settings: RoomSettings, precondition?: Precondition): Promise<Put>;
  /**
   * Replaces the settings with what `change` makes of them. `change` is called again if another change came in between:
   * changes of different fields all survive.
   */
  changeRoom(
    id: RoomId,
    change: (settings: RoomSettings) => RoomSettings,
    precondition?: Precondition,
  ): Promise<Stored<RoomSettings>>;
  /** The same for a room that need not exist: `change` gets null where it does not. */
  upsertRoom(id: RoomId, change: (settings: RoomSettings | null) => RoomSettings): Promise<void>;
  /** Deletes the room with its line and all admissions. */
  deleteRoom(id: RoomId, precondition?: Precondition): Promise<void>;
}

export function createRoomOperations(context: OperationsContext): RoomOperations {
  const { store, now, emit, by, existingRoom, audit, admissionEnded, roomChanged } = context;
  const { line, settings } = store;
  const guardEvents = createEventGuard(context);

  const servingIn = async (id: RoomId) => (await line.view(id, now())).counters.serving;
  const create = (room: RoomSettings) => {
    const rules = lineRules(settingsAt(room, now()));
    return line.open(room.id, { rules, incarnation: newIncarnation(), checkpoint: null }, now());
  };
  const apply = (room: RoomSettings) => line.configure(room.id, lineRules(settingsAt(room, now())), now());

  /** Two rooms with one event id would be one room to AWS's clients. */
  async function refuseTakenEventId(room: RoomSettings): Promise<RoomSettings> {
    const eventId = eventIdOf(room);
    if (eventId === null) return room;
    const other = (await settings.rooms()).find((each) => each.id !== room.id && eventIdOf(each) === eventId);
    if (other) throw new EventIdTaken(eventId, other.id);
    return room;
  }

  async function put(
    id: RoomId,
    next: (current: RoomSettings | null) => RoomSettings,
    precondition: Precondition = unconditional,
  ): Promise<Changed<RoomSettings>> {
    const changed = await changeSettings(
      { read: () => settings.storedRoom(id), write: (room, expected) => settings.putRoom(room, expected) },
      precondition,
      async (current) => refuseTakenEventId(await guardEvents(current, next(current))),
    );
    if (changed.isSame) {
      // The line may still lack the rules, if a process ended between the two steps of the first change.
      await apply(changed.after.value);
      await applyLater(changed.after);
      return changed;
    }
    audit('room.put', id, withoutSecrets(changed.after.value));
    await configure(changed);
    roomChanged(id);
    return changed;
  }

  /** Applies the rules. A change of the mode may serve everybody at once, or close what was open to newcomers. */
  async function configure({ before, after }: Changed<RoomSettings>): Promise<void> {
    const { id, mode } = after.value;
    const isNewMode = before?.mode !== mode;
    if (!before) await create(after.value);
    const from = before && isNewMode ? await servingIn(id) : 0;
    await apply(after.value);
    if (isNewMode) {
      emit('mode.changed', { room: id, by, from: before?.mode ?? null, to: mode });
      const to = before ? await servingIn(id) : 0;
      if (from !== to) emit('counter.raised', { room: id, by, from, to });
    }
    await applyLater(after);
  }

  /** Settings that another process stored after these may have been applied before these: then they are applied again. */
  async function applyLater(applied: Stored<RoomSettings>): Promise<void> {
    const latest = await settings.storedRoom(applied.value.id);
    if (!latest || latest.revision === applied.revision) return;
    await apply(latest.value);
    await applyLater(latest);
  }

  return {
    rooms: () => settings.rooms(),
    room: existingRoom,
    async storedRoom(id) {
      const room = await settings.storedRoom(id);
      if (!room) throw new RoomNotFound(id);
      return room;
    },
    async putRoom(room, precondition) {
      const { before, after } = await put(room.id, () => room, precondition);
      return { isNew: before === null, revision: after.revision };
    },
    async changeRoom(id, change, precondition) {
      const next = (current: RoomSettings | null) => {
        if (!current) throw new RoomNotFound(id);
        return change(current);
      };
      return (await put(id, next, precondition)).after;
    },
    async upsertRoom(id, change) {
      await put(id, change);
    },
    async deleteRoom(id, precondition) {
      const isDeleted = await deleteSettings(
        { read: () => settings.storedRoom(id), remove: (expected) => settings.deleteRoom(id, expected) },
        precondition,
      );
      if (!isDeleted) throw new RoomNotFound(id);
      audit('room.deleted', id);
      admissionEnded(id, 'all', 'reset');
      // A put between the removal of the line and that of the settings found the room still there: it opened no line.
      const putMeanwhile = precondition ? await settings.room(id) : null;
      if (putMeanwhile) await create(putMeanwhile);
      roomChanged(id);
    },
  };
}
