/** The supported claims, and how a relying party may request them. */
import type { ClaimsParameter, KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';

/** Claims by scope. `room` and `number` are in every ID token. */
export const CLAIMS = { openid: ['sub', 'room', 'number'], email: ['email', 'email_verified'] };

/**
 * OpenID Connect Core §5.5.1: the value of each requested claim is null or an object. oidc-provider's later checks rely
 * on it.
 */
export function assertClaimsRequest(_ctx: KoaContextWithOIDC, requested: ClaimsParameter): void {
  for (const target of [requested.id_token, requested.userinfo]) {
    for (const [claim, value] of Object.entries(target ?? {})) {
      if (value !== null && (typeof value !== 'object' || Array.isArray(value))) {
        throw new errors.InvalidRequest(`the claims parameter must request ${claim} with null or an object`);
      }
    }
  }
}
