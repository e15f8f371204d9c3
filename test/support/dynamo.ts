/**
 * DynamoDB for tests: dynalite, in memory, in a process of its own. With TEST_DYNAMODB_ENDPOINT the tests use another
 * server instead, such as DynamoDB Local, or AWS's in an account for tests. Each test has a table of its own.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoOptions } from '#store/dynamodb/index.ts';
import { openDynamo } from '#store/dynamodb/index.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { freePort, listening } from './ports.ts';
import { embeddedStore, redisStore } from './stores.ts';

const DYNALITE = join(import.meta.dirname, '../../node_modules/dynalite/cli.js');

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
  const args = ['--host', '127.0.0.1', '--port', `${at}`, '--createTableMs', '0', '--deleteTableMs', '0'];
  const server = spawn(process.execPath, [DYNALITE, ...args], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await listening(at);
  const endpoint = `http://127.0.0.1:${at}`;
  const sdk = sdkOf(endpoint);
  return {
    ...{ endpoint, port: at, pid: server.pid ?? 0, sdk },
    async stop() {
      sdk.destroy();
      server.kill('SIGKILL');
      await ended;
    },
  };
}

const sdkOf = (endpoint: string) => new DynamoDBClient({ endpoint, region: 'us-east-1' });

export const freshTable = () => `anteroom-test-${randomBytes(6).toString('hex')}`;

export const dynamoOptions = ({ endpoint }: Pick<DynamoServer, 'endpoint'>, table: string): DynamoOptions => ({
  ...{ endpoint, table, region: 'us-east-1', mayCreate: true, now: Date.now },
});

/** A store over a table of its own. */
export async function dynamoOver(open: () => Promise<{ readonly store: Store; close(): Promise<void> }>) {
  const server = await startDynamo();
  const below = await open();
  const table = freshTable();
  const store = await openDynamo(below.store, dynamoOptions(server, table));
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

export const dynamoOverEmbedded = () => dynamoOver(embeddedStore);
export const dynamoOverRedis = () => dynamoOver(redisStore);
