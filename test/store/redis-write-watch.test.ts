/** How often Redis is asked for lines and settings that nobody has changed. */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import { freshId, OPENING, RULES, T0 } from './contract/room-under-test.ts';
import { settingsOf } from './contract/settings.ts';
import { useRedis } from './use-redis.ts';

const redis = useRedis();
const entrant = { visitor: 'ann', claim: false };

async function open(store: Store): Promise<string> {
  const room = freshId('room');
  await store.line.open(room, { rules: RULES, incarnation: 'inc', checkpoint: null }, T0);
  return room;
}

/** Reads the marks of lines until the store knows that they have not changed. */
async function readUntilUnchanged(store: Store, lines: readonly string[]): Promise<void> {
  for (;;) {
    await store.lineMarks.read(lines);
    if ((await store.lineMarks.changed()).size === 0) return;
    await delay(20);
  }
}

/** How many scripts Redis ran during the calls. */
async function scripts(calls: () => Promise<unknown>): Promise<number> {
  const total = async () =>
    Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.client.info('commandstats'))?.[1] ?? 0);
  const before = await total();
  await calls();
  return (await total()) - before;
}

describe('lines that nobody has changed', () => {
  it('are not named, and a changed one once until it is read again', async () => {
    const { store } = redis;
    const [one, other] = [await open(store), await open(store)];
    await readUntilUnchanged(store, [one, other]);
    const second = await openRedisStore({ url: redis.url });
    await second.line.join(one, [entrant], T0);
    expect(await store.lineMarks.changed()).toEqual(new Set([one]));
    await second.line.join(one, [entrant], T0);
    expect(await store.lineMarks.changed()).toEqual(new Set());
    await readUntilUnchanged(store, [one]);
    await second.line.announceDraw(other, OPENING, T0);
    await second.settings.deleteRoom(one);
    expect(await store.lineMarks.changed()).toEqual(new Set([one, other]));
    await second.close();
  });

  it('are named when one of the connections is lost', async () => {
    const { store, client } = redis;
    const lines = [await open(store), await open(store)];
    await readUntilUnchanged(store, lines);
    await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    expect(await store.lineMarks.changed()).toEqual(new Set(lines));
    await readUntilUnchanged(store, lines);
    const list = String(await client.client('LIST'));
    const reader = /^id=(\d+) .* flags=t /m.exec(list)?.[1] ?? '';
    await client.call('CLIENT', 'KILL', 'ID', reader);
    await expect.poll(() => store.lineMarks.changed()).toEqual(new Set(lines));
  });

  it('are named when the server lost everything', async () => {
    const { store, client } = redis;
    const lines = [await open(store), await open(store)];
    await readUntilUnchanged(store, lines);
    await client.flushall();
    expect(await store.lineMarks.changed()).toEqual(new Set(lines));
    expect(await store.lineMarks.read(lines)).toEqual([null, null]);
  });
});

describe('settings that nobody has changed', () => {
  it('are the same array, without a script', async () => {
    const { settings } = redis.store;
    const room = settingsOf(freshId('room'));
    await settings.putRoom(room);
    await expect
      .poll(async () => {
        const rooms = await settings.rooms();
        return (await settings.rooms()) === rooms;
      })
      .toBe(true);
    const twentyReads = async () => {
      for (let n = 0; n < 20; n++) expect(await settings.rooms([room.id])).toEqual([room]);
    };
    expect(await scripts(twentyReads)).toBe(0);
  });

  it('are read as they are after each change of another process', async () => {
    const { settings } = redis.store;
    const id = freshId('room');
    for (let n = 0; n < 200; n++) {
      const room = { ...settingsOf(id), title: `${n}` };
      // As a process of any version does.
      await redis.client.hset('anteroom:rooms', id, JSON.stringify(room));
      const [all, some] = await Promise.all([settings.rooms(), settings.rooms([id])]);
      expect([all.find((each) => each.id === id)?.title, some[0]?.title]).toEqual([`${n}`, `${n}`]);
    }
    await redis.client.hdel('anteroom:rooms', id);
    expect(await settings.rooms([id])).toEqual([]);
    expect((await settings.rooms()).some((room) => room.id === id)).toBe(false);
  });

  it('are never older than a change that was made before they are asked for', async () => {
    const { settings } = redis.store;
    const id = freshId('room');
    const write = (n: number) => redis.client.hset('anteroom:rooms', id, JSON.stringify({ id, title: n }));
    await write(0);
    let written = 0;
    const ask = async (only?: readonly string[]) => {
      while (written < 1000) {
        const least = written;
        const room = (await settings.rooms(only)).find((each) => each.id === id);
        expect(Number(room?.title)).toBeGreaterThanOrEqual(least);
      }
    };
    const write1000 = async () => {
      for (let n = 1; n <= 1000; n++) {
        await write(n);
        written = n;
      }
    };
    await Promise.all([write1000(), ask(), ask(), ask([id])]);
    await redis.client.hdel('anteroom:rooms', id);
  });
});

let server: RedisServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

test('a server that refuses to announce writes is asked each time', async () => {
  server = await startRedis();
  const operator = new Redis(server.url);
  await operator.call('ACL', 'SETUSER', 'anteroom', 'on', '>secret', '~*', '&*', '+@all', '-client');
  operator.disconnect();
  const store = await openRedisStore({ url: server.url.replace('redis://', 'redis://anteroom:secret@') });
  const lines = [await open(store), await open(store)];
  const { title } = settingsOf('sale');
  for (let n = 0; n < 20; n++) {
    await store.settings.putRoom({ ...settingsOf('sale'), title: `${title} ${n}` });
    expect(await store.settings.rooms()).toMatchObject([{ title: `${title} ${n}` }]);
    await store.lineMarks.read(lines);
    expect(await store.lineMarks.changed()).toEqual(new Set(lines));
    await delay(5);
  }
  await store.close();
});
