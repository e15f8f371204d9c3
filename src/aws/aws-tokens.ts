/** The tokens of AWS's API: three JWTs, equal but for `token_use`, and equal claim for claim whenever they are made again. */
import type { SigningKeys } from '#tokens/signing-keys.ts';
import type { IssuedToken } from '#waiting-room/ports/issued-tokens.ts';

export interface AwsTokenResponse {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
}

const USES = ['access', 'refresh', 'id'] as const;

/**
 * @param now milliseconds since the epoch
 * @param hasKid whether the header names the key
 */
export async function makeAwsTokens(
  keys: Pick<SigningKeys, 'sign'>,
  eventId: string,
  { sub, number, issuedAt, expires, issuer: iss }: IssuedToken,
  { now, hasKid }: { readonly now: number; readonly hasKid: boolean },
): Promise<AwsTokenResponse> {
  const claims = { aud: eventId, sub, queue_position: number, iat: issuedAt, nbf: issuedAt, exp: expires, iss };
  const sign = (token_use: string) => keys.sign('JWT', { ...claims, token_use }, { hasKid });
  const [access_token = '', refresh_token = '', id_token = ''] = await Promise.all(USES.map(sign));
  const expires_in = Math.max(0, expires - Math.floor(now / 1000));
  return { access_token, refresh_token, id_token, token_type: 'Bearer', expires_in };
}
