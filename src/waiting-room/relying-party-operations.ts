import { RelyingPartyNotFound } from './errors.ts';
import type { OperationsContext } from './operations-context.ts';
import type { Stored } from './ports/revision.ts';
import type { RelyingParty } from './relying-party.ts';
import type { Precondition, Put } from './settings-change.ts';
import { changeSettings, deleteSettings, unconditional } from './settings-change.ts';

/** What operators do with relying parties. */
export interface RelyingPartyOperations {
  relyingParties(): Promise<readonly RelyingParty[]>;
  relyingParty(clientId: string): Promise<RelyingParty>;
  /** The same with the revision, which a {@link Precondition} compares. */
  storedRelyingParty(clientId: string): Promise<Stored<RelyingParty>>;
  /** Creates or replaces the relying party. Rejects with RoomNotFound if its room does not exist. */
  putRelyingParty(party: RelyingParty, precondition?: Precondition): Promise<Put>;
  deleteRelyingParty(clientId: string, precondition?: Precondition): Promise<void>;
}

export function createRelyingPartyOperations(context: OperationsContext): RelyingPartyOperations {
  const { existingRoom, audit, relyingPartyChanged } = context;
  const { settings } = context.store;

  async function existing(clientId: string): Promise<Stored<RelyingParty>> {
    const party = await settings.storedRelyingParty(clientId);
    if (!party) throw new RelyingPartyNotFound(clientId);
    return party;
  }

  return {
    relyingParties: () => settings.relyingParties(),
    relyingParty: async (clientId) => (await existing(clientId)).value,
    storedRelyingParty: existing,
    async putRelyingParty(party, precondition = unconditional) {
      const { client_id: id } = party;
      await existingRoom(party.room);
      const { before, after } = await changeSettings(
        {
          read: () => settings.storedRelyingParty(id),
          write: (value, expected) => settings.putRelyingParty(value, expected),
        },
        precondition,
        () => party,
      );
      const { client_secret: _, ...withoutSecret } = party;
      audit('relying_party.put', id, withoutSecret);
      relyingPartyChanged(id, party);
      return { isNew: before === null, revision: after.revision };
    },
    async deleteRelyingParty(clientId, precondition) {
      const isDeleted = await deleteSettings(
        {
          read: () => settings.storedRelyingParty(clientId),
          remove: (expected) => settings.deleteRelyingParty(clientId, expected),
        },
        precondition,
      );
      if (!isDeleted) throw new RelyingPartyNotFound(clientId);
      audit('relying_party.deleted', clientId);
      relyingPartyChanged(clientId, null);
    },
  };
}
