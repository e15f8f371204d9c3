import type Provider from 'oidc-provider';
import type { AccessToken, Client, ClientCredentials, KoaContextWithOIDC, RefreshToken } from 'oidc-provider';
import { errors } from 'oidc-provider';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Visitors } from '#waiting-room/visitors.ts';

export interface RevocationDeps {
  readonly visitors: Pick<Visitors, 'depart'>;
  readonly relyingParties: RelyingParties;
}

/**
 * Token revocation (RFC 7009) ends the admission that the token stands for, before the relying party has its answer, so
 * the place goes to the next visitor. JWT access tokens are not in the store, so oidc-provider refuses them.
 */
export function endAdmissionAtRevocation(provider: Provider, { visitors, relyingParties }: RevocationDeps): void {
  provider.use(async (ctx, next) => {
    await next();
    const { oidc } = ctx as KoaContextWithOIDC;
    if (oidc?.route !== 'revocation' || ctx.status !== 200) return;
    const token = oidc.entities.AccessToken ?? oidc.entities.RefreshToken;
    if (!token?.accountId || !token.clientId || token.clientId !== oidc.client?.clientId) return;
    const party = await relyingParties.find(token.clientId);
    if (party) await visitors.depart(party.room, token.accountId, 'revoked');
  });
}

/** A token of another client is refused (RFC 7009 §2.1), and stays valid. */
export function isOwnToken(
  _ctx: KoaContextWithOIDC,
  client: Client,
  token: AccessToken | ClientCredentials | RefreshToken,
): boolean {
  if (token.clientId !== client.clientId) throw new errors.InvalidGrant('the token was issued to another client');
  return true;
}
