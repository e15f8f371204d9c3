/**
 * What a store has to do that serves every port. Each port has a suite of its own, which an adapter that serves no other
 * can run alone: `describeLine(() => ({ store, second }))`.
 *
 * Beyond the ports: a verb on a line that was never opened, or whose room was deleted, rejects with RoomNotFound; and a
 * room that is made again after it was deleted has a new generation, so that it honours none of the old tickets.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import type { Store } from '#waiting-room/ports/index.ts';
import { describeAudit } from './audit.ts';
import { describeClocks } from './clocks.ts';
import { describeIdempotency } from './idempotency.ts';
import { describeImportedPlaces } from './imported-places.ts';
import { describeIssuedTokens } from './issued-tokens.ts';
import { describeLeases } from './leases.ts';
import { describeLine } from './line.ts';
import { describeLineMarks } from './line-marks.ts';
import { describeLogoutQueue } from './logout-queue.ts';
import { describeNoticeQueue } from './notice-queue.ts';
import { describeOidcRecords } from './oidc-records.ts';
import { describeOutbox } from './outbox.ts';
import type { Stores } from './room-under-test.ts';
import { describeSettings } from './settings.ts';
import { describeSharedCounts } from './shared-counts.ts';
import { describeTimeSeries } from './time-series.ts';

export interface OpenedStore {
  readonly store: Store;
  /** Another process' view of the same data, for stores that several processes share. */
  readonly openSecond?: () => Promise<Store>;
  /** Closes the store and removes its data; what `openSecond` gave is closed before. */
  close(): Promise<void>;
}

/**
 * Declares the contract for the store that `open` gives, which has to be empty. The whole suite runs on one store,
 * each test with rooms and ids of its own.
 */
export function describeStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(name, () => {
    let opened: OpenedStore | undefined;
    let stores: Stores | undefined;

    beforeAll(async () => {
      opened = await open();
      stores = { store: opened.store, second: (await opened.openSecond?.()) ?? opened.store };
    });

    afterAll(async () => {
      if (stores && stores.second !== stores.store) await stores.second.close();
      await opened?.close();
    });

    const current = (): Stores => {
      if (!stores) throw new Error('the store is not open');
      return stores;
    };

    describeSettings(current);
    describeLine(current);
    describeLineMarks(current);
    describeLeases(current);
    describeClocks(current);
    describeIdempotency(current);
    describeSharedCounts(current);
    describeIssuedTokens(current);
    describeImportedPlaces(current);
    describeOutbox(current);
    describe('of the event bus', () =>
      describeOutbox(() => {
        const { store, second } = current();
        return { store: { outbox: store.eventBusOutbox }, second: { outbox: second.eventBusOutbox } };
      }));
    describeAudit(current);
    describeLogoutQueue(current);
    describeNoticeQueue(current);
    describeOidcRecords(current);
    describeTimeSeries(current);
  });
}
