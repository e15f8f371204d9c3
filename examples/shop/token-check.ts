import { createRemoteJWKSet, errors, jwtVerify, type RemoteJWKSet } from 'jose';
import type { ServerMetadata } from 'openid-client';
import { type Admission, admissionOf } from './admission.ts';
import { ProviderAway, TokenRefused } from './errors.ts';

/** What a token can have wrong; any other failure is the JWKS endpoint's, and says nothing about the token. */
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

/** Checks ID tokens as any JWT library would: signature against the issuer's JWKS, `iss`, `aud`, `exp`. */
export interface TokenCheck {
  /** Rejects with `TokenRefused`, or with `ProviderAway` when the keys cannot be fetched. */
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
      if (jwks_uri === undefined) throw new ProviderAway(new TypeError('discovery names no jwks_uri'));
      try {
        const { payload, protectedHeader } = await jwtVerify(idToken, keysAt(jwks_uri), {
          issuer,
          audience: clientId,
          currentDate: new Date(now()),
          requiredClaims: ['sub', 'exp', 'iat'],
        });
        // A logout token is signed by the same keys for the same audience, but is no proof of admission (RFC 8725 §3.11).
        if (protectedHeader.typ !== undefined && protectedHeader.typ !== 'JWT') {
          throw new errors.JWTInvalid('not an ID token');
        }
        const { sub, exp } = payload;
        if (sub === undefined || exp === undefined) throw new errors.JWTInvalid('sub and exp are required');
        return admissionOf({ ...payload, sub, exp });
      } catch (error) {
        throw REFUSALS.some((kind) => error instanceof kind) ? new TokenRefused(error) : new ProviderAway(error);
      }
    },
  };
}
