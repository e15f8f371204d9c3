/**
 * The JWTs that Anteroom issues outside oidc-provider: the tokens of an admission, and the `anteroom_token` that returns
 * a visitor to a site. Any JWT library verifies them against the JWKS; their audience is the room. It owns neither the
 * tokens of OpenID Connect (door 1) nor which tokens were used already (the gate). It imports waiting-room.
 */
import { randomUUID } from 'node:crypto';
import type { JWK, JWTPayload } from 'jose';
import { AnteroomError } from '#waiting-room/errors.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { RoomId } from '#waiting-room/room.ts';
import { createSigningKeys } from './signing-keys.ts';

/** How long an `anteroom_token` is valid, in seconds. */
const RETURN_LIFETIME = 60;
const RETURN_TYPE = 'anteroom-token+jwt';
/** RFC 9068 §2.1. */
const ACCESS_TYPE = 'at+jwt';

/** RFC 6749 §5.1, OpenID Connect Core §3.1.3.3. */
export interface TokenResponse {
  readonly access_token: string;
  readonly id_token: string;
  readonly token_type: 'Bearer';
  /** Seconds that are left of the admission. */
  readonly expires_in: number;
}

/** The claims of an `anteroom_token`. */
export interface Returned {
  readonly sub: string;
  /** Unique: each token is accepted once. */
  readonly jti: string;
  /** The serial that the visitor's browser was given with it; 0 for a token of an earlier version. */
  readonly serial: number;
}

export interface Tokens {
  /** Rejects with `admission_over` if less than a second is left. */
  ofAdmission(room: RoomId, admission: Admission): Promise<TokenResponse>;
  /** The `anteroom_token` that a visitor brings back to the site, with a serial. Rejects like `ofAdmission`. */
  toReturn(room: RoomId, admission: Admission, serial: number): Promise<string>;
  /** Null unless it is an `anteroom_token` of this room that is still valid. */
  readReturn(room: RoomId, token: string): Promise<Returned | null>;
}

export interface TokensDeps {
  readonly issuer: string;
  /** Private keys, of which the first RS256 key signs. They change when they are rotated. */
  readonly keys: () => readonly JWK[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createTokens({ issuer, keys, now }: TokensDeps): Tokens {
  const signingKeys = createSigningKeys(keys);
  const seconds = () => Math.floor(now() / 1000);

  function sign(typ: string, room: RoomId, admission: Admission, exp: number, more: JWTPayload = {}) {
    const { visitor: sub, number } = admission;
    return signingKeys.sign(typ, {
      ...more,
      room,
      number,
      iss: issuer,
      sub,
      aud: room,
      iat: seconds(),
      exp,
      jti: randomUUID(),
    });
  }

  /** The end of the admission, in seconds since the epoch. */
  function endOf(room: RoomId, { expiresAt }: Admission): number {
    const end = Math.floor(expiresAt / 1000);
    if (end <= seconds()) throw new AnteroomError('admission_over', `The admission to the room "${room}" is over.`);
    return end;
  }

  return {
    async ofAdmission(room, admission) {
      const end = endOf(room, admission);
      const expires_in = end - seconds();
      const [access_token, id_token] = await Promise.all([
        // RFC 9068 §2.2 requires a client_id. The room stands for the clients of its visitors.
        sign(ACCESS_TYPE, room, admission, end, { client_id: room }),
        sign('JWT', room, admission, end),
      ]);
      return { access_token, id_token, token_type: 'Bearer', expires_in };
    },
    async toReturn(room, admission, serial) {
      const end = endOf(room, admission);
      const exp = Math.min(seconds() + RETURN_LIFETIME, end);
      return sign(RETURN_TYPE, room, admission, exp, { admission_exp: end, serial });
    },
    async readReturn(room, token) {
      const payload = await signingKeys.verify(token, {
        issuer,
        audience: room,
        typ: RETURN_TYPE,
        currentDate: new Date(now()),
        requiredClaims: ['sub', 'jti', 'exp'],
      });
      if (!payload) return null;
      const { sub = '', jti = '', serial } = payload;
      return { sub, jti, serial: typeof serial === 'number' ? serial : 0 };
    },
  };
}
