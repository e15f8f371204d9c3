/** Entries on their way into the store: buffered and appended in order, without making the caller wait. */
import { setTimeout as delay } from 'node:timers/promises';

/** The most entries that wait for an unavailable store. Beyond that the oldest are dropped. */
const CAPACITY = 20_000;
/** The most entries in one command. */
const BATCH = 500;
/** The pause between two attempts while the store is unavailable, in ms. */
const RETRY_AFTER = 1000;

export interface BacklogDeps<T> {
  readonly append: (entries: readonly T[]) => Promise<unknown>;
  /** How long to buffer entries before each append, in ms. */
  readonly bufferFor: number;
  /** Called with each failure to append. The entries are appended later. */
  readonly onError: (error: unknown) => void;
  /** Called with the number of dropped entries. */
  readonly onDrop: (entries: number) => void;
}

export interface Backlog<T> {
  /** Never fails and never waits. */
  add(entry: T): void;
  /** Resolves when all entries added before are in the store, or the store failed to take them. */
  flush(): Promise<void>;
  /** Appends the remaining entries and takes no more. */
  close(): Promise<void>;
}

export function createBacklog<T>({ append, bufferFor, onError, onDrop }: BacklogDeps<T>): Backlog<T> {
  const waiting: T[] = [];
  const closing = new AbortController();
  let running: Promise<void> | null = null;
  let appending: Promise<boolean> = Promise.resolve(true);

  /** Appends one batch after the other. Returns whether all entries are in the store. */
  function appendAll(): Promise<boolean> {
    appending = appending.then(async () => {
      while (waiting.length > 0) {
        const batch = waiting.splice(0, BATCH);
        try {
          await append(batch);
        } catch (error) {
          waiting.unshift(...batch);
          onError(error);
          return false;
        }
      }
      return true;
    });
    return appending;
  }

  async function run(): Promise<void> {
    let pause = bufferFor;
    while (waiting.length > 0) {
      if (pause > 0) await delay(pause, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
      pause = (await appendAll()) ? bufferFor : RETRY_AFTER;
    }
  }

  return {
    add(entry) {
      if (closing.signal.aborted) return;
      waiting.push(entry);
      if (waiting.length > CAPACITY) onDrop(waiting.splice(0, waiting.length - CAPACITY).length);
      running ??= run().finally(() => {
        running = null;
      });
    },
    async flush() {
      await appendAll();
    },
    async close() {
      closing.abort();
      await running;
      await appendAll();
    },
  };
}
