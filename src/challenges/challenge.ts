/** A challenge of ALTCHA version 2. Each type names only the members that this service uses. */

/** What the signature covers, as JSON with its members sorted. */
export interface ChallengeParameters {
  readonly algorithm: 'SHA-256';
  /** How often each key is hashed. */
  readonly cost: number;
  readonly data: ChallengeData;
  /** In seconds since the epoch. */
  readonly expiresAt: number;
  /** In bytes. */
  readonly keyLength: number;
  /** Hexadecimal, like nonce and salt. The key that solves the challenge begins with it. */
  readonly keyPrefix: string;
  readonly nonce: string;
  readonly salt: string;
}

/** What a challenge is for. */
export type ChallengeData = {
  readonly room: string;
  /** A stamp of the ticket, or empty for a newcomer without one. */
  readonly ticket: string;
};

export interface Challenge {
  readonly parameters: ChallengeParameters;
  readonly signature: string;
}

/** What solves a challenge: the counter whose key has the prefix, and that key, hexadecimal. */
export interface Solution {
  readonly counter: number;
  readonly derivedKey: string;
}

/** Decoded from the base64 text that clients send. */
export interface Payload {
  readonly challenge: Challenge;
  readonly solution: Solution;
}

/** In characters. A real proof has about 900. */
const LONGEST = 4096;

/** The payload of a proof; null for a text that cannot be one. Its contents are not checked yet. */
export function readPayload(proof: string): Payload | null {
  if (proof.length > LONGEST) return null;
  try {
    const read: unknown = JSON.parse(Buffer.from(proof, 'base64').toString('utf8'));
    return isPayload(read) ? read : null;
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function isPayload(value: unknown): value is Payload {
  if (!isObject(value)) return false;
  const { challenge, solution } = value;
  if (!isObject(challenge) || !isObject(solution)) return false;
  const { parameters, signature } = challenge;
  if (typeof signature !== 'string' || !isObject(parameters) || !isObject(parameters.data)) return false;
  const { data, expiresAt, cost, nonce, salt, keyPrefix } = parameters;
  const texts = [data.room, data.ticket, nonce, salt, keyPrefix, solution.derivedKey];
  if (!texts.every((text) => typeof text === 'string')) return false;
  return [expiresAt, cost, parameters.keyLength, solution.counter].every(Number.isSafeInteger);
}
