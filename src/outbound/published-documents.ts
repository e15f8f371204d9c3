/**
 * Documents that others publish, such as key sets. Each is fetched once in ten minutes, and before its time where
 * somebody needs a newer one. While its host does not answer, the last one counts.
 */
import type { Outbound } from './index.ts';

const MAX_AGE = 10 * 60_000;
/** The shortest time between two requests for a document, in ms: anybody can name keys that do not exist. */
const REST = 30_000;
/** Documents that are remembered. */
const CAPACITY = 1000;

export interface PublishedDocumentsDeps<T> {
  readonly outbound: Pick<Outbound, 'send'>;
  readonly now: () => number;
  /** The media type to ask for. */
  readonly accept: string;
  /** The longest that a request waits for a document, in ms. */
  readonly deadline: number;
  /** The longest document, in bytes. */
  readonly longest: number;
  /** Reads a document's JSON. Throws where it is none. */
  readonly read: (json: unknown) => T;
}

export interface Published<T> {
  /** The last that came; undefined before the first. */
  readonly document: T | undefined;
  /** When it came. */
  readonly at: number;
}

export interface PublishedDocuments<T> {
  get(url: string): Promise<Published<T>>;
  /** The same, fetched before its time, unless it was asked for a moment ago. */
  newer(url: string): Promise<Published<T>>;
}

interface Entry<T> {
  askedAt: number;
  published: Published<T>;
  fetching?: Promise<void> | undefined;
}

export function createPublishedDocuments<T>(deps: PublishedDocumentsDeps<T>): PublishedDocuments<T> {
  const { outbound, now, accept, deadline, longest, read } = deps;
  const entries = new Map<string, Entry<T>>();

  async function fetchDocument(url: string, entry: Entry<T>): Promise<void> {
    entry.askedAt = now();
    try {
      const answer = await outbound.send(url, {
        headers: { Accept: accept },
        signal: AbortSignal.timeout(deadline),
      });
      if (!answer.ok) return answer.discard();
      const document = read(JSON.parse(await answer.text(longest)));
      entry.published = { document, at: now() };
    } catch {
      // Its host is unavailable, or sent something else: the last one counts.
    }
  }

  function entryOf(url: string): Entry<T> {
    const long = Number.NEGATIVE_INFINITY;
    const entry = entries.get(url) ?? { askedAt: long, published: { document: undefined, at: long } };
    entries.delete(url);
    entries.set(url, entry);
    const [oldest] = entries.keys();
    if (entries.size > CAPACITY && oldest !== undefined) entries.delete(oldest);
    return entry;
  }

  async function refresh(url: string, entry: Entry<T>): Promise<void> {
    if (!entry.fetching && Math.abs(now() - entry.askedAt) >= REST) {
      entry.fetching = fetchDocument(url, entry).finally(() => {
        entry.fetching = undefined;
      });
    }
    await entry.fetching;
  }

  return {
    async get(url) {
      const entry = entryOf(url);
      if (Math.abs(now() - entry.published.at) >= MAX_AGE) await refresh(url, entry);
      return entry.published;
    },
    async newer(url) {
      const entry = entryOf(url);
      await refresh(url, entry);
      return entry.published;
    },
  };
}
