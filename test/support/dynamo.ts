/**
 * DynamoDB for tests, in memory, in a process of its own: DynamoDB Local where it was built, otherwise dynalite. With
 * TEST_DYNAMODB_ENDPOINT the tests use another server instead, such as AWS's in an account for tests. Each test has a
 * table of its own.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoOptions } from '#store/dynamodb/index.ts';
import { openDynamo } from '#store/dynamodb/index.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { freePort, listening } from './ports.ts';
import { embeddedStore, redisStore } from './stores.ts';

const MODULES = join(import.meta.dirname, '../../node_modules');
const DYNALITE = join(MODULES, 'dynalite/cli.js');
/** The folder of DynamoDB Local, which scripts/optional-programs.ts builds. */
const DYNAMODB_LOCAL = join(MODULES, '.cache/anteroom/dynamodb-local');
/** It starts in half the time, and with a tenth of the memory. */
const JAVA_OPTIONS = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
/** A server in Java takes its time on a busy machine, in ms. */
const STARTING = 60_000;

export type DynamoProgram = 'DynamoDB Local' | 'dynalite';

/** Which server the tests use here. */
export const dynamoProgram: DynamoProgram = existsSync(join(DYNAMODB_LOCAL, 'made-of')) ? 'DynamoDB Local' : 'dynalite';

function commandOf(program: DynamoProgram, port: number): readonly [string, readonly string[]] {
  if (program === 'dynalite') {
    const args = ['--host', '127.0.0.1', '--port', `${port}`, '--createTableMs', '0', '--deleteTableMs', '0'];
    return [process.execPath, [DYNALITE, ...args]];
  }
  const lib = join(DYNAMODB_LOCAL, 'lib');
  const main = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner';
  const args = ['-inMemory', '-sharedDb', '-disableTelemetry', '-port', `${port}`];
  return ['java', [...JAVA_OPTIONS, `-Djava.library.path=${lib}`, '-cp', join(lib, '*'), main, ...args]];
}

// The SDK finds them as in production. Any will do for a server on this machine.
process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';

export interface DynamoServer {
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  readonly sdk: DynamoDBClient;
  /** Stops the server with SIGKILL. May be repeated. */
  stop(): Promise<void>;
}

/** Starts an empty server on 127.0.0.1, on `port` or a free one. */
export async function startDynamo(port?: number): Promise<DynamoServer> {
  const other = process.env.TEST_DYNAMODB_ENDPOINT;
  if (other)
    return {
      endpoint: other,
      port: Number(new URL(other).port),
      pid: 0,
      sdk: sdkOf(other),
      stop: async () => undefined,
    };
  const at = port ?? (await freePort());
  const [command, args] = commandOf(dynamoProgram, at);
  const server = spawn(command, args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await listening(at, STARTING);
  const endpoint = `http://127.0.0.1:${at}`;
  const sdk = sdkOf(endpoint);
  if (dynamoProgram === 'DynamoDB Local') await warmUp(endpoint);
  return {
    ...{ endpoint, port: at, pid: server.pid ?? 0, sdk },
    async stop() {
      sdk.destroy();
      server.kill('SIGKILL');
      await ended;
    },
  };
}

/** The first requests to a server in Java may take longer than the budget of a request. */
async function warmUp(endpoint: string): Promise<void> {
  const below = await embeddedStore();
  const table = freshTable();
  const { close, oidcRecords } = await openDynamo(below.store, {
    ...dynamoOptions({ endpoint }, table),
    budget: STARTING,
  });
  const ids = Array.from({ length: 30 }, (_, index) => `warm-up-${index}`);
  const payload = { grantId: 'warm-up' };
  await Promise.all(ids.map((id) => oidcRecords.upsert('RefreshToken', id, payload, 60)));
  await Promise.all(ids.map((id) => oidcRecords.consume('RefreshToken', id, Date.now())));
  await oidcRecords.revokeByGrantId('warm-up');
  await close();
  await below.close();
  const sdk = sdkOf(endpoint);
  await sdk.send(new DeleteTableCommand({ TableName: table }));
  sdk.destroy();
}

const sdkOf = (endpoint: string) => new DynamoDBClient({ endpoint, region: 'us-east-1' });

export const freshTable = () => `anteroom-test-${randomBytes(6).toString('hex')}`;

export const dynamoOptions = ({ endpoint }: Pick<DynamoServer, 'endpoint'>, table: string): DynamoOptions => ({
  ...{ endpoint, table, region: 'us-east-1', mayCreate: true, issuer: 'http://localhost:3000', now: Date.now },
});

/** The variables of a process that uses a table, which it creates. */
export const dynamoVariables = ({ endpoint }: Pick<DynamoServer, 'endpoint'>, table: string) => ({
  ...{ DYNAMODB_TABLE: table, AWS_ENDPOINT_URL_DYNAMODB: endpoint, AWS_REGION: 'us-east-1' },
  ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
});

/** A store over a table of its own. */
export async function dynamoOver(
  open: () => Promise<{ readonly store: Store; close(): Promise<void> }>,
  options: Partial<DynamoOptions> = {},
) {
  const server = await startDynamo();
  const below = await open();
  const table = freshTable();
  const store = await openDynamo(below.store, { ...dynamoOptions(server, table), ...options });
  return {
    ...{ server, table, below: below.store, store },
    async close() {
      await server.sdk.send(new DeleteTableCommand({ TableName: table })).catch(() => undefined);
      await store.close();
      await below.close();
      await server.stop();
    },
  };
}

export const dynamoOverEmbedded = (options: Partial<DynamoOptions> = {}) => dynamoOver(embeddedStore, options);
export const dynamoOverRedis = (options: Partial<DynamoOptions> = {}) => dynamoOver(redisStore, options);
