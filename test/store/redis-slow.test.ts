/** A Redis that is slow, not dead: it answers, but late. */
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { lineKey } from '#store/redis/keys.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { type SlowProxy, startSlowProxy } from '#support/slow-proxy.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { RelyingParty } from '#waiting-room/relying-party.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import { makeRoom, OPENING, type RoomUnderTest, RULES, T0 } from './contract/room-under-test.ts';

const DEADLINE = 300;
const LATENCY = 900;

let redis: RedisServer;
let proxy: SlowProxy;
let store: Store;
let room: RoomUnderTest;

beforeEach(async () => {
  redis = await startRedis();
  proxy = await startSlowProxy(redis.port);
  store = await openRedisStore({ url: `redis://127.0.0.1:${proxy.port}`, deadline: DEADLINE });
  room = await makeRoom(store);
});
afterEach(async () => {
  await store.close();
  await proxy.close();
  await redis.stop();
});

const holder = { generation: 1, number: 1, visitor: 'ann' };
const known = { incarnation: '', generation: 1, done: 0, withEntrants: false };
const login = { room: 'sale', visitor: 'ann', sid: null };
const ended = { ...login, since: T0, heldUntil: T0 };
const record = { id: '1', actor: 'admin', action: 'raised', same: '', at: T0, count: 1, entry: '{}' };
const settings = { id: 'sale' } as RoomSettings;
const party = { client_id: 'shop' } as RelyingParty;

const tokenLine = { room: 'sale', incarnation: '', generation: 1 };
const noticeLine = { line: 'sale', incarnation: 'aBc', generation: 1 };
const token = { sub: 'ann', number: 1, issuedAt: 1, expires: 2, issuer: '', status: 0 as const };

const NOBODY = {
  ...{ queue: 0, serving: 0, claimed: 0, completed: 0, abandoned: 0, admissions: [] },
  ...{ spent: new Uint8Array(), present: new Uint8Array(), missed: new Uint8Array() },
};

/** A call of each method. */
const CALLS: {
  readonly [P in Exclude<keyof Store, 'close' | 'checkpoints'>]: (store: Store) => readonly Promise<unknown>[];
} = {
  lineMarks: ({ lineMarks }) => [lineMarks.read([room.id]), lineMarks.changed()],
  line: ({ line }) => [
    line.open(room.id, { rules: RULES, incarnation: '', checkpoint: null }, T0),
    line.configure(room.id, RULES, T0),
    line.join(room.id, [{ visitor: 'ann', claim: false }], T0),
    line.place(room.id, holder, T0),
    line.claim(room.id, holder, T0),
    line.undoClaim(room.id, { ...holder, again: false }, T0),
    line.restoreAdmissions(room.id, { incarnation: '', generation: 1, admissions: [] }, T0),
    line.extend(room.id, holder, T0),
    line.rejoin(room.id, holder, T0),
    line.leave(room.id, holder, T0),
    line.endedTurns(room.id, { from: T0, to: T0, max: 1 }, T0),
    line.restoreTurns(room.id, { generation: 1, numbers: [1] }, T0),
    line.admission(room.id, 'ann', T0),
    line.renew(room.id, 'ann', T0),
    line.confirm(room.id, 'ann', T0),
    line.useAdmission(room.id, { visitor: 'ann', serial: 0, limit: 3, attempt: 2, revocable: true }, T0),
    line.recordHeartbeats(room.id, { generation: 1, numbers: [1] }, T0),
    line.recordEntrantHeartbeats(room.id, { generation: 1, draw: 1, indexes: [0] }, T0),
    line.withdraw(room.id, { generation: 1, entry: { draw: 1, index: 0 } }, T0),
    line.discard(room.id, { generation: 1, draw: 0, from: 1, to: 1, visitors: [] }, T0),
    line.announceDraw(room.id, OPENING, T0),
    line.withdrawDraw(room.id, 'opening', T0),
    line.draw(room.id, 'opening', T0),
    line.releaseDraw(room.id, 'opening', T0),
    line.drawResult(room.id, { generation: 1, draw: 1 }, T0),
    line.setAlarm(room.id, true, T0),
    line.note(room.id, { name: 'signal', value: '' }, T0),
    line.recordPredictions(room.id, { within: 1, outside: 0 }, T0),
    line.raise(room.id, { numbers: 1 }, T0),
    line.undoRaise(room.id, { generation: 1, from: 0, to: 1, isPreview: false }, T0),
    line.reportExits(room.id, { exited: 1, completed: [], abandoned: [] }, T0),
    line.takeExpired(room.id, 10, T0),
    line.reset(room.id, { incarnation: '' }, T0),
    line.undoReset(room.id, { incarnation: '', isPreview: true }, T0),
    line.takeOver(room.id, NOBODY, T0),
    line.view(room.id, T0),
    line.viewForMemory(room.id, known, T0),
  ],
  settings: ({ settings: stored }) => [
    stored.rooms(),
    stored.room('sale'),
    stored.storedRoom('sale'),
    stored.putRoom(settings),
    stored.deleteRoom('sale'),
    stored.relyingParties(),
    stored.relyingParty('shop'),
    stored.storedRelyingParty('shop'),
    stored.putRelyingParty(party),
    stored.deleteRelyingParty('shop'),
  ],
  appliedFile: ({ appliedFile }) => [appliedFile.read(), appliedFile.write('')],
  signingKeys: ({ signingKeys }) => [signingKeys.read(), signingKeys.write('')],
  leases: ({ leases }) => [leases.lease('clock', 'one', 1000), leases.release('clock', 'one')],
  clocks: ({ clocks }) => [clocks.compare('one', null)],
  importedPlaces: ({ importedPlaces: places }) => [
    places.add(tokenLine, [{ id: 'x', number: 1, enteredAt: 1 }]),
    places.find(tokenLine, 'x'),
    places.exist(tokenLine),
  ],
  sharedCounts: ({ sharedCounts }) => [sharedCounts.add('joins', new Map([['ann', 1]]), 1000)],
  issuedTokens: ({ issuedTokens }) => [
    issuedTokens.add(tokenLine, token),
    issuedTokens.find(tokenLine, 'ann'),
    issuedTokens.end(tokenLine, ['ann'], 1),
    issuedTokens.expired(tokenLine, T0),
    issuedTokens.markArrival(tokenLine, 1, T0),
    issuedTokens.arrivalOf(tokenLine, 1),
  ],
  notices: ({ notices }) => [
    notices.put(noticeLine, { visitor: 'ann', number: 1, sealed: 'x', notBefore: 0, attempts: 0 }, 1),
    notices.forget(noticeLine, 'ann'),
    notices.take(noticeLine, 1, 1, T0),
    notices.putBack(noticeLine, { visitor: 'ann', number: 1, sealed: 'x', notBefore: 0, attempts: 1 }),
    notices.settle(noticeLine, { visitor: 'ann', number: 1, sealed: 'x', notBefore: 0, attempts: 1 }, true),
    notices.progress(noticeLine, 'ann'),
    notices.clear('sale'),
  ],
  idempotency: ({ idempotency }) => [
    idempotency.remember('key', 'value', 1000),
    idempotency.amend('key', 'value', 1000),
    idempotency.forget('key'),
  ],
  outbox: ({ outbox }) => [outbox.append(['{}']), outbox.read(1), outbox.acknowledge(['1-1'])],
  audit: ({ audit }) => [audit.append([record]), audit.newest({ max: 1 })],
  logoutQueue: ({ logoutQueue: queue }) => [
    queue.expect('shop', login, T0, T0),
    queue.hasten('shop', 'sale', ['ann'], T0),
    queue.hastenRoom('shop', 'sale', T0),
    queue.take('shop', 1, T0, T0),
    queue.prolong('shop', ended, T0, T0),
    queue.postpone('shop', ended, T0),
    queue.settle('shop', ended),
    queue.forget('shop'),
  ],
  eventBusOutbox: ({ eventBusOutbox: outbox }) => [outbox.append(['{}']), outbox.read(1), outbox.acknowledge(['1-1'])],
  oidcRecords: ({ oidcRecords: records }) => [
    records.upsert('Session', 'id', {}, 60),
    records.find('Session', 'id'),
    records.consume('Session', 'id', T0),
    records.destroy('Session', 'id'),
    records.revokeByGrantId('grant'),
  ],
  roomRecords: ({ roomRecords }) => [
    roomRecords.text('notes:room'),
    roomRecords.put('notes:room', '[]', null),
    roomRecords.remove('notes:room'),
  ],
  timeSeries: ({ timeSeries }) => [
    timeSeries.write('room', [{ minute: 1, row: '' }]),
    timeSeries.read('room', 1, 2),
    timeSeries.latest('room'),
    timeSeries.writeLatest('room', ''),
    timeSeries.remove('room'),
  ],
  ping: ({ ping }) => [ping()],
  persistence: ({ persistence }) => [persistence()],
};
const PORTS = Object.keys(CALLS) as (keyof typeof CALLS)[];

describe('every call', () => {
  // Until Redis announces writes, the store asks it for none.
  beforeEach(async () => {
    const isAnnounced = async () => {
      await store.lineMarks.read([room.id]);
      expect(await store.lineMarks.changed()).toEqual(new Set());
    };
    await vi.waitFor(isAnnounced, { timeout: 10_000, interval: 50 });
  });

  test.each(PORTS)('of %s fails at the deadline, and works when Redis is fast again', async (port) => {
    const methods = store[port];
    const answers = await Promise.allSettled(CALLS[port](store));
    expect(answers).toHaveLength(typeof methods === 'function' ? 1 : Object.keys(methods).length);
    proxy.delay(LATENCY);
    const from = performance.now();
    const outcomes = await Promise.allSettled(CALLS[port](store));
    expect(performance.now() - from).toBeLessThan(LATENCY - 200);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailable) });
    }
    proxy.delay(0);
    await vi.waitFor(() => store.ping(), { timeout: 5000, interval: 50 });
  });
});

describe('a join that failed at the deadline', () => {
  const OUT = { timeout: 8000, interval: 50 };
  const crowd = (count: number, claim = false) =>
    store.line.join(
      room.id,
      Array.from({ length: count }, (_, n) => ({ visitor: `lost${n}`, claim })),
      T0,
    );
  const numberOf = async () => (await room.arrive('next')).number;
  const fast = () => vi.waitFor(() => store.ping(), OUT);

  test('because its answer was late leaves numbers that block nobody', async () => {
    const [first] = await room.crowd(1);
    proxy.delay(LATENCY);
    await expect(crowd(3)).rejects.toBeInstanceOf(StoreUnavailable);
    proxy.delay(0);
    await vi.waitFor(
      async () => expect(await room.counters()).toMatchObject({ queue: 4, waiting: 1, present: 1 }),
      OUT,
    );
    expect(await numberOf()).toBe(5);
    expect(first && (await room.place(first)).state).toBe('waiting');
    await room.raise({ numbers: 2 });
    expect((await room.counters()).serving).toBe(5);
  });

  test('is discarded before the next join of the process', async () => {
    proxy.delay(LATENCY);
    await expect(crowd(3)).rejects.toBeInstanceOf(StoreUnavailable);
    proxy.delay(0);
    await fast();
    expect(await numberOf()).toBe(4);
    expect(await room.counters()).toMatchObject({ queue: 4, waiting: 1 });
  });

  test('because its answer was late frees the places that it took', async () => {
    await room.configure({ size: 3 });
    await room.raise({ people: 3 });
    proxy.delay(LATENCY);
    await expect(crowd(3, true)).rejects.toBeInstanceOf(StoreUnavailable);
    proxy.delay(0);
    await vi.waitFor(async () => expect(await room.counters()).toMatchObject({ claimed: 3, active: 0 }), OUT);
    await room.raise({ people: 3 });
    expect((await room.arrive('next', { claim: true })).admission).not.toBeNull();
  });

  test('because its answer was late leaves no entrants in the draw', async () => {
    await room.announceDraw();
    await room.crowd(2);
    proxy.delay(LATENCY);
    await expect(crowd(3)).rejects.toBeInstanceOf(StoreUnavailable);
    proxy.delay(0);
    await vi.waitFor(async () => expect((await room.view()).entrantsPresent).toBe(2), OUT);
    await room.draw();
    expect((await room.counters()).queue).toBe(2);
  });

  test('because its answer was lost leaves numbers that block nobody', async () => {
    proxy.loseAnswers(true);
    await expect(crowd(3)).rejects.toBeInstanceOf(StoreUnavailable);
    proxy.loseAnswers(false);
    await fast();
    await vi.waitFor(async () => expect(await room.counters()).toMatchObject({ queue: 3, waiting: 0 }), OUT);
    expect(await numberOf()).toBe(4);
  });

  test('and reaches Redis later issues nothing', async () => {
    const letGo = proxy.holdRequests();
    await expect(crowd(3)).rejects.toBeInstanceOf(StoreUnavailable);
    // The connection is silent, and the client makes another one.
    await vi.waitFor(() => store.ping(), OUT);
    expect(await numberOf()).toBe(1);
    letGo();
    await vi.waitFor(async () => expect(await room.counters()).toMatchObject({ queue: 1, waiting: 1 }), OUT);
    expect(await numberOf()).toBe(2);
  });

  test('does not touch what other processes issued meanwhile', async () => {
    const other = await openRedisStore({ url: redis.url });
    proxy.delay(LATENCY);
    const lost = expect(crowd(3)).rejects.toBeInstanceOf(StoreUnavailable);
    await vi.waitFor(async () => expect((await other.line.view(room.id, T0)).counters.queue).toBe(3), OUT);
    const theirs = await other.line.join(room.id, [{ visitor: 'theirs', claim: false }], T0);
    await lost;
    proxy.delay(0);
    await vi.waitFor(async () => expect(await room.counters()).toMatchObject({ queue: 4, waiting: 1 }), OUT);
    const [ticket] = theirs ?? [];
    expect(ticket && (await room.place({ ...ticket, visitor: 'theirs' })).state).toBe('waiting');
    await other.close();
  });

  test('leaves one small field per process in the hash of the line, whatever the number of joins', async () => {
    const client = new Redis(redis.url);
    for (let n = 0; n < 20; n++) await room.crowd(1);
    const fields = (await client.hkeys(lineKey(room.id, 'line'))).filter((field) => field.startsWith('joined:'));
    expect(fields).toHaveLength(1);
    client.disconnect();
  });
});
