/**
 * Resource indicators (RFC 8707): an access token for an API that checks tokens by itself is a JWT (RFC 9068) made for
 * it, signed with RS256, which is all that AWS API Gateway takes. Who may choose the API of a token freely could have one
 * for an API behind another line: so only APIs that are registered for the relying party, or, while it has none, which
 * is warned of, those that no other has.
 */
import type { AccessToken, Client, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { profileOf } from '#settings/profiles/index.ts';
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { visitOf } from '../login-context.ts';

export interface ResourcesDeps {
  readonly relyingParties: RelyingParties;
  readonly settings: Pick<SettingsStore, 'relyingParties'>;
}

export function createResources({ relyingParties, settings }: ResourcesDeps) {
  async function isOpenTo(party: RelyingParty, resource: string): Promise<boolean> {
    if (party.resources?.length) return party.resources.includes(resource);
    if (profileOf(party.profile).asksForResource) return false;
    return (await settings.relyingParties()).every(({ resources }) => !resources?.includes(resource));
  }

  return {
    enabled: true,
    /** Of several that were asked for, the token is for the first. Some applications cannot ask. */
    async defaultResource(_ctx: KoaContextWithOIDC, client: Client, oneOf?: readonly string[]) {
      if (oneOf) return oneOf[0];
      const party = await relyingParties.find(client.clientId);
      return party && !profileOf(party.profile).asksForResource ? party.resources?.[0] : undefined;
    },
    async getResourceServerInfo(_ctx: KoaContextWithOIDC, resource: string, client: Client): Promise<ResourceServer> {
      const party = await relyingParties.find(client.clientId);
      if (!party || !(await isOpenTo(party, resource))) {
        throw new errors.InvalidTarget('the resource is not one of this relying party');
      }
      return { scope: '', audience: resource, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } };
    },
    /** What was asked for at /authorize need not be asked for again. */
    useGrantedResource: () => true,
  };
}

/** What a checker of JWTs reads besides `sub`. Opaque tokens are for userinfo, which tells it. */
export function claimsOfAccessToken(ctx: KoaContextWithOIDC, token: Pick<AccessToken, 'resourceServer'>) {
  const visit = visitOf(ctx);
  if (!token.resourceServer || !visit?.admission) return undefined;
  return { room: visit.room, number: visit.admission.number };
}
