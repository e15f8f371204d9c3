import type { Actor, Emit, OperatorAction } from './activity.ts';
import type { AdmissionEnded } from './admission-end.ts';
import { RoomNotFound } from './errors.ts';
import type { LaneName } from './lanes.ts';
import type { LineView } from './line/counters.ts';
import type { RecoveringStore } from './lost-lines.ts';
import type { Store } from './ports/index.ts';
import type { RelyingPartyChanged } from './relying-party.ts';
import type { RoomId, RoomSettings } from './room.ts';

export type EventKept = (room: RoomId, event: string) => void;
export type LaneKept = (room: RoomId, lane: LaneName) => void;

export interface OperationsDeps {
  readonly store: RecoveringStore;
  /** What is kept of visitors of AWS's API, and what operators keep of rooms. */
  readonly records: Pick<Store, 'importedPlaces' | 'issuedTokens' | 'roomRecords'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly emit: Emit;
  /** The operator: the name of a token. */
  readonly by: Actor;
  /** A keyed hash of the operator's address. */
  readonly addressHash?: string | undefined;
  /** Why the operator does it, for the audit log. */
  readonly reason?: string | undefined;
  readonly admissionEnded: AdmissionEnded;
  /**
   * Called when a change would remove an event that has entrants. The event stays, and the rest of the change is made.
   * Without it such a change is refused with EventHasEntrants.
   */
  readonly eventKept?: EventKept | undefined;
  /** The same for a lane that has visitors. Without it such a change is refused with LaneHasVisitors. */
  readonly laneKept?: LaneKept | undefined;
  /** Called after a room changed in a way that polls should show at once. */
  readonly roomChanged: (room: RoomId) => void;
  /** Called after a room was created, with what all its lanes show. */
  readonly roomCreated?: ((room: RoomId, view: LineView) => Promise<void>) | undefined;
  /** Called after a room was deleted. */
  readonly roomDeleted?: ((room: RoomId) => void) | undefined;
  readonly relyingPartyChanged: RelyingPartyChanged;
}

/** What all operations share. */
export interface OperationsContext extends OperationsDeps {
  /** Rejects with RoomNotFound. */
  existingRoom(id: RoomId): Promise<RoomSettings>;
  /** Adds an entry to the audit log. */
  audit(action: OperatorAction, subject: string, detail?: unknown): void;
}

export function createOperationsContext(deps: OperationsDeps): OperationsContext {
  const { store, emit, by, addressHash, reason } = deps;
  const from = {
    ...(addressHash === undefined ? {} : { address_hash: addressHash }),
    ...(reason === undefined ? {} : { reason }),
  };
  return {
    ...deps,
    async existingRoom(id) {
      const room = await store.settings.room(id);
      if (!room) throw new RoomNotFound(id);
      return room;
    },
    audit(action, subject, detail = null) {
      emit('operator.acted', { by, action, subject, detail, ...from });
    },
  };
}
