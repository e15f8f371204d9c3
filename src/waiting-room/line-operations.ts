import type { OperatorAction } from './activity.ts';
import { type DrawReport, drawReport } from './draw-report.ts';
import { perMinute, type Range, readMeter, timeOf } from './estimate.ts';
import type { Exits, ExitsResult } from './line/admissions.ts';
import type { Counters } from './line/counters.ts';
import type { Raise } from './line/raise.ts';
import type { Raised } from './line/serving.ts';
import type { OperationsContext } from './operations-context.ts';
import { type OriginSignal, writeSignal } from './origin-signal.ts';
import type { RoomId } from './room.ts';

/** What operators do with the line of a room. */
export interface LineOperations {
  counters(id: RoomId): Promise<Counters>;
  /** Raises the serving counter by `numbers`, as far as there is room. A negative value lowers it, never below 0. */
  raise(id: RoomId, numbers: number): Promise<Raised>;
  /**
   * Raises the serving counter over so many people, as far as there is room. Visitors who returned to the front count
   * among them.
   */
  raisePeople(id: RoomId, people: number): Promise<Raised>;
  reset(id: RoomId): Promise<Counters>;
  /** Reports visitors who left the site: their admissions end. */
  exits(id: RoomId, exits: Exits): Promise<ExitsResult>;
  /** The breaker: while it is on, no inlet raises the counter; the operator still may. */
  alarm(id: RoomId, on: boolean): Promise<Counters>;
  /** Reports how the origin performs, for the adaptive inlet. */
  signal(id: RoomId, signal: OriginSignal): Promise<void>;
  statistics(id: RoomId): Promise<Statistics>;
}

/** Measurements of a line. */
export interface Statistics {
  readonly counters: Counters;
  /** Places held for served visitors who have not claimed yet. */
  readonly held: number;
  readonly alarm: boolean;
  /** People a minute whose turn comes; null when unknown. */
  readonly perMinute: Range | null;
  /** How many predicted waits came true, and how many did not. */
  readonly predictions: { readonly within: number; readonly outside: number };
  readonly draws: readonly DrawReport[];
  readonly entrantsPresent: number;
}

export function createLineOperations(context: OperationsContext): LineOperations {
  const { store, now, emit, by: actor, existingRoom, audit, admissionEnded, roomChanged } = context;
  const { line } = store;

  /** Runs a verb of an existing room's line, then records the action. */
  async function act<T>(id: RoomId, action: OperatorAction, detail: unknown, verb: () => Promise<T>): Promise<T> {
    await existingRoom(id);
    const outcome = await verb();
    audit(action, id, detail);
    roomChanged(id);
    return outcome;
  }

  async function raise(id: RoomId, by: Raise): Promise<Raised> {
    const raised = await act(id, 'counter.raised', by, () => line.raise(id, by, now()));
    const { serving } = raised.counters;
    if (raised.raisedBy !== 0)
      emit('counter.raised', { room: id, by: actor, from: serving - raised.raisedBy, to: serving });
    return raised;
  }

  return {
    counters: async (id) => {
      await existingRoom(id);
      return (await line.view(id, now())).counters;
    },
    raise: (id, numbers) => raise(id, { numbers }),
    raisePeople: (id, people) => raise(id, { people }),
    async reset(id) {
      const counters = await act(id, 'room.reset', null, () => line.reset(id, now()));
      admissionEnded(id, 'all', 'reset');
      return counters;
    },
    async exits(id, exits) {
      const { exited, completed, abandoned } = exits;
      // The audit log counts visitors; `admission.ended` names each.
      const detail = { exited, completed: completed.length, abandoned: abandoned.length };
      const result = await act(id, 'exits.reported', detail, () => line.reportExits(id, exits, now()));
      const isCompleted = new Set(completed);
      admissionEnded(
        id,
        result.ended.filter((sub) => isCompleted.has(sub)),
        'completed',
      );
      admissionEnded(
        id,
        result.ended.filter((sub) => !isCompleted.has(sub)),
        'abandoned',
      );
      return result;
    },
    alarm: (id, on) =>
      act(id, 'alarm', { on }, async () => {
        await line.setAlarm(id, on, now());
        return (await line.view(id, now())).counters;
      }),
    async signal(id, signal) {
      await existingRoom(id);
      await writeSignal(line, id, signal, now());
      audit('signals.reported', id, signal);
    },
    async statistics(id) {
      await existingRoom(id);
      const view = await line.view(id, now());
      const { counters, held, alarm, notes, predictions, draws, entrantsPresent } = view;
      const speed = perMinute(readMeter(notes.meter), timeOf(view));
      return { counters, held, alarm, perMinute: speed, predictions, draws: draws.map(drawReport), entrantsPresent };
    },
  };
}
