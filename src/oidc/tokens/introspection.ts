/**
 * Token introspection (RFC 7662): a token is active as long as the admission it stands for. JWT access tokens are not
 * in the store, so oidc-provider refuses them here.
 */
import type { AccessToken, Client, ClientCredentials, KoaContextWithOIDC, RefreshToken } from 'oidc-provider';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Visitors } from '#waiting-room/visitors.ts';
import { loginContext } from '../login-context.ts';
import { isTakenOver, usableAdmission } from '../usable-admission.ts';
import { movedBy } from './stopped-tokens.ts';

export interface IntrospectionDeps {
  readonly visitors: Pick<Visitors, 'admission'>;
  readonly relyingParties: RelyingParties;
  readonly now: () => number;
}

/**
 * A token may be introspected by the client it was issued to, and by any confidential client of the same room, such as
 * a gateway that checks what an application sends. For all others it is inactive (RFC 7662 §2.2).
 */
export function createIntrospectionPolicy({ visitors, relyingParties, now }: IntrospectionDeps) {
  return async (
    ctx: KoaContextWithOIDC,
    client: Client,
    token: AccessToken | ClientCredentials | RefreshToken,
  ): Promise<boolean> => {
    if (!token.clientId || !('accountId' in token)) return false;
    const [asking, owner] = await Promise.all([client.clientId, token.clientId].map((id) => relyingParties.find(id)));
    if (!asking || !owner || asking.room !== owner.room) return false;
    if (client.clientAuthMethod === 'none' && client.clientId !== token.clientId) return false;
    const admission = usableAdmission(await visitors.admission(owner.room, token.accountId), now());
    if (admission === null || isTakenOver(admission, loginContext(ctx).serial)) return false;
    if (token.exp !== undefined) token.exp += movedBy(admission, loginContext(ctx).tokenStopped);
    return true;
  };
}
