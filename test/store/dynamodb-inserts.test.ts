/** On the real server: what one request of several statements does, and what becomes of each statement. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '#store/dynamodb/client.ts';
import { createDatabase, type Database, NEW } from '#store/dynamodb/database.ts';
import { checkTable } from '#store/dynamodb/table.ts';
import { N, S } from '#store/dynamodb/values.ts';
import { type DynamoServer, dynamoProgram, freshTable, startDynamo } from '#support/dynamo.ts';
import { startThrottlingProxy, type ThrottlingProxy } from '#support/throttling-proxy.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';

/** For a busy machine, and for what is given up, in ms. */
const [PATIENT, HASTY] = [60_000, 600];
let server: DynamoServer;
let proxy: ThrottlingProxy;
let table: string;
let database: Database;
beforeAll(async () => {
  server = await startDynamo();
  proxy = await startThrottlingProxy(server.endpoint);
  table = freshTable();
  await checkTable({ client: clientOf(PATIENT), name: table, mayCreate: true });
});
beforeEach(async () => {
  database = await open(PATIENT);
  proxy.asked.length = 0;
});
afterEach(() => proxy.trouble(null));
afterAll(async () => {
  await proxy.close();
  await server.stop();
});

const clientOf = (budget: number) => createClient({ region: 'us-east-1', endpoint: proxy.endpoint, budget });

async function open(budget: number): Promise<Database> {
  const opened = createDatabase({
    client: clientOf(budget),
    table,
    ready: async () => undefined,
    lost: () => undefined,
  });
  // Requests go where the SDK sent its first.
  await opened.get({ pk: '-', sk: '-' });
  return opened;
}

const itemOf = (pk: string, visitor: string) => ({ pk: S(pk), sk: S('-'), visitor: S(visitor), at: N(1) });
/** The item is new, or of the same visitor. */
const ofVisitor = (visitor: string) => ({
  text: 'attribute_not_exists(pk) OR visitor = :visitor',
  values: { ':visitor': S(visitor) },
});
const put = (pk: string, visitor: string) => database.putNew(itemOf(pk, visitor), ofVisitor(visitor));
const visitorOf = async (pk: string) => (await database.get({ pk, sk: '-' }))?.visitor?.S;
const keys = (count: number) => Array.from({ length: count }, () => randomUUID());
const isInsert = (operation: string) => operation === 'BatchExecuteStatement';

describe.skipIf(dynamoProgram === 'dynalite')('new items that are put at the same moment', () => {
  test('share requests of at most 25', async () => {
    const pks = keys(60);
    expect(await Promise.all(pks.map((pk) => put(pk, 'ann')))).toEqual(pks.map(() => true));
    expect(proxy.asked).toEqual(Array.from({ length: 3 }, () => 'BatchExecuteStatement'));
    expect(await Promise.all(pks.map(visitorOf))).toEqual(pks.map(() => 'ann'));
  });

  test('are answered each on its own: the condition decides where there is an item', async () => {
    const [taken = '', own = '', fresh = ''] = keys(3);
    await put(taken, 'bob');
    await put(own, 'ann');
    expect(await Promise.all([taken, own, fresh].map((pk) => put(pk, 'ann')))).toEqual([false, true, true]);
    expect(await Promise.all([taken, own, fresh].map(visitorOf))).toEqual(['bob', 'ann', 'ann']);
  });

  test('with one key are put by one visitor only', async () => {
    const pk = randomUUID();
    const visitors = keys(40);
    const held = await Promise.all(visitors.map((visitor) => put(pk, visitor)));
    expect(held.filter(Boolean)).toHaveLength(1);
    expect(await visitorOf(pk)).toBe(visitors[held.indexOf(true)]);
  });

  test('are recognised as done where the answer was lost', async () => {
    const pks = keys(5);
    proxy.trouble('lose', isInsert);
    const putOnce = (pk: string, visitor: string) => database.putNew(itemOf(pk, visitor), NEW);
    expect(await Promise.all(pks.map((pk) => putOnce(pk, 'ann')))).toEqual(pks.map(() => true));
    proxy.trouble(null);
    expect(await Promise.all(pks.map((pk) => putOnce(pk, 'ann')))).toEqual(pks.map(() => false));
  });

  test.each(['throttle', 'away'] as const)('are put one by one where the request meets %s', async (trouble) => {
    const pks = keys(5);
    proxy.trouble(trouble, isInsert);
    expect(await Promise.all(pks.map((pk) => put(pk, 'ann')))).toEqual(pks.map(() => true));
  });

  test('are refused within the budget where DynamoDB does not answer, and nothing is written', async () => {
    const pks = keys(5);
    database = await open(HASTY);
    proxy.trouble('hang');
    const begun = performance.now();
    const outcomes = await Promise.allSettled(pks.map((pk) => put(pk, 'ann')));
    expect(performance.now() - begun).toBeLessThan(HASTY + 1000);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: expect.any(StoreUnavailable) });
    proxy.trouble(null);
    database = await open(PATIENT);
    expect(await Promise.all(pks.map(visitorOf))).toEqual(pks.map(() => undefined));
  });
});

test('a server without PartiQL is not asked for it again for a minute', async () => {
  proxy.trouble('unknown', isInsert);
  for (const pk of keys(3)) expect(await put(pk, 'ann')).toBe(true);
  expect(proxy.asked).toEqual(['BatchExecuteStatement', 'PutItem', 'PutItem', 'PutItem']);
});
