/**
 * The login transaction at the relying party: how long it lives, and whether a newer one of the same browser replaced
 * it. A code for an expired transaction ends at the relying party's error page.
 */
import { profileOf } from '#settings/profiles/index.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { NewestLogin } from './newest-login.ts';

/** Reserved for the way to the relying party, whose clock started before the request came here: 30 s … */
const MARGIN = 30_000;
/** … or a tenth of the login window if that is less. */
const MARGIN_SHARE = 0.1;

export interface LoginTransaction {
  /** Since the login started, in ms. */
  readonly age: number;
  /** How long the relying party keeps it, in ms; null: without limit. */
  readonly window: number | null;
  /** Whether the relying party keeps one login per browser and this one is not the newest. */
  readonly isSuperseded: boolean;
}

export function isTransactionExpired({ age, window, isSuperseded }: LoginTransaction): boolean {
  return isSuperseded || (window !== null && age >= window - Math.min(MARGIN, window * MARGIN_SHARE));
}

/** The transaction of a login that this browser started at the relying party at `startedAt`. */
export type TransactionOf = (
  party: RelyingParty,
  cookieHeader: string | undefined,
  startedAt: number,
) => LoginTransaction;

export function createTransactionOf(newestLogin: Pick<NewestLogin, 'startedAt'>, now: () => number): TransactionOf {
  return ({ client_id, login_window, profile }, cookieHeader, startedAt) => ({
    age: now() - startedAt,
    window: login_window,
    isSuperseded: profileOf(profile).oneLogin && startedAt < newestLogin.startedAt(cookieHeader, client_id),
  });
}
