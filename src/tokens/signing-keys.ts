import type { JWK, JWTPayload, JWTVerifyOptions } from 'jose';
import { calculateJwkThumbprint, createLocalJWKSet, errors, importJWK, jwtVerify, SignJWT } from 'jose';

/** Signs and verifies RS256 JWTs with the service's own keys, which the JWKS publishes. */
export interface SigningKeys {
  /**
   * @param typ the `typ` of the header, which tells one kind of token from another (RFC 8725 §3.11).
   * @param options `hasKid: false` leaves the key id out of the header.
   */
  sign(typ: string, claims: JWTPayload, options?: { readonly hasKid: boolean }): Promise<string>;
  /** The public half of the key that signs, as `{ kty, alg, kid, n, e }`. */
  publicKey(): Promise<JWK>;
  /** Null for a token that does not verify. */
  verify(token: string, options: Omit<JWTVerifyOptions, 'algorithms'>): Promise<JWTPayload | null>;
}

/** @param keys private keys; the first RS256 key signs. They are imported at the first use after a change. */
export function createSigningKeys(keys: () => readonly JWK[]): SigningKeys {
  let known: { readonly of: readonly JWK[]; readonly imported: ReturnType<typeof importKeys> } | undefined;

  function importedKeys(): ReturnType<typeof importKeys> {
    const current = keys();
    if (known?.of !== current) known = { of: current, imported: importKeys(current) };
    return known.imported;
  }

  return {
    async sign(typ, claims, { hasKid } = { hasKid: true }) {
      const { key, kid } = await importedKeys();
      return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ, ...(hasKid ? { kid } : {}) }).sign(key);
    },
    async publicKey() {
      return (await importedKeys()).shown;
    },
    async verify(token, options) {
      const { find } = await importedKeys();
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

async function importKeys(keys: readonly JWK[]) {
  const usable = keys.filter(
    ({ kty, alg = 'RS256', use = 'sig' }) => kty === 'RSA' && alg === 'RS256' && use === 'sig',
  );
  const named = await Promise.all(
    usable.map(async (key) => ({ ...key, kid: key.kid ?? (await calculateJwkThumbprint(key)) })),
  );
  const [first] = named;
  if (!first) throw new TypeError('the JWKS has no RS256 key');
  const published = named.map(({ kty, n, e, kid }) => ({ kty, kid, alg: 'RS256', ...(n && e ? { n, e } : {}) }) as JWK);
  const { kty, kid, n, e } = first;
  const shown = { kty, alg: 'RS256', kid, n, e } as JWK;
  return { kid, shown, key: await importJWK(first, 'RS256'), find: createLocalJWKSet({ keys: published }) };
}
