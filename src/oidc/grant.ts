import type { Grant, KoaContextWithOIDC } from 'oidc-provider';

/**
 * The grant of an admitted visitor: whatever scopes and claims the request asks for, as nobody is asked for consent.
 * One grant a session and relying party, kept and widened: a new one for each request would void the code that
 * another tab is about to exchange.
 */
export async function loadExistingGrant(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { client, session, provider, account } = ctx.oidc;
  if (!client || !session || !account) return undefined;
  const wanted = ctx.oidc.requestParamScopes;
  const claims = [...ctx.oidc.requestParamClaims];
  const grantId = session.grantIdFor(client.clientId);
  const known = grantId ? await provider.Grant.find(grantId) : undefined;
  const grant =
    known?.accountId === account.accountId
      ? known
      : new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  const granted = new Set(grant.getOIDCScopeFiltered(wanted).split(' '));
  const grantedClaims = new Set(grant.getOIDCClaims());
  const covered = [...wanted].every((scope) => granted.has(scope)) && claims.every((claim) => grantedClaims.has(claim));
  if (grant === known && covered) return grant;
  grant.addOIDCScope([...wanted].join(' '));
  grant.addOIDCClaims(claims);
  await grant.save();
  return grant;
}
