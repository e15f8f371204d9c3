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
  /**
   * Creates or replaces the relying party. Rejects with RoomNotFound if its room does not exist. The same settings again
   * change and record nothing.
   */
  putRelyingParty(party: RelyingParty, precondition?: Precondition): Promise<Put>;
  /** Replaces the settings with what `change` makes of them; null where there are none. */
  upsertRelyingParty(
    clientId: string,
    change: (party: RelyingParty | null) => RelyingParty | Promise<RelyingParty>,
    precondition?: Precondition,
  ): Promise<Put & { readonly value: RelyingParty }>;
  /** The same for a relying party that exists. */
  changeRelyingParty(
    clientId: string,
    change: (party: RelyingParty) => RelyingParty | Promise<RelyingParty>,
    precondition?: Precondition,
  ): Promise<Stored<RelyingParty>>;
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

  async function upsert(
    id: string,
    change: (party: RelyingParty | null) => RelyingParty | Promise<RelyingParty>,
    precondition: Precondition = unconditional,
  ): Promise<Put & { readonly value: RelyingParty }> {
    const { before, isSame, after } = await changeSettings(
      {
        read: () => settings.storedRelyingParty(id),
        async write(value, expected) {
          await existingRoom(value.room);
          return settings.putRelyingParty(value, expected);
        },
      },
      precondition,
      change,
    );
    if (!isSame) {
      const { client_secret: _, ...withoutSecret } = after.value;
      audit('relying_party.put', id, withoutSecret);
      relyingPartyChanged(id, after.value);
    }
    return { isNew: before === null, ...after };
  }

  return {
    relyingParties: () => settings.relyingParties(),
    relyingParty: async (clientId) => (await existing(clientId)).value,
    storedRelyingParty: existing,
    putRelyingParty: (party, precondition) => upsert(party.client_id, () => party, precondition),
    upsertRelyingParty: upsert,
    async changeRelyingParty(clientId, change, precondition) {
      const next = (current: RelyingParty | null) => {
        if (!current) throw new RelyingPartyNotFound(clientId);
        return change(current);
      };
      const { value, revision } = await upsert(clientId, next, precondition);
      return { value, revision };
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
