import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';

/**
 * Adds the `state` of a confirmed logout to the redirect (OpenID Connect RP-Initiated Logout 1.0 §3). It travels in the
 * confirmation's form, which nobody else can send: oidc-provider would keep it in the session, however long it is.
 */
export function returnLogoutState(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next();
    const { oidc } = ctx as KoaContextWithOIDC;
    if (oidc?.route !== 'end_session_confirm' || ctx.status !== 303) return;
    const state = oidc.body?.state;
    const location = ctx.response.get('Location');
    if (typeof state !== 'string' || location.startsWith(oidc.urlFor('end_session_success'))) return;
    ctx.redirect(withLogoutState(location, state));
  });
}

export function withLogoutState(uri: string, state: unknown): string {
  const url = new URL(uri);
  if (typeof state === 'string') url.searchParams.set('state', state);
  return url.href;
}
