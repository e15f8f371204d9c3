/** The token that Anteroom sends a visitor back with: a JWT that any library checks. */
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

export interface Visitor {
  readonly sub: string;
  readonly number: number;
  /** When the admission ends, in ms since the epoch. */
  readonly until: number;
}

export interface TokenCheck {
  /** Who comes with this token; null for one that is forged, too old, for something else, or was taken before. */
  take(token: string): Promise<Visitor | null>;
}

export function createTokenCheck({ issuer, room }: { readonly issuer: string; readonly room: string }): TokenCheck {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  /** By id, when it may be forgotten. With more than one process this is kept where all of them see it. */
  const taken = new Map<string, number>();

  return {
    async take(token) {
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer,
          audience: room,
          typ: 'anteroom-token+jwt',
          algorithms: ['RS256'],
          requiredClaims: ['sub', 'jti', 'exp'],
        });
        const { sub = '', jti = '', exp = 0 } = payload;
        for (const [id, end] of taken) if (end < Date.now()) taken.delete(id);
        if (taken.has(jti)) return null;
        taken.set(jti, exp * 1000);
        return { sub, number: Number(payload.number), until: Number(payload.admission_exp) * 1000 };
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
