/**
 * The store of one process on one machine, without a server: lines live in memory as the pure model, and every change
 * is on the disk before it is answered, in a journal that is played again when the store is opened.
 *
 * It does not serve several processes; that is what the Redis store is for.
 */
import type { Store } from '#waiting-room/ports/index.ts';
import { openDatabase } from './database.ts';
import { DataDirError } from './errors.ts';
import type { StoreLog } from './store.ts';
import { createEmbeddedStore } from './store.ts';

export type { DataDirFault } from './errors.ts';
export { DataDirError } from './errors.ts';
export type { StoreLog } from './store.ts';

export interface EmbeddedStoreOptions {
  /** The data directory; made, for this user alone, where it is missing. */
  readonly dir: string;
  /** Milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
  readonly log?: StoreLog | undefined;
}

/**
 * Opens the store of a data directory. Throws {@link DataDirError} where another process has it open, a newer version
 * wrote it, or it is damaged.
 *
 * @example
 * const store = openEmbeddedStore({ dir: 'data' });
 * await store.ping();
 * await store.close();
 */
export function openEmbeddedStore({ dir, now = Date.now, log }: EmbeddedStoreOptions): Store {
  const database = openDatabase(dir);
  try {
    return createEmbeddedStore({ database, now, log });
  } catch (error) {
    database.close();
    throw new DataDirError('unreadable', dir, error);
  }
}
