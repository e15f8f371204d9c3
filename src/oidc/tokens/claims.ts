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

const SUPPORTED = new Set([...Object.values(CLAIMS).flat(), 'auth_time']);

/**
 * The part of a claims request that has an effect, which the code and the access token keep. Unknown claims and values,
 * of any length, are left out. The `sub` of the ID token stays: oidc-provider compares it at each look at the request.
 */
export function usableClaims({ id_token, userinfo }: ClaimsParameter): ClaimsParameter {
  const usable = (requested: ClaimsParameter['id_token'], compared?: 'sub') =>
    Object.fromEntries(
      Object.entries(requested ?? {})
        .filter(([claim]) => SUPPORTED.has(claim))
        .map(([claim, request]) => {
          if (claim === compared && request && 'value' in request) return [claim, { value: request.value }];
          return [claim, request?.essential === true ? { essential: true } : null];
        }),
    );
  return { id_token: usable(id_token, 'sub'), userinfo: usable(userinfo) };
}
