import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { withLogoutState } from './logout-state.ts';

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
    // oidc-provider has checked the URI.
    const uri = request.postLogoutRedirectUri;
    ctx.redirect(typeof uri === 'string' ? withLogoutState(uri, request.state) : oidc.urlFor('end_session_success'));
  });
}
