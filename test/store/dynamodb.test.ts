/** What DynamoDB serves, with the contract of each port. */
import { afterAll, beforeAll, describe } from 'vitest';
import { openDynamo } from '#store/dynamodb/index.ts';
import { openRedisStore } from '#store/redis/index.ts';
import { dynamoOptions, freshTable, startDynamo } from '#support/dynamo.ts';
import { startRedis } from '#support/redis.ts';
import { describeAudit } from './contract/audit.ts';
import { describeOidcRecords } from './contract/oidc-records.ts';
import type { Stores } from './contract/room-under-test.ts';
import { describeSettings } from './contract/settings.ts';

describe('the DynamoDB store over Redis', () => {
  let stores: Stores | undefined;
  let close = async () => {};

  beforeAll(async () => {
    const [redis, dynamo] = await Promise.all([startRedis(), startDynamo()]);
    const options = dynamoOptions(dynamo, freshTable());
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
});
