/**
 * The waiting room, the domain: what visitors, operators and the clock can do. It owns the rules of the line, tickets,
 * draws, inlets, and the catalogue of activity events. It knows no HTTP, no Redis and no OpenID Connect, and reads no
 * clock: the store and the time are passed in. It imports only itself and `node:crypto`. Every door uses it through the
 * object that is made here.
 */
import type { Actor, Emit } from './activity.ts';
import { type AdmissionEnded, createAdmissionEnded } from './admission-end.ts';
import { createAdmissionLifecycle } from './admission-lifecycle.ts';
import { createUseAdmission } from './admission-uses.ts';
import type { Advance } from './advance.ts';
import { createAdvance } from './advance.ts';
import { createInAnyLane } from './any-lane.ts';
import { createBlockTickets } from './block-ticket.ts';
import { createDrawReports, type DrawReports } from './draw-report.ts';
import { createDrawResults } from './draw-result.ts';
import { createDrawSchedule } from './draw-schedule.ts';
import { type AddressKey, createAddressKey } from './entry/address-key.ts';
import { createGuardEntry } from './entry/guard-entry.ts';
import { createJoinLimits } from './entry/join-limits.ts';
import { createHeartbeatBuffer } from './heartbeat-buffer.ts';
import { createImportedTickets } from './imported-tickets.ts';
import { createJoinBatcher } from './join-batcher.ts';
import { createJoinRoom } from './join-room.ts';
import type { LineView } from './line/counters.ts';
import { recoverLostLines } from './lost-lines.ts';
import type { MissingRooms } from './missing-rooms.ts';
import type { Operations } from './operations.ts';
import { createOperations } from './operations.ts';
import type { EventKept, LaneKept } from './operations-context.ts';
import { type OriginSignal, writeSignal } from './origin-signal.ts';
import type { Store } from './ports/index.ts';
import { createPredictions } from './predictions.ts';
import type { RelyingParties } from './relying-parties.ts';
import { createRelyingParties } from './relying-parties.ts';
import type { RelyingPartyChanged } from './relying-party.ts';
import { createRestingRooms } from './resting-rooms.ts';
import type { RoomId } from './room.ts';
import { createRoomEventReporter } from './room-event-reporter.ts';
import { createRoomOrigins, type RoomOrigins } from './room-origins.ts';
import { createRoomsByEvent, type RoomsByEvent } from './rooms-by-event.ts';
import { createSeal, type Seal } from './seal.ts';
import { createSilentVisitors, type SilentVisitors } from './silent-visitors.ts';
import { createSnapshots, type Snapshots } from './snapshots.ts';
import { createSharedStatus, type SharedStatus } from './status.ts';
import { createSupportCodes, type SupportCodes } from './support-code.ts';
import { createTicketOffice, type TicketOffice } from './ticket.ts';
import { createMeasurements, type Measurements } from './time-series/index.ts';
import { createVisitorFacts } from './visitor-facts.ts';
import { createVisitors, type Visitors } from './visitors.ts';
import { watchLine } from './watch-line.ts';
import { viewOfLanes } from './whole-view.ts';

export interface WaitingRoom {
  readonly visitors: Visitors;
  /** Visitors of AWS's API. */
  readonly silentVisitors: SilentVisitors;
  readonly roomsByEvent: RoomsByEvent;
  readonly status: SharedStatus;
  readonly snapshots: Snapshots;
  /** What operators do, in the name of the service itself. */
  readonly operations: Operations;
  /** The same in the name of an operator's token. */
  readonly operationsOf: (by: Actor, addressHash?: string, reason?: string) => Operations;
  readonly relyingParties: RelyingParties;
  /** Reports how the origin of a room performs, as measured by the service itself. */
  readonly signal: (room: RoomId, signal: OriginSignal) => Promise<void>;
  readonly drawReports: DrawReports;
  /** Whose pages may call the tickets API. */
  readonly origins: RoomOrigins;
  readonly tickets: TicketOffice;
  /** What pages show beside a number, for the support desk. */
  readonly supportCodes: SupportCodes;
  readonly seal: Seal;
  /** The keys by which limits count an address. */
  readonly addressKey: AddressKey;
  readonly advance: Advance;
  readonly measurements: Pick<Measurements, 'pace' | 'alerts' | 'measuredAlerts' | 'rows'>;
  /** Sends the buffered heartbeats and predictions to the store. */
  readonly flush: () => Promise<void>;
  readonly missingRooms: MissingRooms;
  /** Whether this process ticks and leaves out a room, because nothing happens in it. Its last snapshot then still holds. */
  isAtRest(room: RoomId): boolean;
  /** The most joins of one address without a proof within the current minute, as far as this process knows. */
  busiestAddress(room: RoomId): number;
}

export interface WaitingRoomDeps {
  readonly store: Pick<
    Store,
    | 'line'
    | 'lineMarks'
    | 'settings'
    | 'roomRecords'
    | 'sharedCounts'
    | 'timeSeries'
    | 'importedPlaces'
    | 'issuedTokens'
    | 'checkpoints'
  >;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** COOKIE_KEYS: the first key seals, every key opens. */
  readonly cookieKeys: readonly string[];
  readonly emit: Emit;
  /** Listens to the ends of admissions. */
  readonly admissionEnded?: AdmissionEnded;
  readonly relyingPartyChanged?: RelyingPartyChanged;
  /** Called when the service itself, applying its file, keeps an event that the file removed, because it has entrants. */
  readonly eventKept?: EventKept;
  /** The same of a lane, because it has visitors. */
  readonly laneKept?: LaneKept;
  /** The URL of a challenge of a room. */
  readonly challengeUrl?: ((room: RoomId) => string) | undefined;
  /** Called with failures that no caller waits for. */
  readonly onError: (error: unknown) => void;
}

export function createWaitingRoom(deps: WaitingRoomDeps): WaitingRoom {
  const { now, cookieKeys, emit, relyingPartyChanged = () => undefined, onError } = deps;
  const recovered = recoverLostLines({ store: deps.store, now, onError });
  const { settings, missingRooms, changedLines, unchangedLines } = recovered;
  const line = watchLine(recovered.line, () => resting);
  const store = { line, settings };
  const admissionEnded = createAdmissionEnded(emit, deps.admissionEnded ?? (() => undefined));
  const seal = createSeal(cookieKeys);
  const supportCodes = createSupportCodes(cookieKeys);
  const snapshots = createSnapshots({ store, now, challengeUrl: deps.challengeUrl, supportCode: supportCodes.of });
  const heartbeats = createHeartbeatBuffer(line, now);
  const predictions = createPredictions(line);
  const inAnyLane = createInAnyLane({ snapshots });
  const isAtRest = (room: RoomId) => resting.isAtRest(room);
  const measurements = createMeasurements({ store: deps.store, now, emit, isAtRest });
  /** The measuring process raises an alert where any process suspects abuse. */
  const emitAndCount: Emit = (type, fields) => {
    if (type === 'abuse.suspected' && 'room' in fields && fields.room !== null) {
      measurements.waits.abused(fields.room);
      resting.keepAwake(fields.room);
    }
    emit(type, fields);
  };
  const compared = {
    compare(...wait: Parameters<typeof predictions.compare>) {
      predictions.compare(...wait);
      measurements.waits.compare(...wait);
    },
  };
  const admissions = createAdmissionLifecycle({ line, predictions: compared, inAnyLane, now, emit, admissionEnded });
  const draws = createDrawResults(line);
  const roomsByEvent = createRoomsByEvent(settings, now);
  const joinLimits = createJoinLimits({ sharedCounts: deps.store.sharedCounts, now });
  const guardEntry = createGuardEntry({ joinLimits, now, emit: emitAndCount });
  const joinRoom = createJoinRoom({ join: createJoinBatcher(line, now), admissions, snapshots, now, emit });
  const roomEvents = createRoomEventReporter({ line: recovered.line, now, emit, admissionEnded });
  const resting = createRestingRooms({
    ...{ now, changedLines, unchangedLines },
    isMeasured: measurements.isComplete,
    roomRests(room, lanes, at) {
      measurements.measureAtRest(room, viewOfLanes(lanes), at);
      return roomEvents.reportAtRest(room, lanes, at);
    },
  });
  // Its own steps wake no room.
  const advance = createAdvance({
    store: recovered,
    drawSchedule: createDrawSchedule(recovered.line, now),
    reportRoomEvents: roomEvents.report,
    now,
    emit,
    resting,
    roomAdvanced,
    closeSoldOut: (seen) => operationsOf('anteroom').closeSoldOut(seen),
  });

  /** The process that ticks refreshes the snapshot of every room, so that rooms without polls have metrics too. */
  async function roomAdvanced(room: RoomId, view: LineView, isQuiet: boolean): Promise<void> {
    if (!isQuiet) snapshots.get(room).catch(() => undefined);
    await measurements.measure(room, view);
  }

  /** A free place goes to the next visitor at once, not at the next tick. */
  const placeFreed = (room: RoomId) => {
    advance.room(room).then(() => snapshots.expire(room), onError);
  };
  const roomChanged = (room: RoomId) => {
    roomsByEvent.expire();
    snapshots.expire(room);
    placeFreed(room);
  };

  const roomCreated = (room: RoomId, view: LineView) => measurements.begin(room, view).catch(onError);
  const roomDeleted = (room: RoomId) => void measurements.remove(room).catch(onError);

  const operationsDeps = {
    store,
    records: deps.store,
    now,
    emit,
    admissionEnded,
    roomChanged,
    relyingPartyChanged,
    roomCreated,
    roomDeleted,
  };
  const operationsOf = (by: Actor, addressHash?: string, reason?: string) =>
    createOperations({ ...operationsDeps, by, addressHash, reason });

  return {
    seal,
    addressKey: createAddressKey(seal, now),
    snapshots,
    advance,
    measurements,
    tickets: createTicketOffice(seal),
    supportCodes,
    status: createSharedStatus(snapshots),
    relyingParties: createRelyingParties(settings, now),
    origins: createRoomOrigins({ snapshots, settings, now }),
    drawReports: createDrawReports(snapshots, draws),
    visitors: createVisitors({
      line,
      guardEntry,
      joinRoom,
      useAdmission: createUseAdmission({ line, snapshots, inAnyLane, now, emit: emitAndCount }),
      admissions,
      facts: createVisitorFacts({ snapshots, heartbeats, draws }),
      snapshots,
      draws,
      now,
      emit,
      placeFreed,
      left: measurements.waits.left,
    }),
    roomsByEvent,
    silentVisitors: createSilentVisitors({
      ...{ guardEntry, joinRoom, admissions, line, snapshots, heartbeats, draws, now },
      blockTickets: createBlockTickets(cookieKeys),
      importedTickets: createImportedTickets({ places: deps.store.importedPlaces, now }),
    }),
    signal: (room, signal) => writeSignal(line, room, signal, now()),
    operations: createOperations({
      ...operationsDeps,
      by: 'anteroom',
      eventKept: deps.eventKept,
      laneKept: deps.laneKept,
    }),
    operationsOf,
    busiestAddress: joinLimits.busiest,
    missingRooms,
    isAtRest,
    async flush() {
      await Promise.all([heartbeats.flush(), predictions.flush(), joinLimits.share(), measurements.waits.flush()]);
    },
  };
}
