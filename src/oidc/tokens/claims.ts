/** The claims there are, and how a relying party may ask for them. */
import type { ClaimsParameter, KoaContextWithOIDC } from 'oidc-provider';
import { errors } from 'oidc-provider';

/** Claims by scope. `room` and `number` come with every ID token. */
export const CLAIMS = { openid: ['sub', 'room', 'number'], email: ['email', 'email_verified'] };

/**
 * OpenID Connect Core §5.5.1: each claim asked for is null or an object. The checks of oidc-provider that come
 * after take that for granted.
 */
export function assertClaimsRequest(_ctx: KoaContextWithOIDC, asked: ClaimsParameter): void {
  for (const target of [asked.id_token, asked.userinfo]) {
    for (const [claim, how] of Object.entries(target ?? {})) {
      if (how !== null && (typeof how !== 'object' || Array.isArray(how))) {
        throw new errors.InvalidRequest(`the claims parameter asks for ${claim} by what is no object`);
      }
    }
  }
}
