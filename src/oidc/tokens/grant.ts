import type { Grant, KoaContextWithOIDC } from 'oidc-provider';

/** By how many seconds a grant outlives the admission when it is prolonged. */
const RESERVE = 60 * 60;

/**
 * The grant of an admitted visitor: whatever scopes and claims the request asks for, as nobody is asked for consent.
 * One grant a session and relying party, kept and widened: a new one for each request would void the code that
 * another tab is about to exchange. It is saved anew when it would end before the admission does, of which
 * `remaining` tells the seconds.
 */
export function createLoadExistingGrant(remaining: (ctx: KoaContextWithOIDC) => number) {
  return async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { client, session, provider, account } = ctx.oidc;
    if (!client || !session || !account) return undefined;
    const scopes = [...ctx.oidc.requestParamScopes];
    const claims = [...ctx.oidc.requestParamClaims];
    const grantId = session.grantIdFor(client.clientId);
    const known = grantId ? await provider.Grant.find(grantId) : undefined;
    const grant =
      known?.accountId === account.accountId
        ? known
        : new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
    const missing = grant === known ? remaining(ctx) - grant.remainingTTL : 0;
    if (grant === known && covers(grant, scopes, claims) && missing < 0) return grant;
    // A grant that was saved before keeps its end unless it is told another.
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
