/**
 * Resource indicators (RFC 8707): an access token for an API that checks tokens by itself is a JWT (RFC 9068) made for
 * it, signed with RS256, the only algorithm that AWS API Gateway accepts. A relying party that could choose any API
 * could get a token for one behind another line. So it may choose the APIs registered for it; one with no registered
 * APIs, which gets a warning, may choose those that are registered for no other.
 */
import type { AccessToken, Client, KoaContextWithOIDC, ResourceServer } from 'oidc-provider';
import { errors } from 'oidc-provider';
import { profileOf } from '#settings/profiles/index.ts';
import type { SettingsStore } from '#waiting-room/ports/settings.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { loginContext } from '../login-context.ts';

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
    /** The first of several requested resources. Applications that cannot request one get their first registered one. */
    async defaultResource(_ctx: KoaContextWithOIDC, client: Client, oneOf?: readonly string[]) {
      if (oneOf) return oneOf[0];
      const party = await relyingParties.find(client.clientId);
      return party && !profileOf(party.profile).asksForResource ? party.resources?.[0] : undefined;
    },
    async getResourceServerInfo(_ctx: KoaContextWithOIDC, resource: string, client: Client): Promise<ResourceServer> {
      const party = await relyingParties.find(client.clientId);
      if (!party || !(await isOpenTo(party, resource))) {
        throw new errors.InvalidTarget('the resource is not registered for this relying party');
      }
      return { scope: '', audience: resource, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } };
    },
    /** A resource requested at /authorize need not be requested again at the token endpoint. */
    useGrantedResource: () => true,
  };
}

/** Claims of a JWT access token besides `sub`. An opaque token's are at the userinfo endpoint. */
export function claimsOfAccessToken(ctx: KoaContextWithOIDC, token: Pick<AccessToken, 'resourceServer'>) {
  const { visit } = loginContext(ctx);
  if (!token.resourceServer || !visit?.admission) return undefined;
  return { room: visit.room, number: visit.admission.number };
}
