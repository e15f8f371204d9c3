/**
 * What the waiting room asks of a store: one port a file, and here all of them together. A port owns no rules and no
 * clock: times are milliseconds since the epoch, given by the caller. It imports only the words of the domain.
 *
 * Every method rejects with `StoreUnavailable` when the store does not answer. `store/compose.ts` says which adapter
 * serves which port, and `test/store/contract/` what each adapter has to do.
 */
import type { AppliedFileStore } from './applied-file.ts';
import type { AuditStore } from './audit.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Clocks } from './clocks.ts';
import type { Idempotency } from './idempotency.ts';
import type { ImportedPlaces } from './imported-places.ts';
import type { IssuedTokens } from './issued-tokens.ts';
import type { Leases } from './leases.ts';
import type { LineStore } from './line.ts';
import type { LineMarks } from './line-marks.ts';
import type { LogoutQueue } from './logout-queue.ts';
import type { NoticeQueue } from './notice-queue.ts';
import type { OidcRecords } from './oidc-records.ts';
import type { OutboxStore } from './outbox.ts';
import type { RoomRecords } from './room-records.ts';
import type { SettingsStore } from './settings.ts';
import type { SharedCounts } from './shared-counts.ts';
import type { SigningKeysStore } from './signing-keys.ts';
import type { TimeSeries } from './time-series.ts';

/**
 * Whether what the store has survives its restart: `every_write` within a second, `snapshots` of some minutes, `none`, or
 * `unknown` where the server does not say. `beyond_the_store`: what must survive is elsewhere too.
 */
export type Persistence = 'every_write' | 'snapshots' | 'none' | 'unknown' | 'beyond_the_store';

/** A store as a whole. */
export interface Store {
  readonly line: LineStore;
  readonly lineMarks: LineMarks;
  /** Missing where lines are in the store alone. */
  readonly checkpoints?: Checkpoints | undefined;
  readonly settings: SettingsStore;
  readonly roomRecords: RoomRecords;
  readonly appliedFile: AppliedFileStore;
  readonly signingKeys: SigningKeysStore;
  readonly leases: Leases;
  readonly clocks: Clocks;
  readonly idempotency: Idempotency;
  readonly sharedCounts: SharedCounts;
  /** Events for the webhook. */
  readonly outbox: OutboxStore;
  /** Events for the event bus. */
  readonly eventBusOutbox: OutboxStore;
  readonly audit: AuditStore;
  readonly logoutQueue: LogoutQueue;
  readonly notices: NoticeQueue;
  readonly issuedTokens: IssuedTokens;
  readonly importedPlaces: ImportedPlaces;
  readonly oidcRecords: OidcRecords;
  readonly timeSeries: TimeSeries;
  /**
   * Resolves when the store has written something, so that a full disk or memory is noticed. Rejects with StoreEvicts
   * where the store may lose what it holds.
   */
  ping(): Promise<void>;
  persistence(): Promise<Persistence>;
  close(): Promise<void>;
}
