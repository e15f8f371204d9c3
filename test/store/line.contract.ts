/**
 * What every store has to do, as tests. `line.ts` is the model: whatever is said here in examples, the last suite
 * says again for random courses of events.
 *
 * Beyond the ports: a verb on a line that was never configured, or whose room was deleted, rejects with RoomNotFound;
 * and a room that is made anew after it was deleted has a new generation, so that it honours none of the old tickets.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import type { Store } from '#waiting-room/ports/index.ts';
import { describeClaiming } from './contract/claiming.ts';
import { describeDraws } from './contract/draws.ts';
import { describeEndings } from './contract/endings.ts';
import { describeIdempotency } from './contract/idempotency.ts';
import { describeInletSteps } from './contract/inlet-steps.ts';
import { describeJoining } from './contract/joining.ts';
import { describeLeases } from './contract/leases.ts';
import { describeLikeTheModel } from './contract/like-the-model.ts';
import { describeLists } from './contract/lists.ts';
import { describeLogoutQueue } from './contract/logout-queue.ts';
import { describeModes } from './contract/modes.ts';
import { describeOidcRecords } from './contract/oidc-records.ts';
import { describePresence } from './contract/presence.ts';
import type { Stores } from './contract/room-under-test.ts';
import { describeSettings } from './contract/settings.ts';
import { describeTime } from './contract/time.ts';
import { describeTurns } from './contract/turns.ts';

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
export function describeLineStore(name: string, open: () => Promise<OpenedStore>): void {
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
    describeJoining(current);
    describeClaiming(current);
    describeTurns(current);
    describeModes(current);
    describeInletSteps(current);
    describeTime(current);
    describeEndings(current);
    describePresence(current);
    describeDraws(current);
    describeLeases(current);
    describeIdempotency(current);
    describeLists(current);
    describeLogoutQueue(current);
    describeOidcRecords(current);
    describeLikeTheModel(current);
  });
}
