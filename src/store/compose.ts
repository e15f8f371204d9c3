/**
 * Says which adapter serves which port. The only file that knows more than one adapter. It loads those that are opened,
 * so that a service without Redis or DynamoDB has no client of theirs.
 */
import type { Store } from '#waiting-room/ports/index.ts';
import type { DynamoOptions } from './dynamodb/index.ts';
import type { StoreLog } from './redis/index.ts';

export interface StoreOptions {
  /** Null for the embedded store. */
  readonly redisUrl: string | null;
  /** Null: nothing is kept beyond the store. */
  readonly dynamodb: Pick<DynamoOptions, 'table' | 'region' | 'endpoint' | 'mayCreate'> | null;
  /** The public URL. */
  readonly issuer: string;
  /** The data directory of the embedded store. */
  readonly dataDir: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called after a store lost some of what it had of a room's line, and restored it. */
  readonly onKeysLost?: (room: string, keys: readonly string[]) => void;
  readonly log: StoreLog & { error(details: { readonly err: unknown }, message: string): void };
}

/**
 * Rejects when the embedded store cannot be opened, or the table of DynamoDB cannot be used. Does not wait for a Redis or
 * a DynamoDB that is unavailable.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { redisUrl, dynamodb, issuer, dataDir, now, log, onKeysLost } = options;
  const adapter =
    redisUrl === null
      ? (await import('./embedded/index.ts')).openEmbeddedStore({ dir: dataDir, now, log })
      : await (await import('./redis/index.ts')).openRedisStore({ url: redisUrl, log, onKeysLost });
  const store: Store = {
    line: adapter.line,
    lineMarks: adapter.lineMarks,
    settings: adapter.settings,
    roomRecords: adapter.roomRecords,
    appliedFile: adapter.appliedFile,
    signingKeys: adapter.signingKeys,
    leases: adapter.leases,
    clocks: adapter.clocks,
    idempotency: adapter.idempotency,
    sharedCounts: adapter.sharedCounts,
    outbox: adapter.outbox,
    eventBusOutbox: adapter.eventBusOutbox,
    audit: adapter.audit,
    logoutQueue: adapter.logoutQueue,
    notices: adapter.notices,
    issuedTokens: adapter.issuedTokens,
    importedPlaces: adapter.importedPlaces,
    oidcRecords: adapter.oidcRecords,
    timeSeries: adapter.timeSeries,
    ping: () => adapter.ping(),
    persistence: () => adapter.persistence(),
    close: () => adapter.close(),
  };
  if (dynamodb === null) return store;
  try {
    const { openDynamo } = await import('./dynamodb/index.ts');
    return await openDynamo(store, { ...dynamodb, issuer, now, log });
  } catch (error) {
    await store.close();
    throw error;
  }
}
