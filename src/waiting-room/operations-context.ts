import type { Actor, Emit, OperatorAction } from './activity.ts';
import type { AdmissionEnded } from './admission-end.ts';
import { RoomNotFound } from './errors.ts';
import type { RecoveringStore } from './lost-lines.ts';
import type { RelyingPartyChanged } from './relying-party.ts';
import type { RoomId, RoomSettings } from './room.ts';

export type EventKept = (room: RoomId, event: string) => void;

export interface OperationsDeps {
  readonly store: RecoveringStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly emit: Emit;
  /** The operator: the name of a token. */
  readonly by: Actor;
  /** A keyed hash of the operator's address. */
  readonly addressHash?: string | undefined;
  readonly admissionEnded: AdmissionEnded;
  /**
   * Called when a change would remove an event that has entrants. The event stays, and the rest of the change is made.
   * Without it such a change is refused with EventHasEntrants.
   */
  readonly eventKept?: EventKept | undefined;
  /** Called after a room changed in a way that polls should show at once. */
  readonly roomChanged: (room: RoomId) => void;
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
  const { store, emit, by, addressHash } = deps;
  const from = addressHash === undefined ? {} : { address_hash: addressHash };
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
