import { EventIdTaken, RoomNotFound } from './errors.ts';
import { createEventGuard } from './event-guard.ts';
import { createLaneGuard, removedLanes } from './lane-guard.ts';
import type { SeenLane } from './lane-inlet.ts';
import { laneRules } from './lane-rules.ts';
import { inLane, type Lane, lanesOf, namedLanesOf } from './lanes.ts';
import { newIncarnation } from './lost-lines.ts';
import { notesOf } from './note-operations.ts';
import type { OperationsContext } from './operations-context.ts';
import type { Stored } from './ports/revision.ts';
import type { RoomId, RoomSettings, StockFrom } from './room.ts';
import { withoutSecrets } from './room-secrets.ts';
import { eventIdOf } from './rooms-by-event.ts';
import { isSameJson } from './same-json.ts';
import { settingsAt } from './settings-at.ts';
import type { Changed, Precondition, Put } from './settings-change.ts';
import { changeSettings, deleteSettings, unconditional } from './settings-change.ts';
import { createSharePlaces } from './share-places.ts';
import { soldIn } from './stock.ts';
import { createUndoRecords, newDeed, undoOf } from './undo-records.ts';
import { wholeView } from './whole-view.ts';

/** A room that is put again stays in its group, unless it leaves it: then `group` is null. */
function withGroup(before: RoomSettings | null, after: RoomSettings): RoomSettings {
  const { group = before?.group, ...rest } = after;
  return group ? { ...rest, group } : rest;
}

export interface ChangeOptions {
  /** Whether an operator may undo the change; true by default. */
  readonly isUndoable?: boolean;
  /** The event that the change removes even if it has entrants, who are drawn. */
  readonly cancelled?: string | undefined;
}

/**
 * What no settings bring back: the line of a removed lane is gone, and a group is changed in all of its rooms at once.
 */
const canBeUndone = (before: RoomSettings, after: RoomSettings): boolean =>
  removedLanes(before, after).length === 0 && isSameJson(before.group ?? null, after.group ?? null);

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
    options?: ChangeOptions,
  ): Promise<Stored<RoomSettings>>;
  /** As `changeRoom`, for a room that need not exist: `change` gets null where it does not. */
  upsertRoom(id: RoomId, change: (settings: RoomSettings | null) => RoomSettings): Promise<void>;
  /** Replaces the settings with earlier ones of the same room. This cannot be undone. */
  returnToSettings(settings: RoomSettings, precondition: Precondition): Promise<void>;
  /** Deletes the room with its line and all admissions. */
  deleteRoom(id: RoomId, precondition?: Precondition): Promise<void>;
}

export function createRoomOperations(context: OperationsContext): RoomOperations {
  const { store, now, emit, by, existingRoom, audit, admissionEnded, roomChanged } = context;
  const { line, settings } = store;
  const guardEvents = createEventGuard(context);
  const guardLanes = createLaneGuard(context);
  const sharePlaces = createSharePlaces(line, now);
  const undoRecords = createUndoRecords(context.records.roomRecords);

  const servingIn = async (lane: Lane) => (await line.view(lane.line, now())).counters.serving;
  const rulesOf = (room: RoomSettings, { name }: Lane) => laneRules(settingsAt(room, now()), name);
  const create = async (room: RoomSettings, lanes: readonly Lane[] = lanesOf(room)) => {
    const open = (lane: Lane) =>
      line.open(lane.line, { rules: rulesOf(room, lane), incarnation: newIncarnation(), checkpoint: null }, now());
    await Promise.all(lanes.map(open));
  };
  const apply = async (room: RoomSettings) => {
    const see = async (lane: Lane): Promise<SeenLane> => {
      await line.configure(lane.line, rulesOf(room, lane), now());
      return { ...lane, view: await line.view(lane.line, now()) };
    };
    const [own, ...others] = lanesOf(room);
    if (others.length === 0) return line.configure(own.line, rulesOf(room, own), now());
    await sharePlaces(settingsAt(room, now()), await Promise.all([see(own), ...others.map(see)]));
  };

  /** The lines of new lanes are there before any process can look for them. */
  async function openNewLanes(before: RoomSettings | null, after: RoomSettings): Promise<RoomSettings> {
    const known = before?.lanes ?? {};
    const added = namedLanesOf(after).filter(({ name = '' }) => !Object.hasOwn(known, name));
    await create(after, added);
    return after;
  }

  /** Another stock counts from this moment on. The same one goes on counting from where it did. */
  async function withStockFrom(before: RoomSettings | null, after: RoomSettings): Promise<RoomSettings> {
    const { stock, stock_from, ...rest } = after;
    if (stock == null || stock_from || !before) return after;
    if (before.stock !== stock) return { ...after, stock_from: await soldSoFar(before) };
    return before.stock_from ? { ...rest, stock, stock_from: before.stock_from } : after;
  }

  /** What was sold in lanes that go stays sold. */
  async function withSoldOfRemovedLanes(before: RoomSettings | null, after: RoomSettings): Promise<RoomSettings> {
    const removed = removedLanes(before, after);
    if (after.stock == null || removed.length === 0) return after;
    const { generation } = await line.view(after.id, now());
    const views = await Promise.all(removed.map((lane) => line.view(lane.line, now())));
    const sold = views.reduce((sum, { counters }) => sum + counters.completed, 0);
    const from = after.stock_from?.generation === generation ? after.stock_from.completed : 0;
    return { ...after, stock_from: { generation, completed: from - sold } };
  }

  async function soldSoFar(room: RoomSettings): Promise<StockFrom> {
    const look = async (lane: Lane) => ({ view: await line.view(lane.line, now()) });
    const [own, ...others] = lanesOf(room);
    return soldIn(await Promise.all([look(own), ...others.map(look)]));
  }

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
    next: (current: RoomSettings | null) => RoomSettings | Promise<RoomSettings>,
    precondition: Precondition = unconditional,
    { isUndoable = true, cancelled }: ChangeOptions = {},
  ): Promise<Changed<RoomSettings>> {
    const deed = newDeed(context);
    let before: RoomSettings | null = null;
    const changed = await changeSettings(
      {
        read: () => settings.storedRoom(id),
        async write(room, expected) {
          if (isUndoable && before && canBeUndone(before, room)) await undoRecords.keepChange(deed, before, room);
          return settings.putRoom(room, expected);
        },
      },
      precondition,
      async (current) => {
        before = current;
        const counted = await next(current);
        const guarded = await guardLanes(current, await guardEvents(current, counted, cancelled));
        const sold = await withSoldOfRemovedLanes(current, guarded);
        return openNewLanes(current, await refuseTakenEventId(sold));
      },
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

  /** Settings of an operator or the file, which know neither the group nor what was sold. */
  const given = (next: (current: RoomSettings | null) => RoomSettings) => (current: RoomSettings | null) =>
    withStockFrom(current, withGroup(current, next(current)));

  async function begin(room: RoomSettings): Promise<void> {
    await create(room);
    const [own, ...others] = lanesOf(room);
    const viewOf = ({ line: id }: Lane) => line.view(id, now());
    const views = [await viewOf(own), ...(await Promise.all(others.map(viewOf)))] as const;
    await context.roomCreated?.(room.id, wholeView(views));
  }

  /** Applies the rules. A change of the mode may serve everybody at once, or close what was open to newcomers. */
  async function configure({ before, after }: Changed<RoomSettings>): Promise<void> {
    const { id, mode } = after.value;
    const isNewMode = before?.mode !== mode;
    if (!before) await begin(after.value);
    const moving = before && isNewMode ? lanesOf(after.value) : [];
    const served = await Promise.all(moving.map(servingIn));
    await apply(after.value);
    for (const lane of removedLanes(before, after.value)) await settings.deleteRoom(lane.line);
    if (isNewMode) emit('mode.changed', { room: id, by, from: before?.mode ?? null, to: mode });
    for (const [i, lane] of moving.entries()) {
      const [from = 0, to] = [served[i], await servingIn(lane)];
      if (from !== to) emit('counter.raised', { room: id, ...inLane(lane.name), by, from, to });
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
      const { before, after } = await put(
        room.id,
        given(() => room),
        precondition,
      );
      return { isNew: before === null, revision: after.revision };
    },
    async changeRoom(id, change, precondition, options) {
      const next = (current: RoomSettings | null) => {
        if (!current) throw new RoomNotFound(id);
        return change(current);
      };
      return (await put(id, given(next), precondition, options)).after;
    },
    async upsertRoom(id, change) {
      await put(id, given(change));
    },
    async returnToSettings(before, precondition) {
      await put(before.id, () => before, precondition, { isUndoable: false });
    },
    async deleteRoom(id, precondition) {
      const lanes = namedLanesOf((await settings.room(id)) ?? { id });
      const isDeleted = await deleteSettings(
        { read: () => settings.storedRoom(id), remove: (expected) => settings.deleteRoom(id, expected) },
        precondition,
      );
      if (!isDeleted) throw new RoomNotFound(id);
      for (const lane of lanes) await settings.deleteRoom(lane.line);
      for (const record of [notesOf(id), undoOf(id)]) await context.records.roomRecords.remove(record);
      audit('room.deleted', id);
      context.roomDeleted?.(id);
      admissionEnded(id, 'all', 'reset');
      // A put between the removal of the line and that of the settings found the room still there: it opened no line.
      const putMeanwhile = precondition ? await settings.room(id) : null;
      if (putMeanwhile) await create(putMeanwhile);
      roomChanged(id);
    },
  };
}
