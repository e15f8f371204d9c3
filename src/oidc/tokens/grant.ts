import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import type { RemainingSeconds } from './lifetimes.ts';

/** How many seconds a grant outlives a prolonged admission. */
const RESERVE = 60 * 60;

/**
 * The grant of an admitted visitor, with all requested scopes and claims, since there is no consent to ask for. A
 * session has one grant per relying party, which is kept and widened: a new one for each request would void the code
 * that another tab is about to exchange. It is saved again if it would end before the admission does.
 */
export function createLoadExistingGrant(remaining: RemainingSeconds) {
  return async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { client, session, provider, account } = ctx.oidc;
    if (!client || !session || !account) return undefined;
    const scopes = [...ctx.oidc.requestParamOIDCScopes];
    const claims = [...ctx.oidc.requestParamClaims];
    const grantId = session.grantIdFor(client.clientId);
    const known = grantId ? await provider.Grant.find(grantId) : undefined;
    const grant =
      known?.accountId === account.accountId
        ? known
        : new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
    const missing = grant === known ? remaining(ctx) - grant.remainingTTL : 0;
    if (grant === known && covers(grant, scopes, claims) && missing < 0) return grant;
    // A saved grant keeps its end unless it is set.
    if (missing >= 0 && grant.exp !== undefined) grant.exp += missing + RESERVE;
    grant.addOIDCScope(scopes.join(' '));
    grant.addOIDCClaims(claims);
    await grant.save();
    return grant;
  };
}

function covers(grant: Grant, scopes: readonly string[], claims: readonly string[]): boolean {
  const scope = new Set(grant.getOIDCScope().split(' '));
  const claim = new Set(grant.getOIDCClaims());
  return scopes.every((each) => scope.has(each)) && claims.every((each) => claim.has(each));
}
