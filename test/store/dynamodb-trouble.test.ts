import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDynamo } from '#store/dynamodb/index.ts';
import { type DynamoServer, dynamoOptions, freshTable, startDynamo } from '#support/dynamo.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { startThrottlingProxy, type ThrottlingProxy } from '#support/throttling-proxy.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { RoomSettings } from '#waiting-room/room.ts';

const BUDGET = 600;
let server: DynamoServer;
let proxy: ThrottlingProxy;
let below: OpenedStore;
let store: Store;
beforeAll(async () => {
  [server, below] = await Promise.all([startDynamo(), embeddedStore()]);
  proxy = await startThrottlingProxy(server.endpoint);
  store = await openDynamo(below.store, { ...dynamoOptions(proxy, freshTable()), budget: BUDGET });
});
afterEach(() => proxy.trouble(null));
afterAll(async () => {
  await store.close();
  await below.close();
  await proxy.close();
  await server.stop();
});

const roomOf = (id: string) => ({ id, title: id }) as RoomSettings;

test('a throttled request is repeated until DynamoDB takes it', async () => {
  let throttled = 0;
  proxy.trouble('throttle', () => ++throttled <= 3);
  expect(await store.settings.putRoom(roomOf('patient'), null)).not.toBeNull();
  expect(throttled).toBe(4);
});

describe.each(['throttle', 'hang', 'away'] as const)('if DynamoDB continues to %s', (trouble) => {
  test('the request is refused within the budget, and has changed nothing', async () => {
    await store.settings.putRoom(roomOf('kept'));
    proxy.trouble(trouble);
    const begun = performance.now();
    await expect(store.settings.putRoom({ ...roomOf('kept'), title: 'new' })).rejects.toBeInstanceOf(StoreUnavailable);
    expect(performance.now() - begun).toBeLessThan(BUDGET + 1000);
    proxy.trouble(null);
    expect((await store.settings.storedRoom('kept'))?.value.title).toBe('kept');
  });

  test('reads are answered from what was read before', async () => {
    await store.settings.putRoom(roomOf('known'));
    const party = { client_id: 'shop', room: 'known' } as Parameters<typeof store.settings.putRelyingParty>[0];
    await store.settings.putRelyingParty(party);
    const rooms = await store.settings.rooms();
    proxy.trouble(trouble);
    expect(await store.settings.room('known')).toEqual(roomOf('known'));
    expect(await store.settings.relyingParty('shop')).toEqual(party);
    expect(await store.settings.rooms()).toEqual(rooms);
    await expect(store.settings.room('unknown')).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.settings.storedRoom('known')).rejects.toBeInstanceOf(StoreUnavailable);
  });
});

describe('a write whose answer was lost', () => {
  const loseFirst = (operation: string) => {
    let lost = 0;
    proxy.trouble('lose', (asked) => asked === operation && ++lost === 1);
  };

  test('of settings is recognised as done when it is repeated', async () => {
    loseFirst('PutItem');
    const revision = await store.settings.putRoom(roomOf('once'), null);
    expect(revision).not.toBeNull();
    expect((await store.settings.storedRoom('once'))?.revision).toBe(revision);
    expect(await store.settings.putRoom(roomOf('once'), null)).toBeNull();
  });

  test('of a used refresh token is no second use', async () => {
    await store.oidcRecords.upsert('RefreshToken', 'token', { jti: 'token' }, 60);
    loseFirst('UpdateItem');
    expect(await store.oidcRecords.consume('RefreshToken', 'token', Date.now())).toBe(true);
    expect(await store.oidcRecords.consume('RefreshToken', 'token', Date.now())).toBe(false);
  });
});
