/**
 * What the waiting room asks of a store: one port a file, and here all of them together. A port owns no rules and no
 * clock: times are milliseconds since the epoch, given by the caller. It imports only the words of the domain.
 *
 * Every method rejects with `StoreUnavailable` when the store does not answer. `store/compose.ts` says which adapter
 * serves which port, and `test/store/contract/` what each adapter has to do.
 */
import type { AppliedFileStore } from './applied-file.ts';
import type { AuditStore } from './audit.ts';
import type { Clocks } from './clocks.ts';
import type { Idempotency } from './idempotency.ts';
import type { ImportedPlaces } from './imported-places.ts';
import type { IssuedTokens } from './issued-tokens.ts';
import type { Leases } from './leases.ts';
import type { LineStore } from './line.ts';
import type { LogoutQueue } from './logout-queue.ts';
import type { OidcRecords } from './oidc-records.ts';
import type { OutboxStore } from './outbox.ts';
import type { SettingsStore } from './settings.ts';
import type { SigningKeysStore } from './signing-keys.ts';

/** A store as a whole. */
export interface Store {
  readonly line: LineStore;
  readonly settings: SettingsStore;
  readonly appliedFile: AppliedFileStore;
  readonly signingKeys: SigningKeysStore;
  readonly leases: Leases;
  readonly clocks: Clocks;
  readonly idempotency: Idempotency;
  /** Events for the webhook. */
  readonly outbox: OutboxStore;
  /** Events for the event bus. */
  readonly eventBusOutbox: OutboxStore;
  readonly audit: AuditStore;
  readonly logoutQueue: LogoutQueue;
  readonly issuedTokens: IssuedTokens;
  readonly importedPlaces: ImportedPlaces;
  readonly oidcRecords: OidcRecords;
  /**
   * Resolves when the store has written something, so that a full disk or memory is noticed. Rejects with StoreEvicts
   * where the store may lose what it holds.
   */
  ping(): Promise<void>;
  close(): Promise<void>;
}
