/** The token that a visitor brings back from Anteroom: a JWT that any library verifies. */
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

export interface Visitor {
  readonly sub: string;
  readonly number: number;
  /** When the admission ends, in ms since the epoch. */
  readonly until: number;
}

export interface TokenCheck {
  /** Null for a token that is forged, expired, for another purpose, or was used already. */
  accept(token: string): Promise<Visitor | null>;
}

export function createTokenCheck({ issuer, room }: { readonly issuer: string; readonly room: string }): TokenCheck {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  /** When each used token expires, by its id. Several processes must keep this in a store that they share. */
  const used = new Map<string, number>();

  return {
    async accept(token) {
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer,
          audience: room,
          typ: 'anteroom-token+jwt',
          algorithms: ['RS256'],
          requiredClaims: ['sub', 'jti', 'exp'],
        });
        const { sub = '', jti = '', exp = 0 } = payload;
        for (const [id, end] of used) if (end < Date.now()) used.delete(id);
        if (used.has(jti)) return null;
        used.set(jti, exp * 1000);
        return { sub, number: Number(payload.number), until: Number(payload.admission_exp) * 1000 };
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
