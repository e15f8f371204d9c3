/**
 * An admission ends with the token that stands for it: who gives the token back (RFC 7009) is done, and a token whose
 * admission is over is no longer active (RFC 7662). JWT access tokens are in no store: both endpoints refuse them.
 */
import type Provider from 'oidc-provider';
import type { AccessToken, Client, ClientCredentials, KoaContextWithOIDC, RefreshToken } from 'oidc-provider';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { lasting } from '../login-context.ts';

type Token = AccessToken | ClientCredentials | RefreshToken;

export interface EndsDeps {
  readonly visitors: Pick<Visitors, 'admission'>;
  readonly relyingParties: RelyingParties;
  readonly now: () => number;
}

/**
 * Who may introspect a token: whom it was issued to, and any confidential client of the same room, as a gateway that
 * asks about what an application brings. To others it is a token that never was.
 */
export function createIntrospectionPolicy({ visitors, relyingParties, now }: EndsDeps) {
  return async (_ctx: KoaContextWithOIDC, client: Client, token: Token): Promise<boolean> => {
    if (!token.clientId || !('accountId' in token)) return false;
    const [asking, owner] = await Promise.all([client.clientId, token.clientId].map((id) => relyingParties.find(id)));
    if (!asking || !owner || asking.room !== owner.room) return false;
    if (client.clientAuthMethod === 'none' && client.clientId !== token.clientId) return false;
    return lasting(await visitors.admission(owner.room, token.accountId), now()) !== null;
  };
}

/** A token that is revoked ends its admission, and the place goes to the next, before the relying party is answered. */
export function endAdmissionAtRevocation(
  provider: Provider,
  {
    visitors,
    relyingParties,
  }: { readonly visitors: Pick<Visitors, 'depart'>; readonly relyingParties: RelyingParties },
): void {
  provider.use(async (ctx, next) => {
    await next();
    const { oidc } = ctx as KoaContextWithOIDC;
    if (oidc?.route !== 'revocation' || ctx.status !== 200) return;
    const token = oidc.entities.AccessToken ?? oidc.entities.RefreshToken;
    // The endpoint says 200 to a public client that shows somebody else's token, and leaves it as it is.
    if (!token?.accountId || !token.clientId || token.clientId !== oidc.client?.clientId) return;
    const party = await relyingParties.find(token.clientId);
    if (party) await visitors.depart(party.room, token.accountId);
  });
}
