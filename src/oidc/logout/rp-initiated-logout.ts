import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC, Session } from 'oidc-provider';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { Visitors } from '#waiting-room/visitors.ts';

export interface RpInitiatedLogoutDeps {
  readonly visitors: Pick<Visitors, 'depart'>;
  readonly relyingParties: RelyingParties;
}

/**
 * OpenID Connect RP-Initiated Logout 1.0: a visitor who logs out ends their admission, before the browser is sent back,
 * so the place goes to the next visitor.
 */
export function endAdmissionAtLogout(provider: Provider, { visitors, relyingParties }: RpInitiatedLogoutDeps): void {
  provider.use(async (ctx, next) => {
    await next();
    const { oidc } = ctx as KoaContextWithOIDC;
    const session = oidc?.session;
    // The form also has a button to stay, which sends no `logout`.
    if (oidc?.route !== 'end_session_confirm' || ctx.status !== 303 || !oidc.params?.logout || !session?.accountId)
      return;
    const rooms = await Promise.all(clientsOf(session).map(async (id) => (await relyingParties.find(id))?.room));
    const visited = new Set(rooms.filter((room) => room !== undefined));
    await Promise.all([...visited].map((room) => visitors.depart(room, session.accountId ?? '')));
  });
}

function clientsOf(session: Session): string[] {
  return Object.keys(session.authorizations ?? {});
}
