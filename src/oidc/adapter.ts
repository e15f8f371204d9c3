import type { Adapter, AdapterPayload, KoaContextWithOIDC } from 'oidc-provider';
import Provider, { errors } from 'oidc-provider';
import { canTravel } from '#waiting-page/address.ts';
import type { OidcRecords } from '#waiting-room/ports/oidc-records.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import { clientMetadata } from './client-metadata.ts';

export interface AdapterDeps {
  readonly records: OidcRecords;
  readonly relyingParties: RelyingParties;
  readonly now: () => number;
}

/** Models whose artifact may be used once, also by two requests of the same instant. */
const SINGLE_USE = new Set(['AuthorizationCode', 'RefreshToken', 'PushedAuthorizationRequest']);

/**
 * oidc-provider's view of the store: relying parties are its clients, a pending request that travels in the waiting
 * page's address leaves no Interaction, and a session nobody is logged in to is not kept.
 */
export function createAdapterFactory({ records, relyingParties, now }: AdapterDeps): (model: string) => Adapter {
  return (model) => {
    const adapter: Adapter = {
      upsert: (id, payload, expiresIn) => records.upsert(model, id, payload, expiresIn),
      find: (id) => records.find(model, id),
      findByUid: (uid) => records.findByUid(model, uid),
      findByUserCode: async () => undefined,
      async consume(id) {
        const first = await records.consume(model, id, now());
        if (!first && SINGLE_USE.has(model)) throw new errors.InvalidGrant('already consumed');
      },
      destroy: (id) => records.destroy(model, id),
      revokeByGrantId: (grantId) => records.revokeByGrantId(grantId),
    };
    switch (model) {
      case 'Client':
        return {
          ...adapter,
          find: async (id) => {
            const party = await relyingParties.find(id);
            // Client metadata is what the adapter of this model answers with (README of oidc-provider, "Adapter").
            return party ? (clientMetadata(party) as unknown as AdapterPayload) : undefined;
          },
        };
      case 'Interaction':
        return {
          ...adapter,
          upsert: async (id, payload, expiresIn) => {
            if (!travels(Provider.ctx)) await adapter.upsert(id, payload, expiresIn);
          },
        };
      case 'Session':
        return {
          ...adapter,
          upsert: async (id, payload, expiresIn) => {
            if (payload.accountId || payload.state) await adapter.upsert(id, payload, expiresIn);
          },
        };
      default:
        return adapter;
    }
  };
}

/** Whether the request now at /authorize travels with the browser. */
export function travels(ctx: KoaContextWithOIDC | undefined): boolean {
  return ctx?.oidc.route === 'authorization' && canTravel(ctx.method, ctx.querystring);
}
