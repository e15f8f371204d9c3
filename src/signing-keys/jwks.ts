import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import type { JWK } from 'jose';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';

/** Private keys as JSON Web Keys (RFC 7517 §5). The first of each algorithm signs; all are published. */
export interface PrivateJwks {
  readonly keys: readonly JWK[];
}

/** Generates a set: RS256, which every relying party must accept (OpenID Connect Core §15.1), ES256 and EdDSA. */
export async function generateJwks(): Promise<PrivateJwks> {
  return { keys: await Promise.all(['RS256', 'ES256', 'EdDSA'].map(generateKey)) };
}

export async function generateKey(alg: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg, use: 'sig' };
}

/**
 * Parses a JWK Set, or a single key as AWS's Virtual Waiting Room keeps one. Otherwise returns why it cannot be used, as the
 * end of a sentence about its source.
 */
export function parseJwks(text: string): PrivateJwks | { readonly refusal: string } {
  const parsed = parseJson(text);
  if (parsed === undefined) return { refusal: 'is not JSON' };
  const object = typeof parsed === 'object' && parsed !== null ? parsed : {};
  const keys = 'kty' in object ? [object] : 'keys' in object ? object.keys : undefined;
  if (!Array.isArray(keys)) return { refusal: 'is not a JWK Set: it has no list named "keys"' };
  const broken = keys.findIndex((key) => !isPrivateKey(key));
  if (broken >= 0) return { refusal: `must contain private keys only: keys[${broken}] is not one` };
  if (!keys.some(signsRs256)) return { refusal: 'must contain a private RS256 key' };
  return { keys };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPrivateKey(key: unknown): key is JWK {
  try {
    createPrivateKey({ format: 'jwk', key: key as JsonWebKey });
    return true;
  } catch {
    return false;
  }
}

const signsRs256 = ({ kty, alg = 'RS256', use = 'sig' }: JWK) => kty === 'RSA' && alg === 'RS256' && use === 'sig';
