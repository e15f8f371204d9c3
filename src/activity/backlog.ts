/** Texts on their way into the store: gathered, and appended in order, while whoever tells them goes on. */
import { setTimeout as delay } from 'node:timers/promises';

/** How many wait at most for a store that is away: beyond that the oldest are dropped. */
const ROOM = 20_000;
/** How many go in one command. */
const BATCH = 500;
/** Between two tries while the store is away, in ms. */
const AGAIN = 1000;

export interface BacklogDeps {
  readonly append: (entries: readonly string[]) => Promise<unknown>;
  /** How long to gather before each append, in ms. */
  readonly gather: number;
  /** Told of each failure to append; what was not appended is tried again. */
  readonly onError: (error: unknown) => void;
  /** Told how many were dropped. */
  readonly onDrop: (entries: number) => void;
}

export interface Backlog {
  /** Never fails and never waits. */
  add(entry: string): void;
  /** Resolves when all that was added before is in the store, or the store did not take it. */
  flush(): Promise<void>;
  /** Appends what there is, and takes no more. */
  close(): Promise<void>;
}

export function createBacklog({ append, gather, onError, onDrop }: BacklogDeps): Backlog {
  const waiting: string[] = [];
  const hurry = new AbortController();
  let running: Promise<void> | null = null;
  let appending: Promise<boolean> = Promise.resolve(true);

  /** One after the other. Whether all are in the store. */
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
    let pause = gather;
    while (waiting.length > 0) {
      if (pause > 0) await delay(pause, undefined, { signal: hurry.signal }).catch(() => undefined);
      if (hurry.signal.aborted) return;
      pause = (await appendAll()) ? gather : AGAIN;
    }
  }

  return {
    add(entry) {
      if (hurry.signal.aborted) return;
      waiting.push(entry);
      if (waiting.length > ROOM) onDrop(waiting.splice(0, waiting.length - ROOM).length);
      running ??= run().finally(() => {
        running = null;
      });
    },
    async flush() {
      await appendAll();
    },
    async close() {
      hurry.abort();
      await running;
      await appendAll();
    },
  };
}
