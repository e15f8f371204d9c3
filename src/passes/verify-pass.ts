import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { Outbound } from '#outbound/index.ts';
import type { PassSettings } from '#waiting-room/entry/pass-settings.ts';
import { JoinRefused } from '#waiting-room/errors.ts';
import type { RoomId } from '#waiting-room/room.ts';
import { createKeySets, KeysUnavailable } from './key-sets.ts';

/** The longest pass, in characters. */
const LONGEST = 4096;
/** How far the clocks of the site and the service may differ, in seconds. */
const TOLERANCE = 10;
const SHARED_ALGORITHMS = ['HS256', 'HS384', 'HS512'];
const PUBLIC_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

export interface Pass {
  /** Whose pass it is, as the issuer says. */
  readonly sub: string;
  /** The lane that the issuer names; the room need not have it. */
  readonly lane?: string;
}

/** Rejects with JoinRefused: `pass_invalid`, or `pass_unchecked` while the issuer's keys cannot be fetched. */
export type VerifyPass = (room: RoomId, settings: PassSettings, pass: string) => Promise<Pass>;

export interface VerifyPassDeps {
  readonly outbound: Pick<Outbound, 'send'>;
  readonly now: () => number;
}

export function createVerifyPass({ outbound, now }: VerifyPassDeps): VerifyPass {
  const keySets = createKeySets({ outbound, now });

  function payloadOf(pass: string, { issuer, secret, jwks_uri }: PassSettings): Promise<{ payload: JWTPayload }> {
    const options: JWTVerifyOptions = {
      issuer,
      requiredClaims: ['sub', 'exp'],
      currentDate: new Date(now()),
      clockTolerance: TOLERANCE,
    };
    if (jwks_uri) return jwtVerify(pass, keySets(jwks_uri), { ...options, algorithms: PUBLIC_ALGORITHMS });
    return jwtVerify(pass, Buffer.from(secret ?? ''), { ...options, algorithms: SHARED_ALGORITHMS });
  }

  return async (room, settings, pass) => {
    if (pass.length > LONGEST) throw invalid();
    try {
      const { sub, aud, lane } = (await payloadOf(pass, settings)).payload;
      // A token that the issuer made for somebody else is no pass.
      const isOther = aud !== undefined && ![aud].flat().includes(room);
      if (typeof sub !== 'string' || sub === '' || isOther) throw invalid();
      return typeof lane === 'string' ? { sub, lane } : { sub };
    } catch (error) {
      if (error instanceof KeysUnavailable) throw unchecked();
      if (error instanceof errors.JWTExpired) throw expired();
      if (error instanceof errors.JOSEError || error instanceof TypeError) throw invalid();
      throw error;
    }
  };
}

const WAY_ON = 'Go back to the site and get a new one.';
const invalid = () => new JoinRefused('pass_invalid', `This pass is not valid here. ${WAY_ON}`);
const expired = () => new JoinRefused('pass_invalid.expired', `This pass has expired. ${WAY_ON}`);
const unchecked = () =>
  new JoinRefused('pass_unchecked', 'Passes cannot be checked at the moment. Try again in a minute.');
