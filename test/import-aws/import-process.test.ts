/** `npm run import-aws` against a process, with the tables at moto. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hasMoto, type Moto, startMoto } from '#support/moto.ts';
import { freePort } from '#support/ports.ts';
import { programEnvironment } from '#support/program-environment.ts';
import { ADMIN_TOKEN, createFolder, environment, type Folder, ready } from '../service/process.ts';

const MAIN = resolve('import-aws/main.ts');
const COUNT = 1000;
const EVENT = 'Sample';
const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const now = Math.floor(Date.now() / 1000);

interface Value {
  readonly S?: string;
  readonly N?: string;
}
type Row = Readonly<Record<string, Value>>;
const typed = (row: Readonly<Record<string, string | number>>): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'number' ? { N: `${value}` } : { S: value }]),
  );

const position = (n: number, more = {}) =>
  typed({ request_id: idOf(n), event_id: EVENT, queue_position: n, entry_time: now - 400, status: 1, ...more });
const token = (n: number, more = {}) =>
  typed({
    ...{ request_id: idOf(n), event_id: EVENT, queue_number: n, issued_at: now - 300, not_before: now - 300 },
    ...{ expires: now + 3300, issuer: 'https://old.example/api', session_status: 0 },
    ...more,
  });

/** 1,000 in line, 100 served, of whom 4 have a token. */
const POSITIONS = Array.from({ length: COUNT }, (_, n) => position(n + 1));
const TOKENS = [
  token(1),
  token(2, { session_status: 1 }),
  token(3, { session_status: -1 }),
  token(4, { expires: now - 5 }),
];
const RAISES = [
  typed({ event_id: EVENT, serving_counter: 40, issue_time: now - 390, queue_positions_served: 40 }),
  typed({ event_id: EVENT, serving_counter: 100, issue_time: now - 380, queue_positions_served: 60 }),
];

let folder: Folder;
let url: string;
beforeEach(async () => {
  folder = await createFolder();
});
afterEach(() => folder.remove());

async function startService(aws: string, env: Record<string, string> = {}) {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  await folder.write('anteroom.yaml', `rooms: [{ id: sale, inlet: { strategy: manual }, aws: ${aws} }]\n`);
  const run = folder.run({ ...(await environment(folder, port)), ...env });
  await ready(run, url);
}

async function importAws(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, '--url', url, ...args], {
    env: { ...programEnvironment(), ADMIN_TOKEN, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

// biome-ignore lint/suspicious/noExplicitAny: the body of any answer.
type Body = any;

const get = async (route: string, id = '') => {
  const answer = await fetch(`${url}/aws/public/${route}?event_id=${EVENT}&request_id=${id}`);
  return { status: answer.status, body: (await answer.json()) as Body };
};
const generate = async (id: string) => {
  const answer = await fetch(`${url}/aws/public/generate_token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ event_id: EVENT, request_id: id }),
  });
  return { status: answer.status, body: (await answer.json()) as Body };
};
const admin = async (path: string) =>
  (
    await fetch(`${url}/admin/v1${path}`, { headers: { Authorization: `Bearer ${ADMIN_TOKEN}` } })
  ).json() as Promise<Body>;

async function exportTo(name: string, rows: readonly Row[]): Promise<string> {
  const path = join(folder.path, name);
  await mkdir(path);
  const lines = rows.map((Item) => JSON.stringify({ Item }));
  const half = lines.length >> 1;
  // An export to S3 is in several files.
  await writeFile(join(path, 'a.json.gz'), gzipSync(`${lines.slice(0, half).join('\n')}\n`));
  await writeFile(join(path, 'b.json'), lines.slice(half).join('\n'));
  await writeFile(join(path, 'manifest-summary.json'), '{}');
  return `file:${path}`;
}

const sources = async (positions = POSITIONS, tokens = TOKENS, raises = RAISES) => [
  ...['--positions', await exportTo('positions', positions)],
  ...['--tokens', await exportTo('tokens', tokens)],
  ...['--raises', await exportTo('raises', raises)],
];

async function expectTheLine(): Promise<void> {
  expect(await admin('/rooms/sale/counters')).toEqual({
    ...{ queue: COUNT, serving: 100, waiting: 900, present: 900, claimed: 4 },
    ...{ active: 1, completed: 1, abandoned: 1, expired: 0 },
  });
  const last = await get('queue_num', idOf(COUNT));
  expect(last).toEqual({
    status: 200,
    body: { queue_number: COUNT, entry_time: now - 400, event_id: EVENT, status: 1 },
  });
  expect((await generate(idOf(50))).status).toBe(200);
  expect((await generate(idOf(101))).status).toBe(202);
  const again = await generate(idOf(1));
  expect(decodeJwt(again.body.access_token)).toMatchObject({
    ...{ iss: 'https://old.example/api', sub: idOf(1), queue_position: 1, iat: now - 300, exp: now + 3300 },
  });
  expect([(await generate(idOf(2))).status, (await generate(idOf(3))).status]).toEqual([410, 410]);
  expect(await generate(idOf(4))).toMatchObject({ status: 200, body: { expires_in: 0 } });
  const assigned = await fetch(`${url}/aws/public/assign_queue_num`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ event_id: EVENT }),
  });
  const { api_request_id } = (await assigned.json()) as { api_request_id: string };
  expect((await get('queue_num', api_request_id)).body.queue_number).toBe(COUNT + 1);
}

describe.skipIf(!hasMoto)('tables at DynamoDB', () => {
  let moto: Moto;
  beforeEach(async () => {
    moto = await startMoto();
  });
  afterEach(() => moto.stop());

  async function createTable(TableName: string, keys: Readonly<Record<string, 'S' | 'N'>>, rows: readonly Row[]) {
    const names = Object.keys(keys);
    await moto.call('dynamodb', 'DynamoDB_20120810.CreateTable', {
      ...{ TableName, BillingMode: 'PAY_PER_REQUEST' },
      KeySchema: names.map((AttributeName, n) => ({ AttributeName, KeyType: n === 0 ? 'HASH' : 'RANGE' })),
      AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: keys[AttributeName] })),
    });
    for (let from = 0; from < rows.length; from += 25) {
      const requests = rows.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
      const RequestItems = { [TableName]: requests };
      await moto.call('dynamodb', 'DynamoDB_20120810.BatchWriteItem', { RequestItems });
    }
  }

  test('are read, and nothing is written before --write says so', async () => {
    await startService(`{ event_id: ${EVENT} }`);
    await createTable('positions', { request_id: 'S' }, POSITIONS);
    await createTable('tokens', { request_id: 'S' }, TOKENS);
    await createTable('raises', { event_id: 'S', serving_counter: 'N' }, RAISES);
    const args = ['--room', 'sale', '--positions', 'positions', '--tokens', 'tokens', '--raises', 'raises'];
    const dry = await importAws(args, moto.env);
    expect(dry).toEqual({ code: 0, output: expect.stringContaining('Nothing was written. Repeat it with --write.') });
    expect(dry.output).toMatch(/highest number +1000\nserving counter +100\ntokens +4\n {2}inside +1/);
    expect((await admin('/rooms/sale/counters')).queue).toBe(0);
    const done = await importAws([...args, '--write'], moto.env);
    expect(done).toEqual({ code: 0, output: expect.stringContaining('Written: 1000 places and 4 tokens') });
    await expectTheLine();
    const again = await importAws([...args, '--write'], moto.env);
    expect(again).toEqual({ code: 1, output: expect.stringContaining('has numbers already') });
  });

  test('and secrets give the client of the OpenID adapter', async () => {
    await startService(`{ event_id: ${EVENT} }`);
    const create = (Name: string, SecretString: string) =>
      moto.call('secretsmanager', 'secretsmanager.CreateSecret', { Name, SecretString });
    await create('oidc/client_secret', 'the-secret-of-the-adapter');
    await create('oidc/redirect_uris', '["https://shop.example/oauth2/idpresponse"]');
    const secrets = ['--client-secret', 'oidc/client_secret', '--redirect-uris', 'oidc/redirect_uris'];
    const dry = await importAws(['--room', 'sale', ...secrets], moto.env);
    expect(dry.output).not.toContain('the-secret');
    expect(dry.output).toMatch(new RegExp(`AuthorizationEndpoint +${url}/authorize`));
    expect(await admin('/relying-parties')).toEqual([]);
    expect((await importAws(['--room', 'sale', ...secrets, '--write'], moto.env)).code).toBe(0);
    const [party] = (await admin('/relying-parties')) as object[];
    expect(party).toMatchObject({ client_id: EVENT, room: 'sale', profile: 'alb' });
  });
});

test('exports are read too, and places survive a restart', async () => {
  await startService(`{ event_id: ${EVENT} }`);
  const done = await importAws(['--room', 'sale', ...(await sources()), '--write']);
  expect(done.code, done.output).toBe(0);
  await expectTheLine();
});

test('a row that cannot be is named by its table and key, and nothing is written', async () => {
  await startService(`{ event_id: ${EVENT} }`);
  const broken = [...POSITIONS, position(COUNT + 1, { queue_position: 'x' })];
  const { code, output } = await importAws(['--room', 'sale', ...(await sources(broken)), '--write']);
  expect(code).toBe(1);
  expect(output).toContain(`queue positions, request_id "${idOf(COUNT + 1)}": queue_position must be a whole number`);
  expect(output).toContain('1 rows cannot be imported. Nothing was written.');
  expect((await admin('/rooms/sale/counters')).queue).toBe(0);
});

test('with expiry off, the serving counter is that of /serving_num', async () => {
  const server = createServer((req, res) => {
    res.end(JSON.stringify(req.url === `/serving_num?event_id=${EVENT}` ? { serving_counter: '77' } : {}));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  await startService(`{ event_id: ${EVENT}, queue_position_expiry: off }`);
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const args = ['--room', 'sale', ...(await sources(POSITIONS, TOKENS, [])), '--write'];
  const without = await importAws(args);
  expect(without).toEqual({ code: 1, output: expect.stringContaining('set --public-api or --serving-num') });
  const done = await importAws([...args, '--public-api', api]);
  server.close();
  expect(done.code, done.output).toBe(0);
  expect(await admin('/rooms/sale/counters')).toMatchObject({ queue: COUNT, serving: 77, waiting: 923 });
});
