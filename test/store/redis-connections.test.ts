import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { freePort } from '#support/ports.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';

const cli = async (port: number, ...args: string[]) =>
  (await promisify(execFile)('redis-cli', ['-p', `${port}`, ...args])).stdout.trim();

let folder: string;
const servers: RedisServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  if (folder) await rm(folder, { recursive: true, force: true });
});
async function redis(args: readonly string[] = [], port?: number) {
  const server = await startRedis({ args, ...(port === undefined ? {} : { port }) });
  servers.push(server);
  return server;
}

async function remember(url: string) {
  const store = await openRedisStore({ url });
  const first = await store.idempotency.remember('key', 'value', 60_000);
  await store.close();
  return first;
}

test('a Unix socket and a database of it', async () => {
  folder = await mkdtemp(join(tmpdir(), 'anteroom-socket-'));
  const socket = join(folder, 'redis.sock');
  const { port } = await redis(['--unixsocket', socket]);
  expect(await remember(`unix://${socket}?db=3`)).toBeNull();
  expect([await cli(port, '-n', '3', 'DBSIZE'), await cli(port, 'DBSIZE')]).toEqual(['1', '0']);
});

test('the database of the path and of the query', async () => {
  const { port, url } = await redis();
  expect(await remember(`${url}/2`)).toBeNull();
  expect(await remember(`${url}?db=2`)).toBe('value');
  expect(await cli(port, '-n', '2', 'DBSIZE')).toBe('1');
});

test('a database that the server lacks is refused, and nothing is written', async () => {
  const { port, url } = await redis();
  await expect(openRedisStore({ url: `${url}/99` })).rejects.toThrow(
    /^REDIS_URL names a database that .* out of range/,
  );
  expect(await cli(port, 'DBSIZE')).toBe('0');
});

test('the primary that sentinels name', async () => {
  const primary = await redis();
  folder = await mkdtemp(join(tmpdir(), 'anteroom-sentinel-'));
  const port = await freePort();
  const conf = join(folder, 'sentinel.conf');
  await writeFile(conf, `sentinel monitor shop 127.0.0.1 ${primary.port} 1\n`);
  // The configuration file has to be the first argument.
  const sentinel = await startRedis({ port, args: ['--sentinel'], conf });
  servers.push(sentinel);
  expect(await remember(`redis+sentinel://127.0.0.1:${port}/shop`)).toBeNull();
  expect(await cli(primary.port, 'DBSIZE')).toBe('1');
});
