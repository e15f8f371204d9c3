/**
 * Which keys nobody has written to, so that they need not be read again. In a cluster, and where a server or a proxy does
 * not announce writes, each watched key counts as written.
 */
import { Cluster } from 'ioredis';
import { type AnnouncedWrites, connectToAnnouncedWrites } from './announced-writes.ts';
import type { RedisClient } from './client.ts';

/** How long after an attempt to connect the next one begins, in ms; and where the server announces nothing. */
const RETRY_AFTER = 2000;
const RETRY_REFUSED_AFTER = 60_000;

/** The keys that one reader watches. */
export interface WatchedKeys {
  /** Watches keys from now on. A reader calls it before it reads them, so that it misses no write. */
  watch(keys: readonly string[]): Promise<void>;
  /** The keys that may have been written to since they were watched. Each is answered once, until it is watched again. */
  written(): Promise<ReadonlySet<string>>;
}

export interface WriteWatch {
  /** For one reader. */
  watchedKeys(): WatchedKeys;
  stop(): void;
}

interface Reader {
  readonly watched: Set<string>;
  written: Set<string>;
}

export function createWriteWatch(client: RedisClient): WriteWatch {
  const readers: Reader[] = [];
  let writes: AnnouncedWrites | null = null;
  let isConnecting = false;
  let isStopped = false;
  let connectAt = Number.NEGATIVE_INFINITY;

  function announce(keys: readonly string[] | null): void {
    for (const { watched, written } of readers) {
      for (const key of keys ?? watched) if (watched.delete(key)) written.add(key);
    }
  }

  /** What is written from now on is not announced. */
  function disconnect(): void {
    writes?.disconnect();
    writes = null;
    announce(null);
  }

  /** Nobody waits for it: until then each key counts as written. */
  async function connect(): Promise<void> {
    if (client instanceof Cluster || writes || isConnecting || isStopped) return;
    if (performance.now() < connectAt) return;
    isConnecting = true;
    try {
      const found = await connectToAnnouncedWrites({
        server: client,
        announce,
        lost: () => found === writes && disconnect(),
      });
      writes = found;
      connectAt = performance.now() + (writes ? RETRY_AFTER : RETRY_REFUSED_AFTER);
      if (isStopped) disconnect();
    } catch {
      connectAt = performance.now() + RETRY_AFTER;
    } finally {
      isConnecting = false;
    }
  }

  // It may come back to another server.
  client.on('close', disconnect);

  return {
    watchedKeys() {
      const reader: Reader = { watched: new Set(), written: new Set() };
      readers.push(reader);
      return {
        async watch(keys) {
          connect();
          for (const key of keys) {
            reader.written.delete(key);
            // Before the command: an announcement may come before its reply.
            reader.watched.add(key);
          }
          if (writes) await writes.reader.exists(...keys).catch(disconnect);
          else announce(null);
        },
        async written() {
          await writes?.listener.ping().catch(disconnect);
          const { written } = reader;
          reader.written = new Set();
          return written;
        },
      };
    },
    stop() {
      isStopped = true;
      disconnect();
    },
  };
}
