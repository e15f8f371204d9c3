/** The public keys of issuers of passes. While an issuer does not answer, its last set counts. */
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Outbound } from '#outbound/index.ts';
import { createPublishedDocuments } from '#outbound/published-documents.ts';

/** The issuer's keys have never been fetched. */
export class KeysUnavailable extends Error {}

export interface KeySetsDeps {
  readonly outbound: Pick<Outbound, 'send'>;
  readonly now: () => number;
}

/** The keys of an issuer's `jwks_uri`, for jose. Rejects with KeysUnavailable. */
export function createKeySets({ outbound, now }: KeySetsDeps): (uri: string) => JWTVerifyGetKey {
  const sets = createPublishedDocuments<JWTVerifyGetKey>({
    ...{ outbound, now },
    accept: 'application/json',
    deadline: 5000,
    longest: 256 * 1024,
    read: (json) => createLocalJWKSet(json as JSONWebKeySet),
  });

  return (uri) => async (header, token) => {
    const { document: keys } = await sets.get(uri);
    if (!keys) throw new KeysUnavailable();
    try {
      return await keys(header, token);
    } catch (error) {
      const { document: newer } = await sets.newer(uri);
      if (!newer || newer === keys) throw error;
      return newer(header, token);
    }
  };
}
