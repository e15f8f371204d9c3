/**
 * How old a login may be for its code to be worth something: a relying party forgets a login that takes too long, and
 * some of them remember only the newest of a browser.
 */
import { profileOf } from '#settings/profiles/index.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { LoginCookies } from './login-cookies.ts';

/** For the way back, and because the relying party's clock ran before the request came here: 30 s … */
const MARGIN = 30_000;
/** … or a tenth of the window, where that is less. */
const SHARE = 0.1;

export interface LoginWindowDeps {
  readonly loginCookies: Pick<LoginCookies, 'newest'>;
  readonly now: () => number;
}

/** Whether the relying party would throw away the code for a login of this browser that began then. */
export type IsTransactionExpired = (party: RelyingParty, cookieHeader: string | undefined, began: number) => boolean;

export function createIsTransactionExpired({ loginCookies, now }: LoginWindowDeps): IsTransactionExpired {
  return (party, cookieHeader, began) => {
    const { login_window, client_id, profile } = party;
    if (profileOf(profile).oneLogin && began < loginCookies.newest(cookieHeader, client_id)) return true;
    if (login_window === null) return false;
    return now() - began >= login_window - Math.min(MARGIN, login_window * SHARE);
  };
}
