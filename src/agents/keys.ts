/** Public keys of agents: Ed25519, named by their thumbprint (RFC 7638, RFC 8037 appendix A.3). */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

export interface AgentKey {
  readonly key: KeyObject;
  /** In ms since the epoch. */
  readonly notBefore: number;
  readonly expires: number;
}

export function thumbprintOf(x: string): string {
  return createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
}

/** @param x the public key in base64url, 43 characters. Null for what is no key. */
export function publicKeyOf(x: string): KeyObject | null {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    return null;
  }
}

/** The keys of a directory, which is a key set (RFC 7517), by thumbprint. Those of other types are left out. */
export function keysOf(document: unknown, most: number): ReadonlyMap<string, AgentKey> {
  const keys = new Map<string, AgentKey>();
  const given = (document as { keys?: unknown } | null)?.keys;
  for (const jwk of Array.isArray(given) ? given.slice(0, most) : []) {
    const { kty, crv, x, nbf, exp } = (jwk ?? {}) as Record<string, unknown>;
    if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string') continue;
    const key = publicKeyOf(x);
    if (key) keys.set(thumbprintOf(x), { key, notBefore: timeOf(nbf) ?? 0, expires: timeOf(exp) ?? Infinity });
  }
  return keys;
}

/** Later than this, a time in seconds is in the year 5138: it is in milliseconds, as some directories write it. */
const MOST_SECONDS = 1e11;

function timeOf(value: unknown): number | null {
  if (typeof value !== 'number') return null;
  return value > MOST_SECONDS ? value : value * 1000;
}
