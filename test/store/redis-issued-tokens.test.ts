/** That the tokens and arrivals of a room which never rests do not grow for ever in Redis. */
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import type { Store } from '#waiting-room/ports/index.ts';
import type { SessionStatus } from '#waiting-room/ports/issued-tokens.ts';
import { TOKENS_KEPT } from '#waiting-room/ports/issued-tokens.ts';

let redis: RedisServer;
let store: Store;
let client: Redis;
beforeAll(async () => {
  redis = await startRedis();
  store = await openRedisStore({ url: redis.url });
  client = new Redis(redis.url);
});
afterAll(async () => {
  client.disconnect();
  await store.close();
  await redis.stop();
});

const HOUR = 3600;
const KEPT = TOKENS_KEPT / 1000;
const line = { room: 'sale', incarnation: 'abc', generation: 1 };
const keyOf = (what: string) => `anteroom:{sale}:aws:abc:1:${what}`;

test('tokens that expired more than a week ago go, and no others', async () => {
  const START = 1_800_000_000;
  const status: SessionStatus = 0;
  for (let hour = 0; hour < 30 * 24; hour++) {
    const issuedAt = START + hour * HOUR;
    const token = { sub: `v${hour}`, number: hour + 1, issuedAt, expires: issuedAt + HOUR, issuer: 'i', status };
    await store.issuedTokens.add(line, token);
  }
  const kept = KEPT / HOUR;
  expect(await client.hlen(keyOf('tokens'))).toBeLessThanOrEqual(kept + 12);
  expect(await client.hlen(keyOf('tokens'))).toBeGreaterThanOrEqual(kept);
  expect(await client.zcard(keyOf('expiries'))).toBe(await client.hlen(keyOf('tokens')));
  expect(await store.issuedTokens.find(line, 'v719')).not.toBeNull();
  expect(await store.issuedTokens.find(line, 'v0')).toBeNull();
});

test('a token that is valid for longer than that keeps all of them there as long', async () => {
  const long = { room: 'long', incarnation: 'abc', generation: 1 };
  const token = { number: 1, issuedAt: 1000, issuer: 'i', status: 0 as SessionStatus };
  await store.issuedTokens.add(long, { ...token, sub: 'a', expires: 1000 + 4 * KEPT });
  await store.issuedTokens.add(long, { ...token, sub: 'b', expires: 1060 });
  for (const key of ['tokens', 'expiries']) {
    expect(await client.pttl(`anteroom:{long}:aws:abc:1:${key}`)).toBeGreaterThan(4.9 * TOKENS_KEPT);
  }
});

test('marks of arrivals that are older than a week go', async () => {
  for (let hour = 0; hour < 30 * 24; hour++) await store.issuedTokens.markArrival(line, hour + 1, hour * HOUR);
  expect(await client.zcard(keyOf('arrivals'))).toBeLessThanOrEqual(KEPT / HOUR + 12);
  expect(await store.issuedTokens.arrivalOf(line, 720)).toBe(719 * HOUR);
  expect(await store.issuedTokens.arrivalOf(line, 700)).toBe(699 * HOUR);
});
