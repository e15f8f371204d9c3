/** What this process knows to be in the ledger, so that the same admission is not entered again with each answer. */
import type { Admission } from '#waiting-room/line/admission.ts';
import type { RoomId } from '#waiting-room/room.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';

/** An admission that is in the ledger, and the line that it is of. */
export interface Entered {
  readonly incarnation: string;
  readonly admission: Admission;
}

export interface EnteredAdmissions {
  find(room: RoomId, visitor: VisitorId): Entered | undefined;
  keep(room: RoomId, entered: Entered): void;
  drop(room: RoomId, visitor: VisitorId): void;
}

/** So many are known at least, some 300 bytes each. */
const KNOWN = 50_000;

export function createEnteredAdmissions(capacity = KNOWN): EnteredAdmissions {
  let recent = new Map<string, Entered>();
  let older = new Map<string, Entered>();
  const keyOf = (room: RoomId, visitor: VisitorId) => `${room} ${visitor}`;
  return {
    find: (room, visitor) => recent.get(keyOf(room, visitor)) ?? older.get(keyOf(room, visitor)),
    keep(room, entered) {
      if (recent.size >= capacity) [older, recent] = [recent, new Map()];
      recent.set(keyOf(room, entered.admission.visitor), entered);
    },
    drop(room, visitor) {
      recent.delete(keyOf(room, visitor));
      older.delete(keyOf(room, visitor));
    },
  };
}
