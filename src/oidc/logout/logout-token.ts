/** Logout tokens, as OpenID Connect Back-Channel Logout 1.0 §2.4 defines them. */
import { randomUUID } from 'node:crypto';
import type { JWK } from 'jose';
import { calculateJwkThumbprint, importJWK, SignJWT } from 'jose';
import { signingKeyFor } from '../signing-algorithms.ts';

/** In seconds; §4 recommends two minutes at most. */
const LIFETIME = 120;
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

export interface LogoutTokenContent {
  readonly clientId: string;
  readonly sub: string;
  /** The provider session's id; null leaves it out, so the token ends all sessions of the subject. */
  readonly sid: string | null;
  /** The algorithm of the relying party's ID tokens (§2.6 has it checked like one). */
  readonly algorithm: string;
}

export interface LogoutTokens {
  /** Throws where no key of the service does the algorithm. */
  sign(content: LogoutTokenContent): Promise<string>;
}

export interface LogoutTokensDeps {
  readonly issuer: string;
  /** Private keys, of which the first that fits an algorithm signs. They change when they are rotated. */
  readonly keys: () => readonly JWK[];
  readonly now: () => number;
}

export function createLogoutTokens({ issuer, keys, now }: LogoutTokensDeps): LogoutTokens {
  const signingKeys = new Map<JWK, ReturnType<typeof prepare>>();

  async function prepare(jwk: JWK, algorithm: string) {
    // The JWKS publishes a key without an id under its thumbprint (RFC 7638).
    return { kid: jwk.kid ?? (await calculateJwkThumbprint(jwk)), key: await importJWK(jwk, algorithm) };
  }

  async function signingKey(algorithm: string): ReturnType<typeof prepare> {
    const jwk = signingKeyFor(keys(), algorithm);
    if (!jwk) throw new TypeError(`there is no key for ${algorithm}`);
    const known = signingKeys.get(jwk) ?? prepare(jwk, algorithm);
    for (const other of signingKeys.keys()) if (!keys().includes(other)) signingKeys.delete(other);
    signingKeys.set(jwk, known);
    return known;
  }

  return {
    async sign({ clientId, sub, sid, algorithm }) {
      const { key, kid } = await signingKey(algorithm);
      const issuedAt = Math.floor(now() / 1000);
      return new SignJWT({ events: { [LOGOUT_EVENT]: {} }, ...(sid === null ? {} : { sid }) })
        .setProtectedHeader({ alg: algorithm, typ: 'logout+jwt', kid })
        .setIssuer(issuer)
        .setSubject(sub)
        .setAudience(clientId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + LIFETIME)
        .setJti(randomUUID())
        .sign(key);
    },
  };
}
