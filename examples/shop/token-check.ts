import { createRemoteJWKSet, errors, jwtVerify, type RemoteJWKSet } from 'jose';
import type { ServerMetadata } from 'openid-client';
import { type Admission, admissionOf } from './admission.ts';
import { ProviderUnavailable, TokenRefused } from './errors.ts';

/** Errors of the token itself. Any other error is the JWKS endpoint's and says nothing about the token. */
const REFUSALS = [
  errors.JWTInvalid,
  errors.JWTExpired,
  errors.JWTClaimValidationFailed,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
] as const;

/** Verifies ID tokens as any JWT library does: signature against the issuer's JWKS, `iss`, `aud`, `exp`. */
export interface TokenCheck {
  /** Rejects with `TokenRefused`, or with `ProviderUnavailable` if the keys cannot be fetched. */
  verify(idToken: string, provider: Pick<ServerMetadata, 'issuer' | 'jwks_uri'>): Promise<Admission>;
}

export function createTokenCheck({
  clientId,
  now,
}: {
  readonly clientId: string;
  readonly now: () => number;
}): TokenCheck {
  let keys: { readonly uri: string; readonly set: RemoteJWKSet } | undefined;

  function keysAt(uri: string): RemoteJWKSet {
    if (keys?.uri !== uri) keys = { uri, set: createRemoteJWKSet(new URL(uri)) };
    return keys.set;
  }

  return {
    async verify(idToken, { issuer, jwks_uri }) {
      if (jwks_uri === undefined) throw new ProviderUnavailable(new TypeError('discovery names no jwks_uri'));
      try {
        const { payload, protectedHeader } = await jwtVerify(idToken, keysAt(jwks_uri), {
          issuer,
          audience: clientId,
          currentDate: new Date(now()),
          requiredClaims: ['sub', 'exp', 'iat'],
        });
        // A logout token has the same keys and audience but does not prove an admission (RFC 8725 §3.11).
        if (protectedHeader.typ !== undefined && protectedHeader.typ !== 'JWT') {
          throw new errors.JWTInvalid('not an ID token');
        }
        const { sub, exp } = payload;
        if (sub === undefined || exp === undefined) throw new errors.JWTInvalid('sub and exp are required');
        return admissionOf({ ...payload, sub, exp });
      } catch (error) {
        throw REFUSALS.some((kind) => error instanceof kind) ? new TokenRefused(error) : new ProviderUnavailable(error);
      }
    },
  };
}
