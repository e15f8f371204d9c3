import type { RelyingParty } from '../relying-party.ts';
import type { RoomId, RoomSettings } from '../room.ts';

/** Rooms and relying parties: small, read often, written by operators. */
export interface SettingsStore {
  rooms(): Promise<readonly RoomSettings[]>;
  room(id: RoomId): Promise<RoomSettings | null>;
  putRoom(settings: RoomSettings): Promise<void>;
  /** Deletes the room with its line; whether there was one. */
  deleteRoom(id: RoomId): Promise<boolean>;
  relyingParties(): Promise<readonly RelyingParty[]>;
  relyingParty(clientId: string): Promise<RelyingParty | null>;
  putRelyingParty(party: RelyingParty): Promise<void>;
  deleteRelyingParty(clientId: string): Promise<boolean>;
}
