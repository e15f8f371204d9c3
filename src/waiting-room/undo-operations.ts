import { inLane, lanesOf } from './lanes.ts';
import type { UndoneRaise } from './line/undone-raises.ts';
import type { OperationsContext } from './operations-context.ts';
import type { Stored } from './ports/revision.ts';
import type { RoomId, RoomSettings } from './room.ts';
import type { RoomOperations } from './room-operations.ts';
import { NothingToUndo, UndoStale } from './undo-errors.ts';
import {
  type ChangeRecord,
  createUndoRecords,
  type Deed,
  type RaiseRecord,
  settingsBefore,
  type UndoRecord,
  without,
} from './undo-records.ts';

/** What an operator can undo, and what that does. */
export type UndoableAction = UndoableChange | UndoableRaise;

/** A change of the settings: they go from `after` back to `before`. */
export interface UndoableChange extends Deed {
  readonly action: 'settings';
  readonly before: RoomSettings;
  readonly after: RoomSettings;
}

/** A raise of the serving counter. */
export interface UndoableRaise extends Deed {
  readonly action: 'raise';
  readonly raisedBy: number;
  /** Turns and credits of the raise that nobody has claimed. */
  readonly unclaimed: number;
  /** By how much the serving counter is lowered. */
  readonly lowersBy: number;
}

/** Operators undo the latest of what they did. */
export interface UndoOperations {
  /** The latest action in a room that can be undone at this moment; null: there is none. */
  undoable(id: RoomId): Promise<UndoableAction | null>;
  /**
   * Undoes an action, and resolves to what that did. Rejects with UndoStale where another one is the latest, and with
   * NothingToUndo.
   *
   * @param accept throws to refuse it.
   */
  undo(id: RoomId, action: string, accept: (action: UndoableAction) => void): Promise<UndoableAction>;
}

export function createUndoOperations(
  context: OperationsContext,
  rooms: Pick<RoomOperations, 'storedRoom' | 'returnToSettings'>,
): UndoOperations {
  const { store, now, emit, by, audit } = context;
  const { line } = store;
  const records = createUndoRecords(context.records.roomRecords);

  async function latestOf(id: RoomId): Promise<Found | null> {
    const [room, record] = await Promise.all([rooms.storedRoom(id), records.read(id)]);
    const change = latestChange(room, record);
    for (const kept of record.raises) {
      if (change && kept.at < change.action.at) break;
      const action = raiseOf(kept, await undoRaise(room.value, kept, true));
      if (action.lowersBy > 0) return { action, kept };
    }
    return change;
  }

  /** Undoes a raise in each lane that the room still has, or says what that would do. */
  async function undoRaise(room: RoomSettings, { parts }: RaiseRecord, isPreview: boolean): Promise<UndoneRaise[]> {
    const lanes = lanesOf(room);
    const done: UndoneRaise[] = [];
    for (const { lane, ...raise } of parts) {
      const found = lanes.find(({ name }) => name === lane);
      if (!found) continue;
      const undone = await line.undoRaise(found.line, { ...raise, isPreview }, now());
      done.push(undone);
      if (isPreview || undone.loweredBy === 0) continue;
      const to = undone.counters.serving;
      emit('counter.raised', { room: room.id, ...inLane(lane), by, from: to + undone.loweredBy, to });
    }
    return done;
  }

  async function returnToSettings({ action, kept }: FoundChange): Promise<UndoableChange> {
    const { id } = action.after;
    await rooms.returnToSettings(action.before, (revision) => {
      if (revision !== kept.revision) throw new UndoStale(id);
    });
    await records.forgetChange(id, kept);
    return action;
  }

  /** Of operators who undo the same raise at once, one does: the one who removes its record. */
  async function takeBack(id: RoomId, { kept }: FoundRaise): Promise<UndoableRaise> {
    const { value } = await rooms.storedRoom(id);
    let isThere = false;
    await records.change(id, (record) => {
      isThere = record.raises.some((each) => each.id === kept.id);
      return { ...record, raises: without(record.raises, kept) };
    });
    if (!isThere) throw new UndoStale(id);
    try {
      return raiseOf(kept, await undoRaise(value, kept, false));
    } catch (error) {
      // Whatever was taken back already is not unclaimed any more.
      await records.keepRaise(id, kept);
      throw error;
    }
  }

  return {
    undoable: async (id) => (await latestOf(id))?.action ?? null,
    async undo(id, wanted, accept) {
      const found = await latestOf(id);
      if (!found) throw new NothingToUndo(id);
      if (found.action.id !== wanted) throw new UndoStale(id);
      accept(found.action);
      const done = isChange(found) ? await returnToSettings(found) : await takeBack(id, found);
      const what = { action: done.action, by: done.by, at: done.at };
      audit('action.undone', id, done.action === 'raise' ? { ...what, lowered_by: done.lowersBy } : what);
      context.roomChanged(id);
      return done;
    },
  };
}

interface FoundChange {
  readonly action: UndoableChange;
  readonly kept: ChangeRecord;
}

interface FoundRaise {
  readonly action: UndoableRaise;
  readonly kept: RaiseRecord;
}

type Found = FoundChange | FoundRaise;

const isChange = (found: Found): found is FoundChange => found.action.action === 'settings';

/** The change that made the settings what they are. */
function latestChange({ value, revision }: Stored<RoomSettings>, record: UndoRecord): FoundChange | null {
  const kept = record.settings.find((each) => each.revision === revision);
  if (!kept) return null;
  const { id, by, at } = kept;
  return { kept, action: { id, by, at, action: 'settings', before: settingsBefore(kept, value), after: value } };
}

function raiseOf({ id, by, at, parts }: RaiseRecord, undone: readonly UndoneRaise[]): UndoableRaise {
  const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);
  return {
    ...{ id, by, at, action: 'raise' },
    raisedBy: sum(parts.map(({ from, to }) => to - from)),
    unclaimed: sum(undone.map(({ unclaimed }) => unclaimed)),
    lowersBy: sum(undone.map(({ loweredBy }) => loweredBy)),
  };
}
