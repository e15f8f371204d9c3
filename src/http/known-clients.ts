/**
 * The clients that presented a right secret within a day, kept in the store: a process that has just started knows
 * them, and so do the other processes. Only a right secret adds to it, and it is bounded.
 */
import type { Idempotency } from '#waiting-room/ports/idempotency.ts';
import { createRateLimit } from '#waiting-room/rate-limit.ts';
import { createRecentKeys } from './recent-keys.ts';

export interface KnownClients {
  /** False too where the store does not answer. */
  has(client: KnownClient): Promise<boolean>;
  /** Keeps a success in the background. */
  record(client: KnownClient): void;
  /** Resolves when what was recorded is kept. */
  settled(): Promise<void>;
}

export interface KnownClient {
  /** What the secret belongs to. */
  readonly name: string;
  /** Keyed hashes of the client with this name. The first is kept, every one is recognised. */
  readonly hashes: readonly string[];
}

/** A name, the hash of a client, and when it last succeeded, in ms. */
type Entry = readonly [name: string, hash: string, at: number];

const KEY = 'clients that succeeded';
/** In ms. */
const KEPT = 24 * 60 * 60_000;
/** How often a success of the same client is kept again, in ms. */
const RENEWED = 60 * 60_000;
/** How often, in ms, a process checks whether a client's success has to be stored. */
const LOOK = 10 * 60_000;
/** How long the store's entries are trusted before they are read again, in ms. */
const FRESH = 10_000;
/** A client with a right secret can name any number of others in `X-Forwarded-For`. */
const OF_NAME = 100;
const CAPACITY = 5000;

export interface KnownClientsDeps {
  readonly idempotency: Pick<Idempotency, 'remember' | 'amend'>;
  readonly now: () => number;
}

export function createKnownClients({ idempotency, now }: KnownClientsDeps): KnownClients {
  let entries: readonly Entry[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  let reading = Promise.resolve();
  let work = Promise.resolve();
  const looked = createRecentKeys<true>({ keptFor: LOOK, capacity: CAPACITY, now });
  const changes = createRateLimit({ limit: OF_NAME, window: LOOK, now });

  async function read(): Promise<void> {
    const text = await idempotency.remember(KEY, '[]', KEPT);
    entries = text === null ? [] : (JSON.parse(text) as Entry[]).filter(([, , at]) => now() - at < KEPT);
  }

  /** Concurrent requests share a read. A failed read is repeated after the same time as a successful one. */
  function refreshed(): Promise<void> {
    if (Math.abs(now() - readAt) < FRESH) return reading;
    readAt = now();
    reading = read().catch(() => undefined);
    return reading;
  }

  const find = ({ name, hashes }: KnownClient) =>
    entries.find(([ofName, hash]) => ofName === name && hashes.includes(hash));

  async function keep(client: KnownClient): Promise<void> {
    await read();
    const [hash] = client.hashes;
    const known = find(client);
    if (hash === undefined || (known?.[1] === hash && now() - known[2] < RENEWED)) return;
    const others = entries.filter((entry) => entry !== known);
    const alike = others.filter(([name]) => name === client.name).slice(1 - OF_NAME);
    const unlike = others.filter(([name]) => name !== client.name).slice(1 + alike.length - CAPACITY);
    entries = [...unlike, ...alike, [client.name, hash, now()]];
    await idempotency.amend(KEY, JSON.stringify(entries), KEPT);
  }

  return {
    async has(client) {
      if (find(client)) return true;
      await refreshed();
      return find(client) !== undefined;
    },
    record(client) {
      const key = `${client.hashes[0]} ${client.name}`;
      if (looked.get(key) || changes.take(client.name) > 0) return;
      looked.set(key, true);
      // One write after the other, since each adds to the one before. A failed write is repeated at a later success.
      work = work.then(() => keep(client)).catch(() => undefined);
    },
    settled: () => work,
  };
}
