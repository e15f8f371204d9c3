/**
 * One tab at a time: where a relying party keeps one login a browser, two tabs whose turn comes at once would each
 * spoil the other's, and both could end at its error page.
 */
import type Provider from 'oidc-provider';
import { profileOf } from '#settings/profiles/index.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';
import { onCodeExchange } from '../tokens/on-code-exchange.ts';

/** How long at most, in seconds, a tab has for itself: for the way back, and for a fresh login that passes at once. */
export const ALONE = 3;

export interface LoginLockDeps {
  readonly idempotency: Pick<Idempotency, 'forget'>;
  readonly relyingParties: RelyingParties;
}

/** Whether another tab of the visitor is on its way in; if none is, this one is. A login is told by when it began. */
export type LoginLock = (party: RelyingParty, visitor: VisitorId, began: number) => Promise<boolean>;

export function createLoginLock(idempotency: Pick<Idempotency, 'remember'>): LoginLock {
  return async ({ profile, client_id }, visitor, began) => {
    if (!profileOf(profile).oneLogin) return false;
    const first = await idempotency.remember(nameOf(client_id, visitor), `${began}`, ALONE * 1000);
    return first !== null && first !== `${began}`;
  };
}

/** A tab is in when its relying party asks for the tokens: it has found the login by then, and no other spoils it. */
export function releaseLoginLock(provider: Provider, { idempotency, relyingParties }: LoginLockDeps): void {
  onCodeExchange(provider, async (_ctx, { clientId = '', accountId = '' }) => {
    const party = await relyingParties.find(clientId);
    if (!party || !profileOf(party.profile).oneLogin) return;
    await idempotency.forget(nameOf(clientId, accountId));
  });
}

const nameOf = (clientId: string, visitor: VisitorId) => `going in ${clientId} ${visitor}`;
