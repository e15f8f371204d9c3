/**
 * One tab at a time: where a relying party keeps one login a browser, two tabs whose turn comes at once would each
 * spoil the other's, and both could end at its error page.
 */
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { profileOf } from '#settings/profiles/index.ts';
import type { CoordinationStore, VisitorId } from '#waiting-room/ports.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';

/** How long at most, in seconds, a tab has for itself: for the way back, and for a fresh login that passes at once. */
export const ALONE = 3;

export interface GoingInDeps {
  readonly coordination: Pick<CoordinationStore, 'forget'>;
  readonly relyingParties: RelyingParties;
}

/** Whether another tab of the visitor is on its way in; if none is, this one is. A login is told by when it began. */
export type IsAnotherGoingIn = (party: RelyingParty, visitor: VisitorId, began: number) => Promise<boolean>;

export function createIsAnotherGoingIn(coordination: Pick<CoordinationStore, 'remember'>): IsAnotherGoingIn {
  return async ({ profile, client_id }, visitor, began) => {
    if (!profileOf(profile).oneLogin) return false;
    const first = await coordination.remember(nameOf(client_id, visitor), `${began}`, ALONE * 1000);
    return first !== null && first !== `${began}`;
  };
}

/** A tab is in when its relying party asks for the tokens: it has found the login by then, and no other spoils it. */
export function endGoingIn(provider: Provider, { coordination, relyingParties }: GoingInDeps): void {
  provider.use(async (ctx, next) => {
    await next();
    const { oidc } = ctx as KoaContextWithOIDC;
    const code = oidc?.route === 'token' && ctx.status === 200 ? oidc.entities.AuthorizationCode : undefined;
    const party = code?.clientId ? await relyingParties.find(code.clientId) : null;
    if (!code?.accountId || !party || !profileOf(party.profile).oneLogin) return;
    await coordination.forget(nameOf(party.client_id, code.accountId));
  });
}

const nameOf = (clientId: string, visitor: VisitorId) => `going in ${clientId} ${visitor}`;
