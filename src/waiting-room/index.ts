/**
 * The waiting room: what visitors, operators and the clock can do, over a store and a clock given to it. It knows
 * no HTTP and no Redis; every door of the service comes in through here.
 */
import type { Actor, Emit } from './activity.ts';
import type { Advance } from './advance.ts';
import { createAdvance } from './advance.ts';
import { createDrawReports, type DrawReports } from './draw-report.ts';
import { createDrawResults } from './draw-result.ts';
import { createDrawSchedule } from './draw-schedule.ts';
import { createHeartbeatBuffer } from './heartbeat-buffer.ts';
import { createJoinBatcher } from './join-batcher.ts';
import type { Operations, OriginSignal } from './operations.ts';
import { createOperations, noteSignal } from './operations.ts';
import type { Store } from './ports.ts';
import { createPredictions } from './predictions.ts';
import type { RelyingParties } from './relying-parties.ts';
import { createRelyingParties } from './relying-parties.ts';
import type { RoomId } from './room.ts';
import { createSeal, type Seal } from './seal.ts';
import { createSnapshots, type Snapshots } from './snapshots.ts';
import { createSharedStatus, type SharedStatus } from './status.ts';
import { createTicketOffice, type TicketOffice } from './ticket.ts';
import { createVisitors, type Visitors } from './visitors.ts';

export interface WaitingRoom {
  readonly visitors: Visitors;
  readonly status: SharedStatus;
  readonly snapshots: Snapshots;
  /** What operators do, done in the service's own name. */
  readonly operations: Operations;
  /** The same in the name of an operator's token. */
  readonly operationsOf: (by: Actor) => Operations;
  readonly relyingParties: RelyingParties;
  /** How the origin of a room does, as the service itself measures it. */
  readonly signal: (room: RoomId, signal: OriginSignal) => Promise<void>;
  readonly drawReports: DrawReports;
  readonly tickets: TicketOffice;
  readonly seal: Seal;
  readonly advance: Advance;
  /** Hands on what was gathered: who was heard from, and which predictions came true. */
  readonly flush: () => Promise<void>;
}

export interface WaitingRoomDeps {
  readonly store: Pick<Store, 'line' | 'settings'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** COOKIE_KEYS: the first seals, all open. */
  readonly cookieKeys: readonly string[];
  readonly emit: Emit;
  /** Told of failures that no caller waits for. */
  readonly onError: (error: unknown) => void;
}

export function createWaitingRoom({ store, now, cookieKeys, emit, onError }: WaitingRoomDeps): WaitingRoom {
  const { line, settings } = store;
  const seal = createSeal(cookieKeys);
  const snapshots = createSnapshots({ store, now });
  const heartbeats = createHeartbeatBuffer(line, now);
  const predictions = createPredictions(line);
  const drawSchedule = createDrawSchedule(line, now);
  const draws = createDrawResults(line);
  const advance = createAdvance({ store, drawSchedule, now, emit, looked });
  /** Whoever ticks knows all rooms: also those that nobody polls there are measured. */
  function looked(room: RoomId): void {
    snapshots.get(room).catch(() => undefined);
  }

  /** A place may have become free: it goes to the next at once rather than at the next tick. */
  const freed = (room: RoomId) => {
    advance.room(room).then(() => snapshots.expire(room), onError);
  };
  const changed = (room: RoomId) => {
    snapshots.expire(room);
    freed(room);
  };

  const operationsOf = (by: Actor) => createOperations({ store, now, emit, by, changed });

  return {
    seal,
    snapshots,
    advance,
    tickets: createTicketOffice(seal),
    status: createSharedStatus(snapshots),
    relyingParties: createRelyingParties(settings, now),
    drawReports: createDrawReports(snapshots, draws),
    visitors: createVisitors({
      line,
      join: createJoinBatcher(line, now),
      snapshots,
      heartbeats,
      draws,
      predictions,
      now,
      emit,
      freed,
    }),
    signal: (room, signal) => noteSignal(line, room, signal, now()),
    operations: operationsOf('anteroom'),
    operationsOf,
    async flush() {
      await Promise.all([heartbeats.flush(), predictions.flush()]);
    },
  };
}
