/**
 * Emits the activity events that no request causes: expired admissions, expired turns, lapsed
 * admissions, draws, and the counters each
 * minute. The line hands out each expired admission once. Its note `told` holds how far the other events were emitted, so
 * that any process can continue: none is left out, and a process that dies right after emitting causes a repetition.
 */
import type { Activities, Emit } from './activity.ts';
import type { AdmissionEnded } from './admission-end.ts';
import { drawReport } from './draw-report.ts';
import type { SeenLane, SeenLanes } from './lane-inlet.ts';
import { inLane } from './lanes.ts';
import type { LineView } from './line/counters.ts';
import type { LineStore } from './ports/line.ts';
import type { RoomId } from './room.ts';
import { type RoomCounters, roomCounters } from './room-counters.ts';

/** How often the counters are emitted, in ms. */
const METRICS_INTERVAL = 60_000;
/** The most expired admissions that one command hands out: a longer command would delay everybody else's. */
const EXPIRED_BATCH = 1000;

/** How far events were emitted. It is stored as JSON, so its field names must not change. */
interface Progress {
  readonly generation: number;
  /** Expired turns. */
  readonly expired: number;
  /** Admissions that lapsed. Earlier versions did not count them. */
  readonly lapses?: number;
  /** Draws announced, and draws done. Both happen in order. */
  readonly opened: number;
  readonly done: number;
  /** When the counters were emitted. */
  readonly metricsAt: number;
}

export interface RoomEventReporterDeps {
  readonly line: Pick<LineStore, 'note' | 'takeExpired'>;
  readonly now: () => number;
  readonly emit: Emit;
  readonly admissionEnded: AdmissionEnded;
}

/** For one process at a time: two would emit events twice. */
export interface ReportRoomEvents {
  /** Emits what happened in the lanes of a room since the last report. */
  report(room: RoomId, lanes: SeenLanes): Promise<void>;
  /**
   * Emits the counters of a room that was at rest until `at`, in ms, where they are due. Answers when they are due again. It
   * makes no call to the store.
   */
  reportAtRest(room: RoomId, lanes: SeenLanes, at: number): number;
}

export function createRoomEventReporter(deps: RoomEventReporterDeps): ReportRoomEvents {
  const { line, now, emit, admissionEnded } = deps;

  /** When this process last emitted the counters of each room. While a room is at rest, its note is not updated. */
  const metricsAt = new Map<RoomId, number>();

  /** Whether the counters are due. */
  function isMetricsDue(last: number, at = now()): boolean {
    const since = at - last;
    return since < 0 || since >= METRICS_INTERVAL;
  }

  async function endExpired(room: RoomId, { line: id, view: { expiredAdmissions } }: SeenLane): Promise<void> {
    for (let left = expiredAdmissions; left > 0; left -= EXPIRED_BATCH) {
      const visitors = await line.takeExpired(id, EXPIRED_BATCH, now());
      admissionEnded(room, visitors, 'expired');
    }
  }

  /** Returns how many draws are done. */
  function emitDraws(
    of: Pick<Activities['draw.done'], 'room' | 'lane'>,
    { opened, done }: Progress,
    { draws }: LineView,
  ): number {
    for (const draw of draws.slice(opened)) {
      emit('draw.announced', { ...of, event: draw.event, seed_hash: draw.seedHash });
    }
    const drawn = draws.map(drawReport).filter(({ seed }) => seed !== null);
    for (const { event, entrants, seed } of drawn.slice(done)) {
      emit('draw.done', { ...of, event, entrants: entrants ?? 0, seed: seed ?? '' });
    }
    return drawn.length;
  }

  /** The counters are those of all lanes: they go with the events of the default lane. */
  async function reportLane(room: RoomId, lane: SeenLane, counted: RoomCounters | null): Promise<void> {
    const { line: id, view } = lane;
    const of = { room, ...inLane(lane.name) };
    await endExpired(room, lane);
    const { generation, counters, lapses, notes, draws } = view;
    const before = readProgress(notes.told, generation) ?? {
      generation,
      expired: 0,
      opened: 0,
      done: 0,
      metricsAt: now(),
    };
    const count = counters.expired - before.expired;
    if (count > 0) emit('turns.expired', { ...of, count });
    const lapsed = lapses - (before.lapses ?? 0);
    if (lapsed > 0) emit('admissions.lapsed', { ...of, count: lapsed });
    const done = emitDraws(of, before, view);
    const metricsBefore = Math.max(before.metricsAt, metricsAt.get(room) ?? before.metricsAt);
    const isDue = isMetricsDue(metricsBefore);
    if (isDue && counted) emit('room.metrics', { room, counters: counted });

    const progress: Progress = {
      generation,
      expired: counters.expired,
      lapses,
      opened: draws.length,
      done,
      // What was emitted while the room was at rest is no reason to write.
      metricsAt: isDue ? now() : before.metricsAt,
    };
    if (counted) metricsAt.set(room, isDue ? now() : metricsBefore);
    const note = JSON.stringify(progress);
    if (note !== notes.told) await line.note(id, { name: 'told', value: note }, now());
  }

  return {
    async report(room, lanes) {
      const counted = roomCounters(lanes);
      await Promise.all(lanes.map((lane, i) => reportLane(room, lane, i === 0 ? counted : null)));
    },
    reportAtRest(room, lanes, at) {
      const last = metricsAt.get(room) ?? at;
      if (!isMetricsDue(last, at)) return last + METRICS_INTERVAL;
      emit('room.metrics', { room, counters: roomCounters(lanes) });
      metricsAt.set(room, at);
      return at + METRICS_INTERVAL;
    },
  };
}

function readProgress(note: string, generation: number): Progress | null {
  const progress = note === '' ? null : (JSON.parse(note) as Progress);
  return progress?.generation === generation ? progress : null;
}
