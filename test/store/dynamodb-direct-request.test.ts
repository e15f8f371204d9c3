import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeTableCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createClient } from '#store/dynamodb/client.ts';
import { createSigner } from '#store/dynamodb/signature.ts';
import '#support/dynamo.ts';

interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let seen: Seen[] = [];
let refusals: { status: number; body: string }[] = [];
const server = createServer(async (req, res) => {
  let body = '';
  for await (const part of req) body += part;
  seen.push({ headers: req.headers, body });
  const { status, body: answer } = refusals.shift() ?? { status: 200, body: '{}' };
  res.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' }).end(answer);
});
let endpoint: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.closeAllConnections());
beforeEach(() => {
  [seen, refusals] = [[], []];
});

const input = {
  TableName: 't',
  Item: { pk: { S: 'a„ä“' }, at: { N: '1' } },
  ConditionExpression: 'attribute_not_exists(pk)',
};
const soon = () => AbortSignal.timeout(5000);
const typeOf = (name: string) => JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'no' });
const isOfSdk = ({ headers }: Seen) => 'amz-sdk-request' in headers;

/** A client whose SDK has sent a request. */
async function openClient() {
  const client = createClient({ region: 'eu-central-1', endpoint });
  await client.sdk.send(new DescribeTableCommand({ TableName: 't' }));
  seen = [];
  return client;
}

/** What our signature of a request is, over the headers that were signed. */
function signatureOf({ headers, body }: Seen): string {
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = process.env;
  return createSigner()({
    headers: signed,
    body,
    region: 'eu-central-1',
    credentials: { accessKeyId, secretAccessKey },
  });
}

test('an item is put with the signature that the SDK would make', async () => {
  const { direct, sdk } = await openClient();
  await direct.put(input, soon());
  await sdk.send(new PutItemCommand(input));
  expect(seen.map(isOfSdk)).toEqual([false, true]);
  expect(seen.map((each) => JSON.parse(each.body))).toEqual([input, input]);
  for (const each of seen) expect(signatureOf(each)).toBe(each.headers.authorization);
});

test('the first request goes through the SDK, and so do bytes', async () => {
  const { direct } = createClient({ region: 'eu-central-1', endpoint });
  await direct.put(input, soon());
  await direct.put({ ...input, Item: { ...input.Item, text: { B: Buffer.from('zip') } } }, soon());
  await direct.put(input, soon());
  expect(seen.map(isOfSdk)).toEqual([true, true, false]);
});

test.each([
  ['ConditionalCheckFailedException', 400],
  ['ProvisionedThroughputExceededException', 400],
  ['InternalServerError', 500],
])('a refusal with %s has its name', async (name, status) => {
  const { direct } = await openClient();
  refusals.push({ status, body: typeOf(name) });
  await expect(direct.put(input, soon())).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
  expect(seen).toHaveLength(1);
});

test('any other refusal is left to the SDK, which may have other credentials by then', async () => {
  const { direct } = await openClient();
  refusals.push({ status: 400, body: typeOf('ExpiredTokenException') });
  await direct.put(input, soon());
  expect(seen.map(isOfSdk)).toEqual([false, true]);
});

test('an item is updated so too, and through the SDK with bytes', async () => {
  const { direct } = await openClient();
  const update = { TableName: 't', Key: { pk: { S: 'a' } }, UpdateExpression: 'SET a = :a' };
  await direct.update({ ...update, ExpressionAttributeValues: { ':a': { N: '1' } } }, soon());
  await direct.update({ ...update, ExpressionAttributeValues: { ':a': { B: Buffer.from('zip') } } }, soon());
  expect(seen.map(isOfSdk)).toEqual([false, true]);
  expect(seen.map(({ headers }) => headers['x-amz-target'])).toEqual(Array(2).fill('DynamoDB_20120810.UpdateItem'));
  refusals.push({ status: 400, body: typeOf('ExpiredTokenException') });
  await direct.update({ ...update, ExpressionAttributeValues: { ':a': { N: '1' } } }, soon());
  expect(seen.map(isOfSdk)).toEqual([false, true, false, true]);
});

test('another operation is signed too, and answers with JSON', async () => {
  const { direct } = await openClient();
  refusals.push({ status: 200, body: '{"Responses":[{}]}' });
  expect(await direct.send('BatchExecuteStatement', { Statements: [] }, soon())).toEqual({ Responses: [{}] });
  expect(seen[0]?.headers['x-amz-target']).toBe('DynamoDB_20120810.BatchExecuteStatement');
  for (const each of seen) expect(signatureOf(each)).toBe(each.headers.authorization);
});

test('a request without an answer is transient', async () => {
  const { direct } = await openClient();
  server.closeAllConnections();
  await expect(direct.put(input, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORT_ERR' });
});
