import { errors } from 'oidc-provider';
import { problemOf } from '#http/problem.ts';
import type { JoinRefused } from '#waiting-room/errors.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import { rootOf } from './restart-login.ts';

/**
 * The visitor gets the error page. An error for the relying party would make some of them start the login again at once,
 * and others show an error of their own that does not say why. The page has a link to the site where that helps.
 */
export function refusedJoin(
  refusal: JoinRefused,
  { landing_url }: RelyingParty,
  redirectUri: unknown,
): errors.OIDCProviderError {
  const error = new errors.CustomOIDCProviderError(refusal.code, refusal.message);
  const { status } = problemOf(refusal);
  const { reason } = refusal;
  const site = refusal.needsPass ? (landing_url ?? rootOf(new URL(String(redirectUri)))) : null;
  return Object.assign(error, { allow_redirect: false, status, statusCode: status, reason, site });
}
