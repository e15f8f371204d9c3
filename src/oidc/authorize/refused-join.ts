import { errors } from 'oidc-provider';
import { problemOf } from '#http/problem.ts';
import type { JoinRefused } from '#waiting-room/errors.ts';

/**
 * The visitor gets the error page. An error for the relying party would make some of them start the login again at once,
 * and others show an error of their own that does not say why.
 */
export function refusedJoin(refusal: JoinRefused): errors.OIDCProviderError {
  const error = new errors.CustomOIDCProviderError(refusal.code, refusal.message);
  const { status } = problemOf(refusal);
  return Object.assign(error, { allow_redirect: false, status, statusCode: status });
}
