import request from 'supertest';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AdminServer } from '#support/admin.ts';
import { ADMIN_TOKEN, startAdmin, VIEWERS_TOKEN } from '#support/admin.ts';

const ATTACKER = '203.0.113.9';

let admin: AdminServer;
beforeEach(async () => {
  admin = await startAdmin();
});
afterEach(() => admin.close());

const send = (token: string, from = ATTACKER, path = '/rooms') =>
  admin.as('get', path, token).set('X-Forwarded-For', from);

async function guess(count: number, from: string | ((n: number) => string) = ATTACKER): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < count; n++) {
    statuses.push((await send(`guess-${n}`, typeof from === 'string' ? from : from(n))).status);
  }
  return statuses;
}

const TEN_THEN_NONE = [...Array<number>(10).fill(401), ...Array<number>(20).fill(429)];

test('tokens cannot be guessed: after ten an address has to wait, with any token', async () => {
  expect(await guess(30)).toEqual(TEN_THEN_NONE);
  const refused = await send(ADMIN_TOKEN);
  expect([refused.status, refused.type, refused.body.code]).toEqual([
    429,
    'application/problem+json',
    'too_many_attempts',
  ]);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
});

test('an operator elsewhere may continue, at a known address and at a new one', async () => {
  await send(ADMIN_TOKEN, '198.51.100.1').expect(200);
  for (let n = 0; n < 20; n++) await guess(12, `192.0.2.${n}`);
  await send(ADMIN_TOKEN, '198.51.100.1').expect(200);
  await send(VIEWERS_TOKEN, '198.51.100.2').expect(200);
});

test('a token of a viewer gives no guesses of an owner’s token back', async () => {
  const statuses: number[] = [];
  for (let n = 0; n < 30; n++) {
    const own = await send(VIEWERS_TOKEN);
    statuses.push((await send(`guess-${n}`)).status);
    if (own.status === 429) break;
  }
  expect(statuses.filter((status) => status === 401)).toHaveLength(10);
});

test('the addresses of an IPv6 network count together', async () => {
  expect(await guess(30, (n) => `2001:db8:1:2::${n}`)).toEqual(TEN_THEN_NONE);
});

test('a dashboard with an old token locks nobody out at its address', async () => {
  for (let n = 0; n < 30; n++) await send('the-token-of-last-year');
  await send('the-token-of-last-year').expect(429);
  await send(ADMIN_TOKEN).expect(200);
});

test('a request without a token is no guess', async () => {
  for (let n = 0; n < 30; n++) {
    await request(admin.url).get('/admin/v1/rooms').set('X-Forwarded-For', ATTACKER).expect(401);
  }
  await send(ADMIN_TOKEN).expect(200);
});

test('failures are events, and one audit entry a minute and address', async () => {
  await guess(30);
  await guess(3, '203.0.113.10');
  const { body } = await send(ADMIN_TOKEN, '198.51.100.1', '/audit').expect(200);
  expect(body).toMatchObject([
    { by: 'anonymous', action: 'authentication.failed', subject: 'admin-api', count: 3 },
    { by: 'anonymous', action: 'authentication.failed', subject: 'admin-api', count: 10 },
  ]);
  expect(body[0].address_hash).not.toBe(body[1].address_hash);
  const events = admin.told.flatMap((event) => (event.type === 'authentication.failed' ? [event] : []));
  expect(events.reduce((sum, { count }) => sum + count, 0)).toBe(13);
  expect(events[0]).toMatchObject({
    credential: 'operator_token',
    client_id: null,
    address_hash: body[1].address_hash,
  });
  expect(JSON.stringify([body, events])).not.toMatch(/guess-|203\.0/);
});

test('OpenAPI has the refusal', async () => {
  const { body } = await request(admin.url).get('/admin/v1/openapi.json').expect(200);
  expect(body.paths['/rooms'].get.responses['429'].description).toContain('`too_many_attempts`');
  expect(body.paths['/rooms'].get.responses['429'].headers).toHaveProperty('Retry-After');
  expect(body.paths['/openapi.json']).toBeUndefined();
});
