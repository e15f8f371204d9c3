/** What an ID token says about an admitted visitor. */
export interface Admission {
  readonly sub: string;
  /** Null if the identity provider is not a waiting room. */
  readonly room: string | null;
  /** The visitor's number in line; null if the identity provider is not a waiting room. */
  readonly number: number | null;
  /** When the admission ends: the ID token's `exp`, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Reads verified ID token claims. */
export function admissionOf(claims: {
  readonly sub: string;
  readonly exp: number;
  [claim: string]: unknown;
}): Admission {
  return {
    sub: claims.sub,
    room: typeof claims.room === 'string' ? claims.room : null,
    number: typeof claims.number === 'number' ? claims.number : null,
    expiresAt: claims.exp * 1000,
  };
}
