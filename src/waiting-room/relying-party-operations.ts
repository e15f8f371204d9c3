import { RelyingPartyNotFound } from './errors.ts';
import type { OperationsContext } from './operations-context.ts';
import type { RelyingParty } from './relying-party.ts';

/** What operators do with relying parties. */
export interface RelyingPartyOperations {
  relyingParties(): Promise<readonly RelyingParty[]>;
  relyingParty(clientId: string): Promise<RelyingParty>;
  /** Rejects with RoomNotFound if its room does not exist. Returns whether the relying party is new. */
  putRelyingParty(party: RelyingParty): Promise<boolean>;
  deleteRelyingParty(clientId: string): Promise<void>;
}

export function createRelyingPartyOperations(context: OperationsContext): RelyingPartyOperations {
  const { existingRoom, audit, relyingPartyChanged } = context;
  const { settings } = context.store;

  return {
    relyingParties: () => settings.relyingParties(),
    async relyingParty(clientId) {
      const party = await settings.relyingParty(clientId);
      if (!party) throw new RelyingPartyNotFound(clientId);
      return party;
    },
    async putRelyingParty(party) {
      await existingRoom(party.room);
      const before = await settings.relyingParty(party.client_id);
      await settings.putRelyingParty(party);
      const { client_secret: _, ...withoutSecret } = party;
      audit('relying_party.put', party.client_id, withoutSecret);
      relyingPartyChanged(party.client_id, party);
      return before === null;
    },
    async deleteRelyingParty(clientId) {
      if (!(await settings.deleteRelyingParty(clientId))) throw new RelyingPartyNotFound(clientId);
      audit('relying_party.deleted', clientId);
      relyingPartyChanged(clientId, null);
    },
  };
}
