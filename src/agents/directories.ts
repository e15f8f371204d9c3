/** The keys that agents publish. While an agent does not answer, its last keys count for a day. */
import type { KeyObject } from 'node:crypto';
import type { Outbound } from '#outbound/index.ts';
import { createPublishedDocuments, type Published } from '#outbound/published-documents.ts';
import { directoryOf } from '#waiting-room/entry/agents.ts';
import { type AgentKey, keysOf } from './keys.ts';

const LAST_AGE = 24 * 3_600_000;
/** The most keys of a directory. */
const MOST_KEYS = 100;

export interface DirectoriesDeps {
  readonly outbound: Pick<Outbound, 'send'>;
  readonly now: () => number;
}

/** The key of an agent, or null. Only origins that a rule names may be asked for. */
export type FindKey = (origin: string, keyid: string) => Promise<KeyObject | null>;

export function createDirectories({ outbound, now }: DirectoriesDeps): FindKey {
  const directories = createPublishedDocuments({
    ...{ outbound, now },
    accept: 'application/http-message-signatures-directory+json',
    deadline: 2000,
    longest: 64 * 1024,
    read: (json) => keysOf(json, MOST_KEYS),
  });

  return async (origin, keyid) => {
    const url = directoryOf(origin);
    const find = ({ document, at }: Published<ReadonlyMap<string, AgentKey>>): KeyObject | null => {
      const found = now() - at < LAST_AGE ? document?.get(keyid) : undefined;
      return found && found.notBefore <= now() && now() < found.expires ? found.key : null;
    };
    return find(await directories.get(url)) ?? find(await directories.newer(url));
  };
}
