/** Both sides of a benchmark with the same setup: the same keys, the same relying party, a redis-server each. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateJwks } from '#signing-keys/jwks.ts';
import { dynamoVariables, freshTable, startDynamo } from '#support/dynamo.ts';
import { freePort } from '#support/ports.ts';
import type { RedisServer } from '#support/redis.ts';
import { startRedis } from '#support/redis.ts';
import { START_OPTIONS } from '#support/start-options.ts';
import type { ServerProcess } from './server.ts';
import { startServer } from './server.ts';

export const ROOM = 'sale';
export const CLIENT = { id: 'shop', secret: 'a-secret-of-the-shop', redirectUri: 'http://127.0.0.1:9/callback' };
export const ADMIN_TOKEN = 'bench-admin-token-of-some-length';
const COOKIE_KEY = 'a-cookie-key-for-the-benchmark-only';

export interface AnteroomOptions {
  /** The configuration file. Left out: one room whose inlet is manual. */
  readonly settings?: string;
  /** Further variables. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Stand {
  /** A folder for the benchmark's files. */
  readonly folder: string;
  readonly redisOf: (server: ServerProcess) => RedisServer;
  /** The whole service on Redis, as `npm start` runs it. */
  anteroom(options?: AnteroomOptions): Promise<ServerProcess>;
  /** The variables of a process that keeps a ledger in DynamoDB: a server of its own, in memory. */
  ledger(): Promise<Readonly<Record<string, string>>>;
  /** Bare oidc-provider. Its ID tokens are signed with RS256 if nothing else is asked for. */
  provider(idTokenAlgorithm?: string): Promise<ServerProcess>;
  /** Bare node:http with one command of Redis for each of four calls. */
  fourCalls(): Promise<ServerProcess>;
  /** Bare node:http with one answer for everything. */
  constant(answer: { status: number; headers: Readonly<Record<string, string>>; body: string }): Promise<ServerProcess>;
  tearDown(): Promise<void>;
}

export async function setUp(): Promise<Stand> {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-bench-'));
  const jwks = await generateJwks();
  const servers = new Map<ServerProcess, RedisServer | null>();
  const ledgers: { stop(): Promise<void> }[] = [];

  async function start(
    main: string,
    env: Record<string, string>,
    redis: RedisServer | null,
    options: readonly string[] = [],
  ): Promise<ServerProcess> {
    const port = await freePort();
    const redisUrl: Record<string, string> = redis ? { REDIS_URL: redis.url } : {};
    const issuer = `http://127.0.0.1:${port}`;
    const path = join(import.meta.dirname, main);
    const starting = startServer({ main: path, options, port, env: { ...env, ...redisUrl, ISSUER: issuer } });
    const server = await starting.catch(async (error: unknown) => {
      await redis?.stop();
      throw error;
    });
    servers.set(server, redis);
    return server;
  }

  return {
    folder,
    redisOf(server) {
      const redis = servers.get(server);
      if (!redis) throw new Error('this server has no Redis');
      return redis;
    },
    async anteroom({ settings: text = SETTINGS, env: further = {} } = {}) {
      const settings = join(folder, 'anteroom.yaml');
      await writeFile(settings, text);
      await writeFile(join(folder, 'jwks.json'), JSON.stringify(jwks));
      const env = {
        HOST: '127.0.0.1',
        CONFIG: settings,
        JWKS_FILE: join(folder, 'jwks.json'),
        COOKIE_KEYS: COOKIE_KEY,
        ADMIN_TOKEN,
        LOG_LEVEL: 'warn',
        TRUST_PROXY: '1',
        ...further,
      };
      const server = await start('../src/main.ts', env, await startRedis(), START_OPTIONS);
      await ready(server.port);
      return server;
    },
    async ledger() {
      const server = await startDynamo();
      ledgers.push(server);
      return dynamoVariables(server, freshTable());
    },
    fourCalls: async () => start('baseline/four-calls.ts', { KEY: JSON.stringify(jwks.keys[0]) }, await startRedis()),
    async provider(idTokenAlgorithm = 'RS256') {
      const setup = {
        jwks: { keys: jwks.keys },
        cookieKeys: [COOKIE_KEY],
        clientId: CLIENT.id,
        clientSecret: CLIENT.secret,
        redirectUri: CLIENT.redirectUri,
        idTokenAlgorithm,
      };
      return start('baseline/provider.ts', { SETUP: JSON.stringify(setup) }, await startRedis());
    },
    constant: (answer) => start('baseline/constant.ts', { ANSWER: JSON.stringify(answer) }, null),
    async tearDown() {
      for (const [server, redis] of servers) {
        await server.stop();
        await redis?.stop();
      }
      for (const ledger of ledgers) await ledger.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** One room whose inlet is manual, and a relying party. */
export const SETTINGS = `
rooms:
  - id: ${ROOM}
    title: Spring sale
    inlet: { strategy: manual }
    return_urls: ['http://127.0.0.1:9/']
relying_parties:
  - client_id: ${CLIENT.id}
    client_secret: ${CLIENT.secret}
    room: ${ROOM}
    redirect_uris: ['${CLIENT.redirectUri}']
`;

async function ready(port: number): Promise<void> {
  for (let attempt = 0; attempt < 2400; attempt++) {
    const { ok } = await fetch(`http://127.0.0.1:${port}/readyz`);
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('the service did not become ready');
}

/** Serves so many numbers of the room. */
export async function raise(port: number, numbers: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/admin/v1/rooms/${ROOM}/serving-counter`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ increment_by: numbers }),
  });
  if (!answer.ok) throw new Error(`failed to raise the serving counter: ${await answer.text()}`);
}
