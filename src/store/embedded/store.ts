import type { DatabaseSync } from 'node:sqlite';
import type { Store } from '#waiting-room/ports/index.ts';
import { createAuditStore } from './audit.ts';
import { createGroupCommit } from './group-commit.ts';
import { createIdempotency } from './idempotency.ts';
import { createImportedPlaces } from './imported-places.ts';
import { createIssuedTokens } from './issued-tokens.ts';
import { createJournal } from './journal.ts';
import { createLeases } from './leases.ts';
import { createLineStore } from './line.ts';
import { createLineMarks } from './line-marks.ts';
import { createLogoutQueue } from './logout-queue.ts';
import { createNoticeQueue } from './notice-queue.ts';
import { createOidcRecords } from './oidc-records.ts';
import { createOutbox } from './outbox.ts';
import { createRoomRecords } from './room-records.ts';
import { SCHEMA_VERSION } from './schema.ts';
import { createSettingsStore } from './settings.ts';
import { createSharedCounts } from './shared-counts.ts';
import { createStoredText } from './stored-text.ts';
import { createSweep } from './sweep.ts';
import { createTimeSeries } from './time-series.ts';

/** What the store has to say to the operator; a pino logger is one. */
export interface StoreLog {
  error(details: { readonly err: unknown }, message: string): void;
}

export interface EmbeddedStoreDeps {
  readonly database: DatabaseSync;
  /** Milliseconds since the epoch, for what expires by itself: leases, remembered answers, OpenID records. */
  readonly now: () => number;
  readonly log?: StoreLog | undefined;
  /** How long the journal of a line may get before the line is saved whole, in bytes. */
  readonly saveAfter?: number | undefined;
}

/** The store over an open database, which it closes with itself. Reads all lines. */
export function createEmbeddedStore({ database, now, log, saveAfter }: EmbeddedStoreDeps): Store {
  const sweep = createSweep(database, now);
  const group = createGroupCommit({
    database,
    beforeCommit() {
      journal.write();
      sweep();
    },
    undone(cause) {
      journal.forget();
      log?.error({ err: cause }, 'the embedded store could not commit; nothing of this turn has happened');
    },
  });
  const journal = createJournal({ database, begin: group.begin, saveAfter });
  journal.load();

  return {
    line: createLineStore({ group, journal }),
    lineMarks: createLineMarks({ group, journal }),
    settings: createSettingsStore({ database, group, journal }),
    roomRecords: createRoomRecords({ database, group }),
    appliedFile: createStoredText({ database, group, table: 'applied_file' }),
    signingKeys: createStoredText({ database, group, table: 'signing_keys' }),
    leases: createLeases({ database, group, now }),
    clocks: { compare: async () => ({ time: now(), others: [] }) },
    idempotency: createIdempotency({ database, group, now }),
    sharedCounts: createSharedCounts(now),
    oidcRecords: createOidcRecords({ database, group, now }),
    outbox: createOutbox('outbox', { database, group }),
    eventBusOutbox: createOutbox('event bus', { database, group }),
    audit: createAuditStore({ database, group }),
    logoutQueue: createLogoutQueue({ database, group }),
    notices: createNoticeQueue({ database, group, now }),
    issuedTokens: createIssuedTokens({ database, group, now }),
    importedPlaces: createImportedPlaces({ database, group, now }),
    timeSeries: createTimeSeries({ database, group }),
    // Writes the first page of the file again.
    ping: () => group.change(() => database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)),
    persistence: async () => 'every_write',
    async close() {
      if (!database.isOpen) return;
      group.close();
      try {
        database.exec('BEGIN IMMEDIATE');
        journal.saveAll();
        database.exec('COMMIT');
      } catch (error) {
        // The journal says the same, at more length.
        log?.error({ err: error }, 'the embedded store could not save its lines whole');
      }
      database.close();
    },
  };
}
