import type { SettingsStore } from './ports/settings.ts';
import type { RelyingParty } from './relying-party.ts';

/** How long a relying party is cached, in ms. */
const MAX_AGE = 1000;
/** The most ids in the cache, so that invented ones cannot fill the memory. */
const KNOWN = 1000;

/** Relying parties by client id, at most a second old. */
export interface RelyingParties {
  /** Null if there is none. */
  find(clientId: string): Promise<RelyingParty | null>;
}

export function createRelyingParties(settings: Pick<SettingsStore, 'relyingParty'>, now: () => number): RelyingParties {
  const known = new Map<string, { readonly at: number; readonly party: Promise<RelyingParty | null> }>();
  return {
    find(clientId) {
      const at = now();
      const entry = known.get(clientId);
      if (entry && at >= entry.at && at - entry.at < MAX_AGE) return entry.party;
      const fetched = settings.relyingParty(clientId);
      // While the store is unavailable, the last known answer stands.
      const party = entry ? fetched.catch(() => entry.party) : fetched;
      if (!entry && known.size >= KNOWN) known.clear();
      known.set(clientId, { at, party });
      party.catch(() => known.delete(clientId));
      return party;
    },
  };
}
