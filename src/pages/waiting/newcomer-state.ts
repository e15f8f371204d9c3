/**
 * Why a newcomer gets no number yet. The door that found it marks the waiting page's address with it, behind the stamp:
 * a visitor who changes the mark sees the other page, and gets no further by it.
 */
import { ChallengeRequired, RoomFull } from '#waiting-room/errors.ts';
import type { NewcomerState } from '#waiting-room/facts.ts';

const MARK = 'anteroom_entry';

/** Null for an error that the page does not show as a state. */
export function newcomerStateOf(error: unknown): NewcomerState | null {
  if (error instanceof RoomFull) return 'full';
  return error instanceof ChallengeRequired ? 'challenge' : null;
}

/** The waiting page's address with the state in it. */
export const withNewcomerState = (address: string, state: NewcomerState | null): string =>
  state === null ? address : `${address}&${MARK}=${state}`;

/** The state in a query of the waiting page. */
export function readNewcomerState(query: string): NewcomerState | null {
  const [, state] = /(?:^|&)anteroom_entry=(full|challenge)(?:&|$)/.exec(query) ?? [];
  return (state as NewcomerState | undefined) ?? null;
}

/** The same address without the state. */
export const withoutNewcomerState = (url: string): string =>
  url.replace(/([?&])anteroom_entry=[^&]*(&|$)/, (_, before: string, after: string) => (after ? before : ''));
