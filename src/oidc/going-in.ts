/**
 * One tab at a time: where a relying party keeps one login a browser, two tabs whose turn comes at once would each
 * spoil the other's, and both could end at its error page.
 */
import { profileOf } from '#settings/profiles/index.ts';
import type { CoordinationStore, VisitorId } from '#waiting-room/ports.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';

/** How long, in seconds, a tab has for itself: for the way back, and for a fresh login that passes at once. */
export const ALONE = 3;

/** Whether another tab of the visitor is on its way in; if none is, this one is. A login is told by when it began. */
export type IsAnotherGoingIn = (party: RelyingParty, visitor: VisitorId, began: number) => Promise<boolean>;

export function createIsAnotherGoingIn(coordination: Pick<CoordinationStore, 'remember'>): IsAnotherGoingIn {
  return async ({ profile, client_id }, visitor, began) => {
    if (!profileOf(profile).oneLogin) return false;
    const first = await coordination.remember(`going in ${client_id} ${visitor}`, `${began}`, ALONE * 1000);
    return first !== null && first !== `${began}`;
  };
}
