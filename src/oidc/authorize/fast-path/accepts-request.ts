import type { Client } from 'oidc-provider';
import { profileOf } from '#settings/profiles/index.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { PlainRequest } from './plain-request.ts';

/** Finds a client as oidc-provider does. Rejects or answers undefined for one that it would refuse. */
export type FindClient = (clientId: string) => Promise<Client | undefined>;

/** Whether oidc-provider would find a plain request of a relying party valid. */
export type AcceptsRequest = (party: RelyingParty, request: PlainRequest) => Promise<boolean>;

export function createAcceptsRequest(findClient: FindClient): AcceptsRequest {
  /** The settings of a relying party are another object as soon as they may have changed. */
  const clients = new WeakMap<RelyingParty, Promise<Client | undefined>>();

  function clientOf(party: RelyingParty): Promise<Client | undefined> {
    const known = clients.get(party);
    if (known) return known;
    const client = findClient(party.client_id).catch(() => undefined);
    clients.set(party, client);
    return client;
  }

  return async (party, { redirectUri, hasChallenge }) => {
    // It would get a resource of its own, whose registration oidc-provider asks about.
    if (party.resources?.length && !profileOf(party.profile).asksForResource) return false;
    const client = await clientOf(party);
    if (!client?.responseTypeAllowed('code') || !client.redirectUris?.includes(redirectUri)) return false;
    return hasChallenge || client.clientAuthMethod !== 'none';
  };
}
