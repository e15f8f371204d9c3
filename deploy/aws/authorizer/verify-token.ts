/** What both authorizers share: whether a token lets its holder in. */
import {
  createRemoteJWKSet,
  customFetch,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';

export interface AuthorizerSettings {
  /** Where the keys are: `https://line.example/jwks`. */
  readonly jwksUri: string;
  /** The room's event id: the `aud` of tokens. */
  readonly eventId: string;
  /** The `iss` of tokens. */
  readonly issuer: string;
}

/** Null for a token that lets nobody in. Rejects only where the keys cannot be fetched. */
export type VerifyToken = (authorization: string) => Promise<JWTPayload | null>;

/** How far the clocks may differ for `nbf`, in seconds. */
const LEEWAY = 60;
/** The shortest time between two fetches of the keys, in ms: invented key ids must not cause one each. */
const COOLDOWN = 5000;
/** How long keys are used without a look whether they changed, in ms. */
const MAX_AGE = 10 * 60_000;

/** Reads the settings of the function. Throws where one is missing. */
export function settingsFrom(env: Readonly<Record<string, string | undefined>>): AuthorizerSettings {
  const read = (name: string) => {
    const value = env[name];
    if (!value) throw new Error(`${name} is required`);
    return value;
  };
  return { jwksUri: read('JWKS_URI'), eventId: read('EVENT_ID'), issuer: read('ISSUER') };
}

/**
 * The keys stay in memory for as long as the container lives, and are fetched again for a key id that is not among them:
 * a rotation denies nobody.
 */
export function createVerifyToken(
  { jwksUri, eventId, issuer }: AuthorizerSettings,
  {
    fetch = globalThis.fetch,
    now = Date.now,
  }: { readonly fetch?: typeof globalThis.fetch; readonly now?: () => number } = {},
): VerifyToken {
  const keys = createRemoteJWKSet(new URL(jwksUri), {
    cooldownDuration: COOLDOWN,
    cacheMaxAge: MAX_AGE,
    [customFetch]: fetch,
  });

  async function verify(token: string, currentDate: Date): Promise<JWTPayload> {
    const options = {
      ...{ audience: eventId, issuer, algorithms: ['RS256'], currentDate, clockTolerance: LEEWAY },
      requiredClaims: ['sub', 'exp'],
    };
    const verified = () => jwtVerify(token, keys, options).catch((error) => verifyByAny(token, error, options));
    try {
      return (await verified()).payload;
    } catch (error) {
      // A token without a key id does not say that its key is new.
      const mayBeNew = error instanceof errors.JWSSignatureVerificationFailed && !decodeProtectedHeader(token).kid;
      if (!mayBeNew || keys.coolingDown) throw error;
      await keys.reload();
      return (await verified()).payload;
    }
  }

  return async (authorization) => {
    const token = authorization.trim().replace(/^Bearer +/i, '');
    const currentDate = new Date(now());
    try {
      const payload = await verify(token, currentDate);
      // The leeway is for `nbf` alone: nobody stays inside for a minute longer.
      const isExpired = (payload.exp ?? 0) <= currentDate.getTime() / 1000;
      return isExpired || payload.token_use !== 'access' ? null : payload;
    } catch (error) {
      if (isUnreachable(error)) throw error;
      return null;
    }
  };
}

/** The private API leaves the key id out of a token that it makes again: during a rotation several keys may have signed. */
async function verifyByAny(token: string, error: unknown, options: JWTVerifyOptions) {
  if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
  for await (const key of error) {
    try {
      return await jwtVerify(token, key, options);
    } catch (fault) {
      if (!(fault instanceof errors.JWSSignatureVerificationFailed)) throw fault;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** Whether the token could not be judged. API Gateway then answers 500 and caches nothing. */
function isUnreachable(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  // The keys' own faults have the plain code; all others are of the token.
  return !(error instanceof errors.JOSEError) || error.code === 'ERR_JOSE_GENERIC';
}
