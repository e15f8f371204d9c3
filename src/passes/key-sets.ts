/**
 * The public keys of issuers of passes. Each set is fetched once in ten minutes, and once more where a pass names a key
 * that is not in it. While the issuer does not answer, the last set counts.
 */
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Outbound } from '#outbound/index.ts';

const MAX_AGE = 10 * 60_000;
/** The shortest time between two requests to an issuer, in ms: anybody can name keys that do not exist. */
const REST = 30_000;
const DEADLINE = 5000;
/** The longest key set, in bytes. */
const LONGEST = 256 * 1024;

/** The issuer's keys have never been fetched. */
export class KeysUnavailable extends Error {}

export interface KeySetsDeps {
  readonly outbound: Pick<Outbound, 'send'>;
  readonly now: () => number;
}

interface KeySet {
  /** When it was asked for last, and when it came. */
  askedAt: number;
  at: number;
  get?: JWTVerifyGetKey;
  fetching?: Promise<void> | undefined;
}

/** The keys of an issuer's `jwks_uri`, for jose. Rejects with KeysUnavailable. */
export function createKeySets({ outbound, now }: KeySetsDeps): (uri: string) => JWTVerifyGetKey {
  const sets = new Map<string, KeySet>();

  async function fetchKeys(uri: string, set: KeySet): Promise<void> {
    set.askedAt = now();
    try {
      const answer = await outbound.send(uri, {
        headers: { Accept: 'application/json' },
        signal: AbortSignal.timeout(DEADLINE),
      });
      if (!answer.ok) return answer.discard();
      set.get = createLocalJWKSet(JSON.parse(await answer.text(LONGEST)) as JSONWebKeySet);
      set.at = now();
    } catch {
      // The issuer is unavailable, or sent no key set: the last one counts.
    }
  }

  async function refresh(uri: string, set: KeySet): Promise<void> {
    if (!set.fetching && now() - set.askedAt >= REST) {
      set.fetching = fetchKeys(uri, set).finally(() => {
        set.fetching = undefined;
      });
    }
    await set.fetching;
  }

  return (uri) => async (header, token) => {
    let set = sets.get(uri);
    if (!set) {
      set = { askedAt: Number.NEGATIVE_INFINITY, at: Number.NEGATIVE_INFINITY };
      sets.set(uri, set);
    }
    if (now() - set.at >= MAX_AGE) await refresh(uri, set);
    if (!set.get) throw new KeysUnavailable();
    try {
      return await set.get(header, token);
    } catch (error) {
      const before = set.get;
      await refresh(uri, set);
      if (set.get === before) throw error;
      return set.get(header, token);
    }
  };
}
