/** What DynamoDB serves, with the contract of each port. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDynamo } from '#store/dynamodb/index.ts';
import { openRedisStore } from '#store/redis/index.ts';
import { dynamoOptions, freshTable, startDynamo } from '#support/dynamo.ts';
import { startRedis } from '#support/redis.ts';
import { describeAudit } from './contract/audit.ts';
import { describeOidcRecords } from './contract/oidc-records.ts';
import { makeRoom, type Stores, seconds, T0 } from './contract/room-under-test.ts';
import { describeSettings } from './contract/settings.ts';

describe('the DynamoDB store over Redis', () => {
  let stores: Stores | undefined;
  let close = async () => {};

  beforeAll(async () => {
    const [redis, dynamo] = await Promise.all([startRedis(), startDynamo()]);
    const options = { ...dynamoOptions(dynamo, freshTable()), budget: 60_000 };
    const open = async () => openDynamo(await openRedisStore({ url: redis.url }), options);
    stores = { store: await open(), second: await open() };
    close = async () => {
      await Promise.all([stores?.store.close(), stores?.second.close()]);
      await Promise.all([redis.stop(), dynamo.stop()]);
    };
  });
  afterAll(() => close());

  const current = (): Stores => {
    if (!stores) throw new Error('the store is not open');
    return stores;
  };

  describeSettings(current);
  describeAudit(current);
  describeOidcRecords(current);

  it('ends the admission of a visitor who leaves in the ledger too', async () => {
    const { store, second } = current();
    const room = await makeRoom(store, { size: 2, presenceTimeout: seconds(1000) });
    await room.raise({ people: 2 });
    const admitted = await room.arrive('v1', { claim: true, confirmed: true });
    const elsewhere = await room.arrive('v2', { claim: true, confirmed: true, via: second.line });
    await store.line.leave(room.id, admitted, T0 + 1);
    await store.line.leave(room.id, elsewhere, T0 + 1);
    for (const number of [1, 2]) {
      const restore = () => store.line.restoreTurns(room.id, { generation: 1, numbers: [number] }, T0 + 1);
      await expect.poll(restore).toEqual([number]);
    }
  });

  it('restores no turn whose confirmation may still be on its way to the ledger', async () => {
    const { store } = current();
    const room = await makeRoom(store, { size: 1, confirmWindow: seconds(10), presenceTimeout: seconds(1000) });
    await room.raise({ people: 1 });
    await room.arrive('v1', { claim: true });
    const restoreAt = (second: number) =>
      store.line.restoreTurns(room.id, { generation: 1, numbers: [1] }, T0 + seconds(second));
    expect(await restoreAt(9)).toEqual([]);
    expect(await restoreAt(14.9)).toEqual([]);
    expect(await restoreAt(15)).toEqual([1]);
  });
});
