/**
 * One tab at a time enters where a relying party keeps one login per browser: two tabs whose turns come together would
 * each replace the other's transaction, and both could end at the relying party's error page.
 */
import type Provider from 'oidc-provider';
import { profileOf } from '#settings/profiles/index.ts';
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import type { RelyingParties } from '#waiting-room/relying-parties.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { VisitorId } from '#waiting-room/visitor.ts';
import { onCodeExchange } from '../tokens/on-code-exchange.ts';

/** How long a tab holds the lock at most, in seconds: the way back, and a restarted login that passes at once. */
export const LOCK_SECONDS = 3;

export interface LoginLock {
  /** Whether this tab may enter. The start of its login identifies the tab, so it may take the lock again. */
  acquire(party: RelyingParty, visitor: VisitorId, startedAt: number): Promise<boolean>;
}

export function createLoginLock(idempotency: Pick<Idempotency, 'remember'>): LoginLock {
  return {
    async acquire({ profile, client_id }, visitor, startedAt) {
      if (!profileOf(profile).oneLogin) return true;
      const holder = await idempotency.remember(keyOf(client_id, visitor), `${startedAt}`, LOCK_SECONDS * 1000);
      return holder === null || holder === `${startedAt}`;
    },
  };
}

export interface ReleaseLoginLockDeps {
  readonly idempotency: Pick<Idempotency, 'forget'>;
  readonly relyingParties: RelyingParties;
}

/** Releases the lock at the code exchange: the relying party has used the transaction, so no other tab can spoil it. */
export function releaseLoginLock(provider: Provider, { idempotency, relyingParties }: ReleaseLoginLockDeps): void {
  onCodeExchange(provider, async (_ctx, { clientId = '', accountId = '' }) => {
    const party = await relyingParties.find(clientId);
    if (!party || !profileOf(party.profile).oneLogin) return;
    await idempotency.forget(keyOf(clientId, accountId));
  });
}

/** Replicas of earlier versions use the same key. */
const keyOf = (clientId: string, visitor: VisitorId) => `going in ${clientId} ${visitor}`;
