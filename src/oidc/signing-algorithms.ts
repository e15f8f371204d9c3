/** What ID tokens and logout tokens can be signed with: the algorithms that the service has a private key for. */
import type { JWK } from 'jose';

/** Key types by algorithm (RFC 7518 §6.1, RFC 8037 §2). */
const KEY_TYPES: Readonly<Record<string, Pick<JWK, 'kty' | 'crv'>>> = {
  RS256: { kty: 'RSA' },
  ES256: { kty: 'EC', crv: 'P-256' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
};

/** The key that signs with an algorithm: the first that fits. */
export function signingKeyFor(keys: readonly JWK[], algorithm: string): JWK | undefined {
  const { kty, crv } = KEY_TYPES[algorithm] ?? {};
  return keys.find(
    (key) =>
      key.kty === kty &&
      (crv === undefined || key.crv === crv) &&
      (key.alg ?? algorithm) === algorithm &&
      (key.use ?? 'sig') === 'sig',
  );
}

/** The algorithms that a relying party may choose. */
export function signingAlgorithms(keys: readonly JWK[]): ('RS256' | 'ES256' | 'EdDSA')[] {
  return (['RS256', 'ES256', 'EdDSA'] as const).filter((algorithm) => signingKeyFor(keys, algorithm));
}
