import { inLane, type Lane, type LaneName, lanesOf, laneTitle } from './lanes.ts';
import { RESET_KEPT_FOR } from './line/settle.ts';
import type { UndoneReset } from './line/undone-resets.ts';
import { newIncarnation } from './lost-lines.ts';
import type { OperationsContext } from './operations-context.ts';
import type { RoomId } from './room.ts';
import { type RoomCounters, roomCounters } from './room-counters.ts';
import { LetInSinceReset, LineDoesNotFit, NothingToUndo, UndoExpired, UndoStale } from './undo-errors.ts';
import { createUndoRecords, type Deed, newDeed, type ResetRecord } from './undo-records.ts';

/** Operators empty a line, and bring it back. */
export interface ResetOperations {
  /** Begins new lines. Those of before are kept for an hour. */
  reset(id: RoomId): Promise<RoomCounters>;
  /** The latest reset, if the line of before is kept, and what undoing it would do at this moment. */
  undoableReset(id: RoomId): Promise<UndoableReset | null>;
  /**
   * Brings the line of before a reset back, and resolves to what that did. Rejects with UndoStale where another one is
   * the latest, with NothingToUndo, UndoExpired, LetInSinceReset or LineDoesNotFit.
   */
  undoReset(id: RoomId, reset: string): Promise<UndoableReset>;
}

export interface UndoableReset extends Deed {
  /** When the line of before is deleted, in ISO 8601. */
  readonly until: string;
  /** Visitors who get their numbers back. */
  readonly waiting: number;
  /** Visitors whose admissions have not ended by their time. */
  readonly inside: number;
  /** Numbers that were issued since: their visitors join again, at the back. */
  readonly issuedSince: number;
  /** Why it cannot be undone at this moment. */
  readonly refused: 'let_in_since_reset' | 'line_does_not_fit' | null;
}

/** The line of a lane that a reset began, and what undoing that would do. */
interface Part {
  readonly lane: Lane;
  readonly incarnation: string;
  readonly undone: UndoneReset;
}

interface Parts {
  readonly parts: readonly Part[];
  /** A lane that the room does not have any more. */
  readonly missing?: LaneName;
}

export function createResetOperations(context: OperationsContext): ResetOperations {
  const { store, now, emit, by, existingRoom, audit, admissionEnded, roomChanged } = context;
  const { line } = store;
  const records = createUndoRecords(context.records.roomRecords);

  /** The default lane comes last, as it does at a reset: the stock goes by its generation. */
  async function partsOf(lanes: readonly Lane[], record: ResetRecord): Promise<Parts> {
    const parts: Part[] = [];
    for (const { lane: name, incarnation } of record.lines.toReversed()) {
      const lane = lanes.find((each) => each.name === name);
      if (!lane) return { parts: [], missing: laneTitle(name) };
      const undone = await line.undoReset(lane.line, { incarnation, isPreview: true }, now());
      if (undone.outcome !== 'gone') parts.push({ lane, incarnation, undone });
    }
    return { parts };
  }

  function shownReset({ id, by, at }: ResetRecord, undone: readonly UndoneReset[]): UndoableReset {
    const sum = (name: 'waiting' | 'inside' | 'issuedSince') => undone.reduce((all, each) => all + each[name], 0);
    const has = (outcome: UndoneReset['outcome']) => undone.some((each) => each.outcome === outcome);
    return {
      ...{ id, by, at, until: new Date(Date.parse(at) + RESET_KEPT_FOR).toISOString() },
      ...{ waiting: sum('waiting'), inside: sum('inside'), issuedSince: sum('issuedSince') },
      refused: has('let_in') ? 'let_in_since_reset' : has('too_large') ? 'line_does_not_fit' : null,
    };
  }

  function refuse(id: RoomId, refused: UndoableReset['refused']): void {
    if (refused === 'let_in_since_reset') throw new LetInSinceReset(id);
    if (refused === 'line_does_not_fit') throw new LineDoesNotFit(id);
  }

  return {
    async reset(id) {
      const lanes = lanesOf(await existingRoom(id));
      const began = lanes.map((lane) => ({ lane, incarnation: newIncarnation() }));
      const lines = began.map(({ lane, incarnation }) => ({ ...inLane(lane.name), incarnation }));
      await records.keepReset(id, { ...newDeed(context), lines });
      // The stock counts what was sold since the generation of the first: it begins last.
      for (const { lane, incarnation } of began.toReversed()) await line.reset(lane.line, { incarnation }, now());
      audit('room.reset', id, null);
      roomChanged(id);
      admissionEnded(id, 'all', 'reset');
      const look = async (lane: Lane) => ({ ...lane, view: await line.view(lane.line, now()) });
      const [own, ...others] = lanes;
      return roomCounters([await look(own), ...(await Promise.all(others.map(look)))]);
    },
    async undoableReset(id) {
      const lanes = lanesOf(await existingRoom(id));
      const { reset } = await records.read(id);
      const { parts, missing } = reset ? await partsOf(lanes, reset) : { parts: [] };
      if (reset && missing !== undefined) return { ...shownReset(reset, []), refused: 'line_does_not_fit' };
      if (!reset || parts.length === 0) return null;
      return shownReset(
        reset,
        parts.map(({ undone }) => undone),
      );
    },
    async undoReset(id, wanted) {
      const lanes = lanesOf(await existingRoom(id));
      const { reset } = await records.read(id);
      if (!reset) throw new NothingToUndo(id);
      if (reset.id !== wanted) throw new UndoStale(id);
      const { parts, missing } = await partsOf(lanes, reset);
      if (missing !== undefined) throw new LineDoesNotFit(id, missing);
      if (parts.length === 0) {
        throw now() - Date.parse(reset.at) >= RESET_KEPT_FOR ? new UndoExpired(id) : new NothingToUndo(id);
      }
      const planned = shownReset(
        reset,
        parts.map(({ undone }) => undone),
      );
      refuse(id, planned.refused);
      const done: UndoneReset[] = [];
      for (const { lane, incarnation } of parts) {
        done.push(await line.undoReset(lane.line, { incarnation, isPreview: false }, now()));
      }
      const undone = shownReset(reset, done);
      // Somebody may have been let in, or another operator may have undone it, since it was planned.
      refuse(id, undone.refused);
      if (done.every(({ outcome }) => outcome === 'gone')) throw new NothingToUndo(id);
      await records.forgetReset(id, reset);
      const { waiting, inside } = undone;
      audit('reset.undone', id, { by: reset.by, at: reset.at, waiting, inside, issued_since: undone.issuedSince });
      emit('line.restored', { room: id, by, waiting, inside });
      roomChanged(id);
      return undone;
    },
  };
}
