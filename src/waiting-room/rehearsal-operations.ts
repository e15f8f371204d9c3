import { RelyingPartyNotFound } from './errors.ts';
import type { OperationsContext } from './operations-context.ts';
import type { RehearsalGoal } from './rehearsals/index.ts';
import type { RoomId } from './room.ts';

/** What operators do with rehearsals. */
export interface RehearsalOperations {
  /**
   * Where a rehearsal of the room ends: at the relying party, or if none is named at the first of the room, or else at
   * the first of its return URLs. Rejects with RelyingPartyNotFound for one that does not lead to the room.
   */
  rehearsalGoal(room: RoomId, clientId: string | null): Promise<RehearsalGoal>;
  /** Adds the rehearsal to the audit log. */
  rehearsalBegun(room: RoomId, goal: RehearsalGoal): void;
  /** The same for its end. */
  rehearsalEnded(room: RoomId, id: string): void;
}

export function createRehearsalOperations({ store, existingRoom, audit }: OperationsContext): RehearsalOperations {
  return {
    async rehearsalGoal(room, clientId) {
      const { return_urls } = await existingRoom(room);
      const parties = (await store.settings.relyingParties()).filter((party) => party.room === room);
      const party = clientId === null ? parties[0] : parties.find(({ client_id }) => client_id === clientId);
      if (party) return { kind: 'relying_party', clientId: party.client_id };
      if (clientId !== null) throw new RelyingPartyNotFound(clientId);
      const [url] = return_urls;
      return url === undefined ? { kind: 'none' } : { kind: 'return', url };
    },
    rehearsalBegun: (room, goal) => audit('rehearsal.begun', room, goal),
    rehearsalEnded: (room, id) => audit('rehearsal.ended', room, { id }),
  };
}
