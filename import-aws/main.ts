/**
 * `npm run import-aws`: moves the line of AWS's Virtual Waiting Room into a room of a running service. Without --write it
 * only reads, checks every row, and says what it would do. docs/migrate-from-aws.md has the sequence.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readAwsSecret } from '../src/config/key-source.ts';
import { generateKey, parseJwks } from '../src/signing-keys/jwks.ts';
import { albFields, openidClientOf } from './openid-client.ts';
import { type Plan, planOf } from './plan.ts';
import { type RowFault, type Rows, readRows } from './rows.ts';
import { createService, type Service, ServiceRefusal } from './service.ts';
import { readTable } from './tables.ts';
import { writeTemplates } from './templates.ts';

const USAGE = `npm run import-aws -- --room ROOM --positions SOURCE --tokens SOURCE --raises SOURCE [--write]
  --room ROOM            the room, which has aws; --url of the service, ADMIN_TOKEN of an owner
  --positions, --tokens, --raises SOURCE
                         the queue position, token and serving counter tables: a name, or file:PATH of an export
  --public-api URL       where /serving_num is, for a room with queue_position_expiry: off; or --serving-num NUMBER
  --write                writes; without it nothing is written

npm run import-aws -- --room ROOM --client-secret SECRET --redirect-uris SECRET [--write]
                         the client of AWS's OpenID adapter; SECRET is a name in Secrets Manager, or file:PATH

npm run import-aws -- --key SECRET --keys-out FILE
                         the signing key {stack}/jwk-private, with new keys of other algorithms, as a JWK Set

npm run import-aws -- --template FILE --issuer URL --out FOLDER
                         the templates of the switch, from the template of the core stack; with OPERATOR_TOKEN and
                         ROOM_API_KEY in the environment, the definitions of both APIs too`;

const OPTIONS = {
  options: {
    room: { type: 'string' },
    url: { type: 'string', default: process.env.ISSUER ?? 'http://localhost:3000' },
    positions: { type: 'string' },
    tokens: { type: 'string' },
    raises: { type: 'string' },
    'public-api': { type: 'string' },
    'serving-num': { type: 'string' },
    'client-secret': { type: 'string' },
    'redirect-uris': { type: 'string' },
    key: { type: 'string' },
    'keys-out': { type: 'string' },
    template: { type: 'string' },
    issuer: { type: 'string' },
    out: { type: 'string' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
} as const;

const MOST_FAULTS = 20;

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function readOptions() {
  try {
    return parseArgs(OPTIONS).values;
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${USAGE}`);
  }
}

const options = readOptions();

const secretOf = (source: string) =>
  source.startsWith('file:') ? readFile(source.slice('file:'.length), 'utf8') : readAwsSecret(source);

async function connect(): Promise<Service> {
  const token = process.env.ADMIN_TOKEN ?? (await readFile('keys/admin-token', 'utf8').catch(() => '')).trim();
  if (token === '') fail('Set ADMIN_TOKEN to the token of an owner.');
  return createService(options.url, token);
}

/** All rows; ends the process where one of them cannot be imported. */
async function readAll(eventId: string): Promise<Rows> {
  const { positions = '', tokens = '', raises = '' } = options;
  if (positions === '' || tokens === '' || raises === '') fail('Set --positions, --tokens and --raises.');
  const items = await Promise.all([positions, tokens, raises].map(readTable));
  const faults: RowFault[] = [];
  const checked = { eventId, faults };
  const rows: Rows = {
    positions: readRows('queue positions', items[0] ?? [], checked),
    tokens: readRows('tokens', items[1] ?? [], checked),
    raises: readRows('serving counters', items[2] ?? [], checked),
  };
  for (const { table, key, message } of faults.slice(0, MOST_FAULTS)) console.error(`${table}, ${key}: ${message}`);
  if (faults.length > MOST_FAULTS) console.error(`and ${faults.length - MOST_FAULTS} more`);
  if (faults.length > 0) fail(`${faults.length} rows cannot be imported. Nothing was written.`);
  return rows;
}

async function servingNum(eventId: string): Promise<number> {
  const { 'public-api': api, 'serving-num': given } = options;
  if (given !== undefined) return /^\d+$/.test(given) ? Number(given) : fail('--serving-num must be a number.');
  if (api === undefined) fail('Position expiry is off: set --public-api or --serving-num.');
  const url = `${api.replace(/\/$/, '')}/serving_num?event_id=${encodeURIComponent(eventId)}`;
  const answer = await fetch(url).catch(() => fail(`${url} does not answer.`));
  const body = (await answer.json().catch(() => ({}))) as { serving_counter?: string };
  const counter = Number(body.serving_counter ?? Number.NaN);
  return Number.isInteger(counter) && counter >= 0
    ? counter
    : fail(`${url} answers ${answer.status} without a counter.`);
}

function describe({ line, counts, moved, tokens }: Plan): void {
  const facts = [
    ['highest number', line.queue],
    ['serving counter', line.serving],
    ['tokens', tokens.length],
    ['  inside', line.admissions.length],
    ['  completed', line.completed],
    ['  abandoned', line.abandoned],
    ['waiting', counts.waiting],
    ['served, without a token', counts.served],
    ['too late', counts.missed],
    ['numbers that nobody holds', counts.unheld],
  ] as const;
  for (const [name, value] of facts) console.log(`${name.padEnd(28)}${value}`);
  for (const { id, from, to } of moved) console.log(`${id} shared number ${from} with another, and gets ${to}`);
}

async function importLine(room: string): Promise<void> {
  const service = await connect();
  const { eventId, expiry } = await service.room(room);
  const rows = await readAll(eventId);
  const serving = expiry === null ? await servingNum(eventId) : null;
  const plan = planOf(rows, { expiry, serving, now: Math.floor(Date.now() / 1000) });
  describe(plan);
  const { queue, claimed } = await service.counters(room);
  if (queue > 0 || claimed > 0) fail(`The room ${room} has numbers already. Reset it first. Nothing was written.`);
  if (!options.write) return console.log('Nothing was written. Repeat it with --write.');
  const start = performance.now();
  await service.write(room, plan, () => undefined);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`Written: ${plan.positions.length} places and ${plan.tokens.length} tokens in ${seconds} s.`);
}

async function importClient(room: string, secret: string, redirectUris: string): Promise<void> {
  const service = await connect();
  const { eventId } = await service.room(room);
  const [secretText, urisText] = await Promise.all([secretOf(secret), secretOf(redirectUris)]);
  const client = openidClientOf({ clientId: eventId, room }, secretText, urisText);
  const { client_secret: _, ...shown } = client.settings;
  console.log(`relying party ${client.clientId}: ${JSON.stringify(shown)}`);
  console.log('Fields of authenticate-oidc that change; the others stay:');
  for (const [name, value] of albFields(await service.discovery())) console.log(`  ${name.padEnd(24)}${value}`);
  if (!options.write) return console.log('Nothing was written. Repeat it with --write.');
  await service.putRelyingParty(client.clientId, client.settings);
  console.log('Written.');
}

async function exportKey(source: string, out: string): Promise<void> {
  const jwks = parseJwks(await secretOf(source));
  if ('refusal' in jwks) fail(`The key ${jwks.refusal}.`);
  const keys = [...jwks.keys, ...(await Promise.all(['ES256', 'EdDSA'].map(generateKey)))];
  await writeFile(out, `${JSON.stringify({ keys }, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  console.log(`Written: ${keys.map(({ alg, kid }) => `${alg ?? 'RS256'} ${kid}`).join(', ')}`);
}

const secretsOfTemplates = () => ({
  operatorToken: process.env.OPERATOR_TOKEN,
  roomApiKey: process.env.ROOM_API_KEY,
});

async function run(): Promise<void> {
  const { room, 'client-secret': secret, 'redirect-uris': uris, key, 'keys-out': keysOut } = options;
  const { template, issuer, out } = options;
  if (options.help) return console.log(USAGE);
  if (template && issuer && out) return writeTemplates({ template, issuer, out, ...secretsOfTemplates() });
  if (key && keysOut) return exportKey(key, keysOut);
  if (room && secret && uris) return importClient(room, secret, uris);
  if (room) return importLine(room);
  fail(USAGE);
}

await run().catch((error: Error) => {
  if (error instanceof ServiceRefusal)
    fail(`${error.message}. What was written before stays; reset the room to begin again.`);
  fail(error.message);
});
