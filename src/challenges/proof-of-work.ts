/**
 * Makes and checks challenges of ALTCHA version 2 (https://altcha.org/docs/v2). The algorithm is SHA-256 in its
 * deterministic mode: the service draws the counter that solves a challenge, so nobody works longer than intended. It
 * is computed here because altcha-lib signs by Web Crypto, at five times the cost; the tests compare the two.
 */
import { createHmac, hash, hkdfSync, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import type { Challenge, ChallengeData, ChallengeParameters, Solution } from './challenge.ts';
import { readPayload } from './challenge.ts';

/** How often a key is hashed: what checking a proof costs. */
const COST = 25;
/** The most counters that a client tries at level 0: 250,000 hashes, half a second on a phone of 2019. */
const COUNTERS = 10_000;
/** Hashes that a proof takes on average at level 0. */
export const MEAN_HASHES = (COST * (COUNTERS + 1)) / 2;
/** The levels of difficulty: each doubles the work of the one before. The last takes such a phone two seconds. */
export const LEVELS = [1, 2, 4] as const;
/** Seconds. A phone may sleep between the challenge and its proof. */
export const LIFETIME = 600;
/** In bytes. */
const KEY = 32;
const PREFIX = 16;
const RANDOM = 16;

/** An index of {@link LEVELS}. */
export type Level = 0 | 1 | 2;

export interface ProofOfWork {
  make(data: ChallengeData, level: Level): Challenge;
  /** The challenge's nonce; null if the proof is forged, has expired or is for something else. */
  check(proof: string, data: ChallengeData): string | null;
}

export interface ProofOfWorkOptions {
  /** The first signs, all check. */
  readonly cookieKeys: readonly string[];
  /** In ms. */
  readonly now: () => number;
}

/** The HMAC secret of challenges, which altcha-lib takes as text. */
export const challengeSecret = (cookieKey: string): string =>
  Buffer.from(hkdfSync('sha256', cookieKey, 'anteroom', 'anteroom challenges v1', KEY)).toString('hex');

export function createProofOfWork({ cookieKeys, now }: ProofOfWorkOptions): ProofOfWork {
  const [first = '', ...others] = cookieKeys.map(challengeSecret);

  return {
    make(data, level) {
      const nonce = randomBytes(RANDOM);
      const salt = randomBytes(RANDOM);
      const key = deriveKey(salt, nonce, 1 + randomInt(COUNTERS * LEVELS[level]), COST);
      const parameters: ChallengeParameters = {
        algorithm: 'SHA-256',
        cost: COST,
        data: { room: data.room, ticket: data.ticket },
        expiresAt: Math.floor(now() / 1000) + LIFETIME,
        keyLength: KEY,
        keyPrefix: key.toString('hex', 0, PREFIX),
        nonce: nonce.toString('hex'),
        salt: salt.toString('hex'),
      };
      return { parameters, signature: sign(first, parameters) };
    },
    check(proof, data) {
      const payload = readPayload(proof);
      if (!payload) return null;
      const { parameters, signature } = payload.challenge;
      if (parameters.data.room !== data.room || parameters.data.ticket !== data.ticket) return null;
      if (parameters.expiresAt * 1000 < now()) return null;
      const signed = canonical(parameters);
      const isSigned = [first, ...others].some((secret) => isEqual(hmac(secret, signed), signature));
      return isSigned && solves(payload.solution, parameters) ? parameters.nonce : null;
    },
  };
}

/** The text that is signed: members in this order are sorted, as the format demands. */
function canonical({ cost, data, expiresAt, keyLength, keyPrefix, nonce, salt }: ChallengeParameters): string {
  const { room, ticket } = data;
  return JSON.stringify({
    algorithm: 'SHA-256',
    cost,
    data: { room, ticket },
    expiresAt,
    keyLength,
    keyPrefix,
    nonce,
    salt,
  });
}

const hmac = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex');
const sign = (secret: string, parameters: ChallengeParameters) => hmac(secret, canonical(parameters));

function isEqual(right: string, given: string): boolean {
  const [one, other] = [Buffer.from(right), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Hashes salt, nonce and counter (32 bits, big-endian), and then each hash again. */
function deriveKey(salt: Buffer, nonce: Buffer, counter: number, cost: number): Buffer {
  const password = Buffer.alloc(salt.length + nonce.length + 4);
  password.set(salt);
  password.set(nonce, salt.length);
  password.writeUInt32BE(counter, salt.length + nonce.length);
  let key: Buffer = password;
  for (let i = 0; i < cost; i++) key = hash('sha256', key, 'buffer');
  return key;
}

/** The parameters are signed, so they are as `make` made them. */
function solves({ counter, derivedKey }: Solution, { cost, keyPrefix, nonce, salt }: ChallengeParameters): boolean {
  if (counter < 0 || counter > 0xffffffff) return false;
  const key = deriveKey(Buffer.from(salt, 'hex'), Buffer.from(nonce, 'hex'), counter, cost).toString('hex');
  return key === derivedKey && key.startsWith(keyPrefix);
}
