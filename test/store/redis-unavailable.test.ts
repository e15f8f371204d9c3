import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import type { RedisServer } from '#support/redis.ts';
import { startRedis } from '#support/redis.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { makeRoom, RULES, T0 } from './contract/room-under-test.ts';

const holder = { generation: 1, number: 1, visitor: 'ann' };

/** Some of each part of the store. */
const verbs = (store: Store): Promise<unknown>[] => [
  store.ping(),
  store.line.join('room', [{ visitor: 'ann', claim: false }], T0),
  store.line.claim('room', holder, T0),
  store.line.admission('room', 'ann', T0),
  store.line.view('room', T0),
  store.settings.rooms(),
  store.settings.deleteRoom('room'),
  store.leases.lease('clock', 'one', 1000),
  store.idempotency.amend('key', 'value', 1000),
  store.oidcRecords.upsert('AccessToken', 'id', { grantId: 'grant' }, 60),
  store.oidcRecords.find('AccessToken', 'id'),
  store.oidcRecords.revokeByGrantId('grant'),
];

async function expectUnavailable(promises: readonly Promise<unknown>[]): Promise<void> {
  for (const outcome of await Promise.allSettled(promises)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
  }
}

async function flushScripts({ url }: RedisServer): Promise<void> {
  const client = new Redis(url);
  await client.script('FLUSH');
  client.disconnect();
}

const everythingOf = (value: unknown) => inspect(value, { depth: null, showHidden: true });

/** A way to Redis on which answers can be lost: what is asked arrives, and then the connection breaks. */
async function startFrailLine(port: number) {
  let losing = false;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1');
    for (const socket of [client, redis]) sockets.add(socket.on('error', () => socket.destroy()));
    client.on('data', (asked) => redis.write(asked)).on('close', () => redis.destroy());
    redis.on('data', (answer) => (losing ? client.destroy() : client.write(answer)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseAnswers(lose: boolean) {
      losing = lose;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const back = (store: Store) => vi.waitFor(() => store.ping(), { timeout: 10_000, interval: 20 });

describe('while Redis is unavailable', () => {
  const open: { close?: () => Promise<void>; stop?: () => Promise<void> }[] = [];

  afterEach(async () => {
    for (const each of open.splice(0)) await (each.close ?? each.stop)?.();
  });

  async function started(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
    const redis = await startRedis(options);
    open.push(redis);
    return redis;
  }

  async function opened(url: string, log?: Parameters<typeof openRedisStore>[0]['log']): Promise<Store> {
    const store = await openRedisStore({ url, ...(log && { log }) });
    open.unshift(store);
    return store;
  }

  it('rejects every call within half a second, and works again by itself when Redis is available', async () => {
    const redis = await started();
    const store = await opened(redis.url);
    await makeRoom(store);
    await redis.stop();
    const from = performance.now();
    await expectUnavailable(verbs(store));
    expect(performance.now() - from).toBeLessThan(500);
    await started({ port: redis.port });
    await back(store);
    const room = await makeRoom(store);
    expect((await room.arrive('ann')).number).toBe(1);
  });

  it('rejects the calls whose answer is lost, and repeats none of them', async () => {
    const redis = await started();
    const line = await startFrailLine(redis.port);
    open.push({ stop: line.stop });
    const store = await opened(line.url);
    const room = await makeRoom(store);
    line.loseAnswers(true);
    await expectUnavailable([room.arrive('ann'), room.arrive('bob'), room.crowd(3)]);
    line.loseAnswers(false);
    await back(store);
    expect((await room.counters()).queue).toBe(5);
  });

  it('rejects calls while Redis does not answer, and works again when it does', async () => {
    const redis = await started();
    const store = await opened(redis.url);
    process.kill(redis.pid, 'SIGSTOP');
    const from = performance.now();
    await expectUnavailable([store.ping(), store.settings.rooms()]);
    expect(performance.now() - from).toBeLessThan(4000);
    process.kill(redis.pid, 'SIGCONT');
    await back(store);
  });

  it('opens without Redis, and works once Redis is available', async () => {
    const gone = await started();
    await gone.stop();
    const store = await opened(gone.url);
    await expectUnavailable(verbs(store));
    await started({ port: gone.port });
    await back(store);
  });

  it('loads the scripts again after Redis lost them', async () => {
    const redis = await started();
    const store = await opened(redis.url);
    const room = await makeRoom(store);
    const other = await opened(redis.url);
    await room.arrive('ann');
    await other.line.view(room.id, T0);
    await flushScripts(redis);
    const numbers = await Promise.all([1, 2, 3].map((n) => room.arrive(`v${n}`)));
    expect(numbers.map(({ number }) => number).toSorted()).toEqual([2, 3, 4]);
  });

  it('logs once that Redis is unavailable and once that it is available again', async () => {
    const redis = await started();
    const said: string[] = [];
    const note = (_: object, message: string) => said.push(message);
    const store = await opened(redis.url, { info: note, warn: note });
    await redis.stop();
    await vi.waitFor(() => expect(said).toEqual(['Redis unavailable']));
    await started({ port: redis.port });
    await back(store);
    expect(said).toEqual(['Redis unavailable', 'Redis available again']);
  });

  it('keeps the password out of its messages', async () => {
    const redis = await started({ args: ['--requirepass', 'open'] });
    const said: unknown[] = [];
    const note = (...all: unknown[]) => said.push(all);
    const store = await opened(redis.url.replace('//', '//:sesame@'), { info: note, warn: note });
    await expectUnavailable(verbs(store));
    expect(everythingOf(said)).toMatch(/WRONGPASS/);
    expect(everythingOf(said)).not.toContain('sesame');
  });

  it('is unavailable if Redis accepts no writes, and keeps the written values out of the error', async () => {
    const redis = await started({ args: ['--maxmemory', '1'] });
    const store = await opened(redis.url);
    const refused = await store.oidcRecords
      .upsert('AccessToken', 'sesame', { jti: 'sesame' }, 60)
      .catch((error) => error);
    expect(refused).toBeInstanceOf(StoreUnavailable);
    expect(everythingOf(refused)).toMatch(/OOM/);
    expect(everythingOf(refused)).not.toContain('sesame');
    await expectUnavailable([store.leases.lease('clock', 'one', 1000)]);
  });

  it('is unavailable and reconnects while Redis is a replica, and works again once it is a primary', async () => {
    const redis = await started();
    const store = await opened(redis.url);
    const admin = new Redis(redis.url);
    const connection = async () => /id=(\d+) .*name=anteroom /.exec(String(await admin.client('LIST')))?.[1];
    const before = await connection();
    expect(before).toBeDefined();
    await admin.replicaof('127.0.0.1', 1);
    await expectUnavailable([store.line.open('room', { rules: RULES, incarnation: '', checkpoint: null }, T0)]);
    // The name may mean another server by now. A replica answers reads, but is not ready: it takes no writes.
    await vi.waitFor(() => store.oidcRecords.find('Session', 'id'), { timeout: 10_000, interval: 20 });
    await expectUnavailable([store.ping()]);
    expect(await connection()).not.toBe(before);
    await expectUnavailable([store.oidcRecords.upsert('Session', 'id', {}, 60)]);
    await admin.replicaof('NO', 'ONE');
    admin.disconnect();
    await back(store);
    await store.line.open('room', { rules: RULES, incarnation: '', checkpoint: null }, T0);
    expect((await store.line.view('room', T0)).generation).toBe(1);
  });
});
