import type { ChallengeWhen } from './entry-settings.ts';

/** What a room's rules say about a request. */
export type EntryAction = 'wait' | 'bypass' | 'challenge' | 'refuse';

/** At a door that leads into the line alone, requests that need no place wait like others. */
export const withoutBypass = (action: EntryAction): EntryAction => (action === 'bypass' ? 'wait' : action);

/** What is known of somebody who comes to a door without a place. */
export interface EntryFacts {
  readonly action: EntryAction;
  readonly challenge: ChallengeWhen;
  /** Whether the newcomer brought a valid proof. */
  readonly isProven: boolean;
  /** Whether the newcomer's address joined more often than the room allows. */
  readonly isLimited: boolean;
  /** Whether as many visitors are present as the room has capacity for. */
  readonly isFull: boolean;
}

/**
 * - `join`: the newcomer gets a number.
 * - `challenge`: only with a proof.
 * - `full`: not before the line is shorter.
 * - `bypass`: the request needs no place.
 * - `refuse`: never.
 */
export type EntryDecision = 'join' | 'challenge' | 'full' | 'bypass' | 'refuse';

/** Decides what happens with a newcomer, at every door. A proof opens no line that is full. */
export function decideEntry({ action, challenge, isProven, isLimited, isFull }: EntryFacts): EntryDecision {
  if (action === 'bypass' || action === 'refuse') return action;
  if (isFull) return 'full';
  if (isProven || challenge === 'off') return 'join';
  return isLimited || action === 'challenge' ? 'challenge' : 'join';
}
