/** A program whose DynamoDB throttles every request, in the middle of a sale. */
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { type DynamoServer, dynamoVariables, freshTable, startDynamo } from '#support/dynamo.ts';
import { freePort } from '#support/ports.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { startThrottlingProxy, type ThrottlingProxy } from '#support/throttling-proxy.ts';
import { admin, createFolder, environment, type Folder, ready } from './process.ts';

const SITE = 'http://shop.test/';
const table = freshTable();
let [redis, dynamo, proxy, folder]: [RedisServer?, DynamoServer?, ThrottlingProxy?, Folder?] = [];
let url: string;

beforeAll(async () => {
  [redis, dynamo, folder] = await Promise.all([startRedis(), startDynamo(), createFolder()]);
  proxy = await startThrottlingProxy(dynamo.endpoint);
  const room = { id: 'sale', challenge: 'off', inlet: { strategy: 'manual' }, return_urls: [SITE] };
  await folder.write('anteroom.yaml', JSON.stringify({ rooms: [room] }));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const env = { ...dynamoVariables(proxy, table), REDIS_URL: redis.url };
  await ready(folder.run({ ...(await environment(folder, port)), ...env }), url);
});
afterAll(async () => {
  await folder?.remove();
  await proxy?.close();
  await Promise.all([redis?.stop(), dynamo?.stop()]);
});

const tickets = (path: string, method: string, ticket = '') =>
  fetch(`${url}/rooms/sale/tickets${path}`, { method, headers: ticket ? { Authorization: `Bearer ${ticket}` } : {} });

async function join(): Promise<string> {
  const answer = await tickets('', 'POST');
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { ticket: string }).ticket;
}

/** The numbers of all admissions in the ledger. */
async function entered(): Promise<number[]> {
  const found = await dynamo?.sdk.send(new ScanCommand({ TableName: table }));
  const admissions = (found?.Items ?? []).filter(({ pk }) => pk?.S?.startsWith('admission#'));
  return admissions.map(({ number }) => Number(number?.N)).sort();
}

test('claims get 503 with Retry-After and leave no trace, and joins, polls and pages go on', async () => {
  const [ann, bob] = [await join(), await join()];
  await admin(url, '/rooms/sale/serving-counter', { increment_by: 2 });
  expect((await tickets('/self/claim', 'POST', ann)).status).toBe(200);

  proxy?.trouble('throttle');
  const refused = await tickets('/self/claim', 'POST', bob);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ code: 'store_unavailable' });
  expect(await admin(url, '/rooms/sale/counters')).toMatchObject({ active: 1 });
  expect(await entered()).toEqual([1]);
  expect(await (await tickets('/self', 'GET', bob)).json()).toMatchObject({ state: 'served', number: 2 });
  expect((await fetch(`${url}/rooms/sale/status`)).status).toBe(200);
  const cy = await join();
  expect(await (await tickets('/self', 'GET', cy)).json()).toMatchObject({ state: 'waiting', number: 3 });
  const page = await createBrowser().follow(`${url}/rooms/sale/enter?return_to=${encodeURIComponent(`${SITE}a`)}`);
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('You are in line')]);

  proxy?.trouble(null);
  expect((await tickets('/self/claim', 'POST', bob)).status).toBe(200);
  expect(await admin(url, '/rooms/sale/counters')).toMatchObject({ active: 2 });
  expect(await entered()).toEqual([1, 2]);
});
