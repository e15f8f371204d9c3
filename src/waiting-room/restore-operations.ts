import { VisitorHasPlace } from './errors.ts';
import { inLane, lanesOf, lineOf } from './lanes.ts';
import type { OperationsContext } from './operations-context.ts';
import type { RoomId } from './room.ts';
import { type RoomCounters, roomCounters } from './room-counters.ts';
import type { NumberOfLine } from './support-code.ts';

/** What operators do for visitors whose turn or admission came to nothing. */
export interface RestoreOperations {
  /**
   * Puts the visitors at the front whose turn or admission overlapped a span of time without being completed, in the
   * order of their numbers. A second call restores nobody twice.
   */
  restoreSpan(id: RoomId, span: { readonly from: number; readonly to: number }): Promise<RoomRestored>;
  /** Puts one number at the front. Rejects with VisitorHasPlace where it waits, has its turn, or is inside. */
  restoreNumber(numbered: NumberOfLine): Promise<void>;
  /** Notes that somebody asked for it with wrong characters. */
  restoreRefused(id: RoomId, number: number): void;
}

export interface RoomRestored {
  /** How many visitors are at the front by it. */
  readonly restored: number;
  /** How many were not restored: they have an admission again, or the database does not know yet that it ended. */
  readonly skipped: number;
  readonly counters: RoomCounters;
}

/** How many numbers are restored in one step. */
const BATCH = 1000;

export function createRestoreOperations(context: OperationsContext): RestoreOperations {
  const { store, now, existingRoom, audit, roomChanged } = context;
  const { line } = store;

  async function restoreLine(id: string, span: { readonly from: number; readonly to: number }) {
    let [restored, skipped, after] = [0, 0, 0];
    for (;;) {
      const { incarnation, generation } = await line.view(id, now());
      const { numbers, next } = await line.endedTurns(id, { ...span, max: BATCH, after }, now());
      if (numbers.length > 0) {
        const done = await line.restoreTurns(id, { incarnation, generation, numbers }, now());
        restored += done.length;
        skipped += numbers.length - done.length;
      }
      if (next === null) return { restored, skipped };
      after = next;
      // Other calls come in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  return {
    async restoreNumber({ room, lane, incarnation, generation, number }) {
      const of = { incarnation, generation, numbers: [number] };
      const done = await line.restoreTurns(lineOf({ room, lane }), of, now());
      if (done.length === 0) throw new VisitorHasPlace(number);
      audit('visitor.restored', room, { number, ...inLane(lane) });
      roomChanged(room);
    },
    restoreRefused: (id, number) => audit('visitor.restore_refused', id, { number }),
    async restoreSpan(id, span) {
      const lanes = lanesOf(await existingRoom(id));
      let [restored, skipped] = [0, 0];
      for (const lane of lanes) {
        const result = await restoreLine(lane.line, span);
        restored += result.restored;
        skipped += result.skipped;
      }
      const [from, to] = [new Date(span.from).toISOString(), new Date(span.to).toISOString()];
      const detail = { from, to, restored, ...(skipped > 0 ? { skipped } : {}) };
      audit('turns.restored', id, detail);
      roomChanged(id);
      const look = async (lane: (typeof lanes)[number]) => ({ ...lane, view: await line.view(lane.line, now()) });
      const [own, ...others] = lanes;
      return { restored, skipped, counters: roomCounters([await look(own), ...(await Promise.all(others.map(look)))]) };
    },
  };
}
