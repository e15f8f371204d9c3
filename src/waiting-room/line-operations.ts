import { LaneNotFound } from './errors.ts';
import { type SeenLane, type SeenLanes, splitRaise } from './lane-inlet.ts';
import { DEFAULT_LANE, inLane, type Lane, lanesOf, laneTitle } from './lanes.ts';
import { divide } from './lending/divide.ts';
import type { Exits, ExitsResult } from './line/admissions.ts';
import type { Raise } from './line/raise.ts';
import type { Raised } from './line/serving.ts';
import type { OperationsContext } from './operations-context.ts';
import { type OriginSignal, writeSignal } from './origin-signal.ts';
import type { RoomId } from './room.ts';
import { type RoomCounters, roomCounters } from './room-counters.ts';
import { type RoomStatistics, roomStatistics } from './room-statistics.ts';
import { createUndoRecords, newDeed, type RaisedPart } from './undo-records.ts';
import type { VisitorId } from './visitor.ts';

/**
 * What operators do with the line of a room, or with the lines of its lanes. With a lane's name, which may be `default`, a
 * method means that lane alone, and rejects with LaneNotFound where the room does not have it.
 */
export interface LineOperations {
  counters(id: RoomId): Promise<RoomCounters>;
  /**
   * Raises the serving counter by `numbers`, as far as there is room. A negative value lowers it, never below 0. Lanes
   * share the numbers. With the name of a request, a repeat has no second effect.
   */
  raise(id: RoomId, numbers: number, lane?: string, request?: string): Promise<RoomRaised>;
  /**
   * Raises the serving counter over so many people, as far as there is room. Visitors who returned to the front count
   * among them. Lanes share the people. With the name of a request, a repeat has no second effect.
   */
  raisePeople(id: RoomId, people: number, lane?: string, request?: string): Promise<RoomRaised>;
  /**
   * Reports visitors who left the site: their admissions end. Those without a name are of the lane, or of all lanes by who
   * is inside. With the name of a request, a repeat counts nobody again.
   */
  exits(id: RoomId, exits: Exits, lane?: string): Promise<RoomExits>;
  /** The breaker: while it is on, no inlet raises the counter; the operator still may. */
  alarm(id: RoomId, on: boolean): Promise<RoomCounters>;
  /** Reports how the origin performs, for the adaptive inlet. */
  signal(id: RoomId, signal: OriginSignal): Promise<void>;
  statistics(id: RoomId): Promise<RoomStatistics>;
}

export interface RoomRaised {
  /** By how much the serving counters changed together; negative when they were lowered. */
  readonly raisedBy: number;
  readonly counters: RoomCounters;
}

export interface RoomExits {
  /** Visitors without a live admission: unknown, or reported before. Not counted. */
  readonly unknown: number;
  /** The visitors whose admissions this ended, each once. */
  readonly ended: readonly VisitorId[];
  readonly counters: RoomCounters;
}

export function createLineOperations(context: OperationsContext): LineOperations {
  const { store, now, emit, by: actor, existingRoom, audit, admissionEnded, roomChanged } = context;
  const { line } = store;
  const undoRecords = createUndoRecords(context.records.roomRecords);

  /** The lanes of an existing room, the default lane first. */
  const lanesIn = async (id: RoomId) => lanesOf(await existingRoom(id));
  const look = async (lane: Lane): Promise<SeenLane> => ({ ...lane, view: await line.view(lane.line, now()) });

  async function lookAt([own, ...others]: readonly [Lane, ...Lane[]]): Promise<SeenLanes> {
    return Promise.all([look(own), ...others.map(look)]);
  }

  function only(id: RoomId, lanes: readonly [Lane, ...Lane[]], name: string | undefined): readonly [Lane, ...Lane[]] {
    if (name === undefined) return lanes;
    const found = lanes.find((lane) => laneTitle(lane.name) === name);
    if (!found || (name === DEFAULT_LANE && lanes.length === 1)) throw new LaneNotFound(id, name);
    return [found];
  }

  async function raise(id: RoomId, by: Raise, name: string | undefined, request?: string): Promise<RoomRaised> {
    const lanes = await lanesIn(id);
    const raised = only(id, lanes, name);
    const isUp = 'numbers' in by ? by.numbers > 0 : by.people > 0;
    const seen = isUp || raised.length > 1 ? await lookAt(raised) : null;
    const parts = seen && raised.length > 1 ? splitRaise(by, seen).parts : [by];
    const results: Raised[] = [];
    const kept: RaisedPart[] = [];
    for (const [i, lane] of raised.entries()) {
      const result = await line.raise(lane.line, { ...(parts[i] ?? { people: 0 }), request }, now());
      results.push(result);
      const { serving } = result;
      const from = serving - result.raisedBy;
      if (from !== serving) emit('counter.raised', { room: id, ...inLane(lane.name), by: actor, from, to: serving });
      const view = seen?.[i]?.view;
      if (view && from < serving) {
        const { incarnation, generation } = view;
        kept.push({ ...inLane(lane.name), incarnation, generation, from, to: serving });
      }
    }
    if (kept.length > 0) await undoRecords.keepRaise(id, { ...newDeed(context), parts: kept });
    audit('counter.raised', id, name === undefined ? by : { ...by, lane: name });
    roomChanged(id);
    const raisedBy = results.reduce((sum, each) => sum + each.raisedBy, 0);
    // A raise does not count those who are present.
    return { raisedBy, counters: roomCounters(await lookAt(lanes)) };
  }

  /** How many of those who left without a name were in each lane. */
  async function shareOfExits(lanes: readonly [Lane, ...Lane[]], exited: number): Promise<readonly number[]> {
    if (lanes.length === 1 || exited === 0) return lanes.map(() => exited);
    const seen = await lookAt(lanes);
    return divide(
      exited,
      seen.map(({ view: { inside } }) => ({ share: inside, least: 0, wants: 0, most: inside })),
    );
  }

  return {
    counters: async (id) => roomCounters(await lookAt(await lanesIn(id))),
    raise: (id, numbers, lane, request) => raise(id, { numbers }, lane, request),
    raisePeople: (id, people, lane, request) => raise(id, { people }, lane, request),
    async exits(id, { exited, completed, abandoned, request }, name) {
      const lanes = await lanesIn(id);
      const [first] = only(id, lanes, name);
      const parts =
        name === undefined ? await shareOfExits(lanes, exited) : lanes.map((lane) => (lane === first ? exited : 0));
      const results: ExitsResult[] = [];
      const ended = new Set<VisitorId>();
      const left = (visitors: readonly VisitorId[]) => visitors.filter((visitor) => !ended.has(visitor));
      for (const [i, lane] of lanes.entries()) {
        const exits = { exited: parts[i] ?? 0, completed: left(completed), abandoned: left(abandoned), request };
        const result = await line.reportExits(lane.line, exits, now());
        results.push(result);
        for (const visitor of result.ended) ended.add(visitor);
      }
      // The audit log counts visitors; `admission.ended` names each.
      const counts = { exited, completed: completed.length, abandoned: abandoned.length };
      audit('exits.reported', id, name === undefined ? counts : { ...counts, lane: name });
      roomChanged(id);
      const isCompleted = new Set(completed);
      const all = [...ended];
      const asCompleted = all.filter((sub) => isCompleted.has(sub));
      const asAbandoned = all.filter((sub) => !isCompleted.has(sub));
      admissionEnded(id, asCompleted, 'completed');
      admissionEnded(id, asAbandoned, 'abandoned');
      const unknown = completed.length + abandoned.length - all.length;
      const [alone] = lanes.length === 1 ? results : [];
      return { unknown, ended: all, counters: alone?.counters ?? roomCounters(await lookAt(lanes)) };
    },
    async alarm(id, on) {
      const lanes = await lanesIn(id);
      for (const lane of lanes) await line.setAlarm(lane.line, on, now());
      const counters = roomCounters(await lookAt(lanes));
      audit('alarm', id, { on });
      roomChanged(id);
      return counters;
    },
    async signal(id, signal) {
      await existingRoom(id);
      await writeSignal(line, id, signal, now());
      audit('signals.reported', id, signal);
    },
    statistics: async (id) => roomStatistics(await lookAt(await lanesIn(id))),
  };
}
