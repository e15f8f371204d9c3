import type { JWK, JWTPayload, JWTVerifyOptions } from 'jose';
import { calculateJwkThumbprint, createLocalJWKSet, errors, importJWK, jwtVerify, SignJWT } from 'jose';

/** Signs and verifies RS256 JWTs with the service's own keys, which the JWKS publishes. */
export interface SigningKeys {
  /** @param typ the `typ` of the header, which tells one kind of token from another (RFC 8725 §3.11). */
  sign(typ: string, claims: JWTPayload): Promise<string>;
  /** Null for a token that does not verify. */
  verify(token: string, options: Omit<JWTVerifyOptions, 'algorithms'>): Promise<JWTPayload | null>;
}

/** @param keys private keys; the first RS256 key signs. They are imported at the first use. */
export function createSigningKeys(keys: readonly JWK[]): SigningKeys {
  const usable = keys.filter(
    ({ kty, alg = 'RS256', use = 'sig' }) => kty === 'RSA' && alg === 'RS256' && use === 'sig',
  );
  let imported: ReturnType<typeof importKeys> | undefined;

  async function importKeys() {
    const named = await Promise.all(
      usable.map(async (key) => ({ ...key, kid: key.kid ?? (await calculateJwkThumbprint(key)) })),
    );
    const [first] = named;
    if (!first) throw new TypeError('the JWKS has no RS256 key');
    const published = named.map(
      ({ kty, n, e, kid }) => ({ kty, kid, alg: 'RS256', ...(n && e ? { n, e } : {}) }) as JWK,
    );
    return { kid: first.kid, key: await importJWK(first, 'RS256'), find: createLocalJWKSet({ keys: published }) };
  }

  return {
    async sign(typ, claims) {
      imported ??= importKeys();
      const { key, kid } = await imported;
      return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ, kid }).sign(key);
    },
    async verify(token, options) {
      imported ??= importKeys();
      const { find } = await imported;
      try {
        const { payload } = await jwtVerify(token, find, { ...options, algorithms: ['RS256'] });
        return payload;
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
