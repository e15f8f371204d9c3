import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';

/**
 * A logout of a browser that has no session ends at once. oidc-provider would keep a session for a day, with a `state` of
 * any length, only to confirm that there is nothing to end.
 */
export function endAnonymousLogout(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next();
    const { oidc } = ctx as KoaContextWithOIDC;
    const request = oidc?.route === 'end_session' && ctx.status === 200 ? oidc.session?.state : undefined;
    if (!request || oidc.session?.accountId) return;
    ctx.remove('Set-Cookie');
    ctx.status = 303;
    ctx.redirect(target(request.postLogoutRedirectUri, request.state) ?? oidc.urlFor('end_session_success'));
  });
}

/** OpenID Connect RP-Initiated Logout 1.0 §3. oidc-provider has checked the URI. */
function target(uri: unknown, state: unknown): string | null {
  if (typeof uri !== 'string') return null;
  const url = new URL(uri);
  if (typeof state === 'string') url.searchParams.set('state', state);
  return url.href;
}
