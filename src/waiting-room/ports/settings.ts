import type { RelyingParty } from '../relying-party.ts';
import type { RoomId, RoomSettings } from '../room.ts';
import type { Revision, Stored } from './revision.ts';

/**
 * Rooms and relying parties: small, read often, written by operators.
 *
 * A change may name the revision that it replaces, `null` for none. If another revision is stored, nothing changes:
 * a `put` resolves to null, a `delete` to false. The comparison and the change are one atomic step. A change that names
 * no revision is unconditional.
 */
export interface SettingsStore {
  /** All rooms, or those of these that there are, in the order of their ids. */
  rooms(only?: readonly RoomId[]): Promise<readonly RoomSettings[]>;
  room(id: RoomId): Promise<RoomSettings | null>;
  storedRoom(id: RoomId): Promise<Stored<RoomSettings> | null>;
  /** Resolves to the new revision. */
  putRoom(settings: RoomSettings, expected?: Revision | null): Promise<Revision | null>;
  /** Deletes the room with its line. Resolves to false if there is no such room. */
  deleteRoom(id: RoomId, expected?: Revision): Promise<boolean>;
  relyingParties(): Promise<readonly RelyingParty[]>;
  relyingParty(clientId: string): Promise<RelyingParty | null>;
  storedRelyingParty(clientId: string): Promise<Stored<RelyingParty> | null>;
  putRelyingParty(party: RelyingParty, expected?: Revision | null): Promise<Revision | null>;
  deleteRelyingParty(clientId: string, expected?: Revision): Promise<boolean>;
}
