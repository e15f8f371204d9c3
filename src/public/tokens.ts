/**
 * Signed tokens of an admission, for whoever is not an OpenID Connect relying party: RS256 with the service's own
 * keys, so that any JWT library checks them against the JWKS. Their audience is the room.
 */
import { randomUUID } from 'node:crypto';
import type { JWK, JWTPayload } from 'jose';
import { calculateJwkThumbprint, createLocalJWKSet, errors, importJWK, jwtVerify, SignJWT } from 'jose';
import { AnteroomError } from '#waiting-room/errors.ts';
import type { Admission } from '#waiting-room/line/admission.ts';
import type { RoomId } from '#waiting-room/room.ts';

/** How long the way back to a site may take, in seconds. */
const RETURN = 60;
/** RFC 8725 §3.11: no token of another kind passes for one of these. */
const RETURN_TYPE = 'anteroom-token+jwt';
/** RFC 9068 §2.1. */
const ACCESS_TYPE = 'at+jwt';

/** As RFC 6749 §5.1 and OpenID Connect Core §3.1.3.3 have it. */
export interface TokenResponse {
  readonly access_token: string;
  readonly id_token: string;
  readonly token_type: 'Bearer';
  /** Seconds that are left of the admission. */
  readonly expires_in: number;
}

/** What a token says that brings a visitor back. */
export interface Returned {
  readonly sub: string;
  /** Unique; whoever takes the token takes it once. */
  readonly jti: string;
}

export interface Tokens {
  /** Rejects with `admission_over` when less than a second is left. */
  ofAdmission(room: RoomId, admission: Admission): Promise<TokenResponse>;
  /** The `anteroom_token` that a visitor brings back to the site. */
  toReturn(room: RoomId, admission: Admission): Promise<string>;
  /** Null for what is no `anteroom_token` of this room, or is too old. */
  readReturn(room: RoomId, token: string): Promise<Returned | null>;
}

export interface TokensDeps {
  readonly issuer: string;
  /** Private keys; the first that does RS256 signs. */
  readonly keys: readonly JWK[];
  readonly now: () => number;
}

export function createTokens({ issuer, keys, now }: TokensDeps): Tokens {
  const usable = keys.filter(
    ({ kty, alg = 'RS256', use = 'sig' }) => kty === 'RSA' && alg === 'RS256' && use === 'sig',
  );
  let ready: ReturnType<typeof prepare> | undefined;

  async function prepare() {
    const named = await Promise.all(
      usable.map(async (key) => ({ ...key, kid: key.kid ?? (await calculateJwkThumbprint(key)) })),
    );
    const [first] = named;
    if (!first) throw new TypeError('there is no RS256 key');
    const published = named.map(
      ({ kty, n, e, kid }) => ({ kty, kid, alg: 'RS256', ...(n && e ? { n, e } : {}) }) as JWK,
    );
    return { kid: first.kid, key: await importJWK(first, 'RS256'), find: createLocalJWKSet({ keys: published }) };
  }

  const seconds = () => Math.floor(now() / 1000);

  async function sign(typ: string, room: RoomId, admission: Admission, exp: number, more: JWTPayload = {}) {
    ready ??= prepare();
    const { key, kid } = await ready;
    const { visitor, number } = admission;
    return new SignJWT({ ...more, room, number })
      .setProtectedHeader({ alg: 'RS256', typ, kid })
      .setIssuer(issuer)
      .setSubject(visitor)
      .setAudience(room)
      .setIssuedAt(seconds())
      .setExpirationTime(exp)
      .setJti(randomUUID())
      .sign(key);
  }

  /** When the admission ends, in seconds since the epoch. */
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
        // RFC 9068 §2.2 wants to know the client: it is whatever speaks for the room's visitors.
        sign(ACCESS_TYPE, room, admission, end, { client_id: room }),
        sign('JWT', room, admission, end),
      ]);
      return { access_token, id_token, token_type: 'Bearer', expires_in };
    },
    async toReturn(room, admission) {
      const end = endOf(room, admission);
      return sign(RETURN_TYPE, room, admission, Math.min(seconds() + RETURN, end), { admission_exp: end });
    },
    async readReturn(room, token) {
      ready ??= prepare();
      const { find } = await ready;
      const expected = {
        issuer,
        audience: room,
        typ: RETURN_TYPE,
        algorithms: ['RS256'],
        currentDate: new Date(now()),
      };
      try {
        const { payload } = await jwtVerify(token, find, { ...expected, requiredClaims: ['sub', 'jti', 'exp'] });
        return { sub: payload.sub ?? '', jti: payload.jti ?? '' };
      } catch (error) {
        if (error instanceof errors.JOSEError) return null;
        throw error;
      }
    },
  };
}
