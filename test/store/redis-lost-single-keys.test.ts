/** Keys beside the lines that Redis loses alone, by eviction or an operator's DEL. */
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';

const T0 = 1_800_000_000_000;
const MINUTE = 60_000;

let redis: RedisServer;
let store: Store;
let commands: Redis;

beforeEach(async () => {
  redis = await startRedis();
  store = await openRedisStore({ url: redis.url });
  commands = new Redis(redis.url);
});
afterEach(async () => {
  commands.disconnect();
  await store.close();
  await redis.stop();
});

describe('the audit log', () => {
  let written: number;
  beforeEach(async () => {
    written = 0;
    for (const actor of ['ann', 'bob', 'ann']) await write(actor);
  });

  /** An entry of its own, that says its number. */
  async function write(actor: string): Promise<void> {
    const n = ++written;
    const entry = JSON.stringify({ by: actor, n });
    const record = { id: `id-${n}`, actor, action: 'room.put', same: `${n}`, at: T0 + n, count: 1, entry };
    await store.audit.append([record]);
  }
  const newest = async (actor?: string) =>
    (await store.audit.newest({ max: 100, actor })).map(({ entry }) => (JSON.parse(entry) as { n: number }).n);

  test.each([
    ['sequence'],
    ['latest'],
    ['latest:ann'],
    ['sequence', 'latest'],
    ['sequence', 'latest', 'latest:ann'],
    ['repeats:room.put:ann'],
    ['kept:room.put:ann'],
  ])('keeps what it has where %s %s %s is lost', async (...parts) => {
    expect(await commands.del(...parts.map((part) => `anteroom:{audit}:${part}`))).toBe(parts.length);
    await write('ann');
    await write('bob');
    expect(await newest()).toEqual([5, 4, 3, 2, 1]);
    expect(await newest('ann')).toEqual([4, 3, 1]);
    expect(await newest('bob')).toEqual([5, 2]);
  });
});

describe('the logins that relying parties will be notified of', () => {
  const login = (visitor: string) => ({ room: 'sale', visitor, sid: `session of ${visitor}` });
  const take = async (now: number) => {
    const taken = await store.logoutQueue.take('shop', 10, now, now + MINUTE);
    return taken.map(({ visitor, sid }) => [visitor, sid]).sort();
  };

  beforeEach(async () => {
    for (const visitor of ['ann', 'bob']) {
      await store.logoutQueue.expect('shop', login(visitor), T0 + 10 * MINUTE, T0);
    }
  });

  test('are due at once if the key with their times is lost: those of visitors inside are postponed', async () => {
    await commands.del('anteroom:{logouts:shop}:due');
    expect(await take(T0)).toEqual([
      ['ann', 'session of ann'],
      ['bob', 'session of bob'],
    ]);
    expect(await take(T0)).toEqual([]);
    expect(await take(T0 + MINUTE)).toHaveLength(2);
  });

  test('are due at once as well where another login comes first', async () => {
    await commands.del('anteroom:{logouts:shop}:due');
    await store.logoutQueue.expect('shop', login('cem'), T0 + 10 * MINUTE, T0);
    expect(await take(T0)).toHaveLength(2);
    expect(await take(T0 + 10 * MINUTE)).toHaveLength(3);
  });

  test('are due when they were where their sessions are lost', async () => {
    await commands.del('anteroom:{logouts:shop}:known');
    expect(await take(T0)).toEqual([]);
    expect(await take(T0 + 10 * MINUTE)).toEqual([
      ['ann', null],
      ['bob', null],
    ]);
  });

  test('that are settled are not due again', async () => {
    const taken = await store.logoutQueue.take('shop', 10, T0 + 10 * MINUTE, T0 + 11 * MINUTE);
    for (const ended of taken) await store.logoutQueue.settle('shop', ended);
    expect(await take(T0 + 12 * MINUTE)).toEqual([]);
  });
});

describe('relying parties', () => {
  const party = (client_id: string): RelyingParty =>
    ({ client_id, room: 'sale', profile: 'generic', redirect_uris: ['https://shop.example/callback'] }) as never;
  const ids = async (of = store) => (await of.settings.relyingParties()).map(({ client_id }) => client_id);
  const lose = () => commands.del('anteroom:relying-parties');

  beforeEach(async () => {
    for (const id of ['bank', 'shop']) await store.settings.putRelyingParty(party(id));
  });

  test('come back where they are lost: in the list, by their ids, and before one is added', async () => {
    await lose();
    expect(await ids()).toEqual(['bank', 'shop']);
    await lose();
    expect(await store.settings.relyingParty('bank')).toMatchObject({ client_id: 'bank' });
    await lose();
    await store.settings.putRelyingParty(party('kiosk'));
    expect(await ids()).toEqual(['bank', 'kiosk', 'shop']);
    await lose();
    await store.settings.deleteRelyingParty('bank');
    expect(await ids()).toEqual(['kiosk', 'shop']);
  });

  test('that were deleted do not come back, not even the last one', async () => {
    const stored = await store.settings.storedRelyingParty('shop');
    expect(await store.settings.deleteRelyingParty('shop', stored?.revision)).toBe(true);
    await lose();
    expect(await ids()).toEqual(['bank']);
    expect(await store.settings.deleteRelyingParty('bank')).toBe(true);
    expect(await store.settings.relyingParty('bank')).toBeNull();
    expect(await ids()).toEqual([]);
  });

  test('come back that an earlier version stored, once this one has listed them', async () => {
    await commands.hset('anteroom:relying-parties', 'old', JSON.stringify(party('old')));
    const second = await openRedisStore({ url: redis.url });
    expect(await ids(second)).toEqual(['bank', 'old', 'shop']);
    await lose();
    expect(await second.settings.relyingParty('old')).toMatchObject({ client_id: 'old' });
    await second.close();
  });

  test('of unknown ids cost no more than one command a second besides their own', async () => {
    await store.settings.relyingParty('unknown');
    const before = await evaluated();
    for (let n = 0; n < 50; n++) await store.settings.relyingParty(`unknown-${n}`);
    expect((await evaluated()) - before).toBeLessThanOrEqual(3);
  });

  /** How many scripts the server has run. */
  async function evaluated(): Promise<number> {
    const info = await commands.info('commandstats');
    return [...info.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
  }
});
