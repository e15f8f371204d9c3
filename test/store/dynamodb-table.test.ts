import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDynamo, TableFault } from '#store/dynamodb/index.ts';
import { definitionOf } from '#store/dynamodb/table.ts';
import { type DynamoServer, dynamoOptions, freshTable, startDynamo } from '#support/dynamo.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { startThrottlingProxy } from '#support/throttling-proxy.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';

let server: DynamoServer;
let below: OpenedStore;
beforeAll(async () => {
  [server, below] = await Promise.all([startDynamo(), embeddedStore()]);
});
afterAll(async () => {
  await below.close();
  await server.stop();
});

const open = (table: string, mayCreate: boolean) =>
  openDynamo(below.store, { ...dynamoOptions(server, table), mayCreate });

test('the service creates the table where it may, of several processes one', async () => {
  const table = freshTable();
  const stores = await Promise.all([open(table, true), open(table, true)]);
  const { Table } = await server.sdk.send(new DescribeTableCommand({ TableName: table }));
  expect(Table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
  await stores[0].audit.newest({ max: 1 });
});

describe('a table is refused with what is wrong', () => {
  test('where there is none', async () => {
    const refusal = open(freshTable(), false);
    await expect(refusal).rejects.toBeInstanceOf(TableFault);
    await expect(refusal).rejects.toThrow('there is no such table');
  });

  const right = definitionOf('x');
  const index = (changes: object) => right.GlobalSecondaryIndexes?.map((each) => ({ ...each, ...changes }));
  const attributes = (...definitions: readonly string[]) =>
    definitions.map((each) => ({ AttributeName: each.slice(0, 2), AttributeType: each.slice(3) }));

  test.each([
    [
      'its key',
      {
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: attributes('pk:S', 'ix:S', 'at:N'),
      },
      'its key is pk (S) and must be pk (S) and sk (S)',
    ],
    [
      'the type of an attribute',
      { AttributeDefinitions: attributes('pk:S', 'sk:S', 'ix:S', 'at:S') },
      'the key of its index by_time is ix (S) and at (S) and must be ix (S) and at (N)',
    ],
    [
      'its index',
      { GlobalSecondaryIndexes: undefined, AttributeDefinitions: attributes('pk:S', 'sk:S') },
      'it has no index by_time of ix (S) and at (N)',
    ],
    [
      'what its index projects',
      { GlobalSecondaryIndexes: index({ Projection: { ProjectionType: 'KEYS_ONLY' } }) },
      'its index by_time projects KEYS_ONLY and must project ALL',
    ],
  ])('by %s', async (_, changes, fault) => {
    const table = freshTable();
    await server.sdk.send(new CreateTableCommand({ ...definitionOf(table), ...changes } as CreateTableCommandInput));
    await expect(open(table, true)).rejects.toThrow(fault);
  });

  test('where what expires would stay for ever', async () => {
    const table = freshTable();
    await server.sdk.send(new CreateTableCommand(definitionOf(table)));
    await expect(open(table, false)).rejects.toThrow('its time to live is off: enable it for the attribute ttl');
  });
});

test('waits for a DynamoDB that is unavailable at the start, and then refuses a wrong table', async () => {
  const proxy = await startThrottlingProxy(server.endpoint);
  proxy.trouble('away');
  const table = freshTable();
  const store = await openDynamo(below.store, { ...dynamoOptions(proxy, table), budget: 300 });
  await expect(store.settings.rooms()).rejects.toBeInstanceOf(StoreUnavailable);
  const wrong = { ...definitionOf(table), GlobalSecondaryIndexes: undefined };
  const AttributeDefinitions = wrong.AttributeDefinitions?.slice(0, 2);
  await server.sdk.send(new CreateTableCommand({ ...wrong, AttributeDefinitions }));
  proxy.trouble(null);
  await expect(store.settings.rooms()).rejects.toBeInstanceOf(TableFault);
  await server.sdk.send(new DeleteTableCommand({ TableName: table }));
  expect(await store.settings.rooms()).toEqual([]);
  await proxy.close();
});

test('a table that the service made and lost is made again, with the settings of the store below', async () => {
  const table = freshTable();
  const store = await open(table, true);
  const room = { id: 'kept', title: 'Kept' } as Parameters<typeof store.settings.putRoom>[0];
  await store.settings.putRoom(room);
  await server.sdk.send(new DeleteTableCommand({ TableName: table }));
  await expect
    .poll(() => store.settings.storedRoom('kept').catch(() => null), { timeout: 5000 })
    .toMatchObject({
      value: room,
    });
  await store.settings.deleteRoom('kept');
});
