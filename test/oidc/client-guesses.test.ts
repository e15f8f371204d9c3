import { describe, expect, test } from 'vitest';
import { samplesOf } from '#support/metric-samples.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { SECRET } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { relying_parties, rooms } from './visit.ts';

const service = serviceOn(embeddedStore, { rooms, relying_parties, trustProxy: 1 }, 'test');
const MINUTE = 60_000;
const ATTACKER = '203.0.113.9';

interface Request {
  readonly path?: string;
  readonly id?: string;
  readonly from?: string;
  readonly isBasic?: boolean;
}

/** A request of a relying party that authenticates with this secret. */
async function send(
  secret: string,
  { path = '/introspect', id = 'shop', from = ATTACKER, isBasic = true }: Request = {},
) {
  const basic = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  const answer = await fetch(`${service.issuer}${path}`, {
    method: 'POST',
    headers: { 'X-Forwarded-For': from, ...(isBasic ? { Authorization: basic } : {}) },
    body: new URLSearchParams({ token: 'none', ...(isBasic ? {} : { client_id: id, client_secret: secret }) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
}

/** The statuses of guesses, one after the other, each with a secret of its own. */
async function guess(count: number, options: Request | ((n: number) => Request) = {}): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < count; n++) {
    statuses.push((await send(`wrong-${n}`, typeof options === 'function' ? options(n) : options)).status);
  }
  return statuses;
}

const TEN_THEN_NONE = [...Array<number>(10).fill(401), ...Array<number>(20).fill(429)];

describe.each(['/token', '/introspect', '/revoke', '/par'])('at %s', (path) => {
  test.each([
    ['in a Basic header', true],
    ['in the body', false],
  ])('secrets %s cannot be guessed', async (_where, isBasic) => {
    expect(await guess(30, { path, isBasic })).toEqual(TEN_THEN_NONE);
    const refused = await send(SECRET, { path, isBasic });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('Retry-After'))).toBeLessThanOrEqual(60);
    expect(refused.body).toMatchObject({ error: 'temporarily_unavailable' });
    service.time.pass(MINUTE);
    expect([401, 429]).not.toContain((await send(SECRET, { path, isBasic })).status);
  });
});

test('guesses at one endpoint count at the others, and the same at the same moment', async () => {
  const paths = ['/token', '/introspect', '/revoke', '/par'];
  const sent = Array.from({ length: 200 }, (_, n) => send(`${n}`, { path: paths[n % 4] ?? '', isBasic: n % 8 < 4 }));
  const statuses = (await Promise.all(sent)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 401)).toHaveLength(10);
  expect(statuses.filter((status) => status === 429)).toHaveLength(190);
});

test('a relying party at another address may continue, whatever fails under its name elsewhere', async () => {
  for (let n = 0; n < 20; n++) await guess(12, { from: `192.0.2.${n}` });
  const answers = await Promise.all(Array.from({ length: 50 }, () => send(SECRET, { from: '198.51.100.1' })));
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(50).fill(200));
});

test('another relying party at the same address may continue', async () => {
  await guess(30);
  expect((await send(SECRET, { id: 'kiosk' })).status).toBe(200);
});

test('the addresses of an IPv6 network count together', async () => {
  expect(await guess(30, (n) => ({ from: `2001:db8:1:2:${n}::${n}` }))).toEqual(TEN_THEN_NONE);
  expect(await guess(1, { from: '2001:db8:1:3::1' })).toEqual([401]);
});

test('ids of relying parties cannot be guessed either', async () => {
  const statuses = await guess(80, (n) => ({ id: `client-${n}` }));
  expect(statuses.filter((status) => status === 401)).toHaveLength(50);
});

test('a relying party that repeats a wrong secret has to wait, and works once the secret is the right one', async () => {
  const repeated: number[] = [];
  for (let n = 0; n < 20; n++) repeated.push((await send('last-years-secret')).status);
  expect(repeated).toEqual([...Array<number>(10).fill(401), ...Array<number>(10).fill(429)]);
  const party = await service.waitingRoom.operations.relyingParty('shop');
  await service.waitingRoom.operations.putRelyingParty({ ...party, client_secret: 'last-years-secret' });
  service.time.pass(2000);
  expect((await send('last-years-secret')).status).toBe(200);
});

test('failures are events, one audit entry a minute and address, and a metric', async () => {
  await guess(30);
  await guess(4, { from: '203.0.113.10' });
  await guess(1, { from: '203.0.113.10', id: 'nobody-knows' });
  const read = await fetch(`${service.issuer}/admin/v1/audit`, {
    headers: { Authorization: 'Bearer test-admin-token', 'X-Forwarded-For': '198.51.100.1' },
  });
  const all = (await read.json()) as { by: string; count: number }[];
  const entries = all.filter(({ by }) => by === 'anonymous').sort((one, other) => one.count - other.count);
  expect(entries).toMatchObject([
    { action: 'authentication.failed', subject: 'unknown', count: 1 },
    { action: 'authentication.failed', subject: 'shop', detail: { credential: 'client_secret' }, count: 4 },
    { action: 'authentication.failed', subject: 'shop', detail: { credential: 'client_secret' }, count: 10 },
  ]);
  const hashes = entries.map((entry) => Reflect.get(entry, 'address_hash'));
  expect(hashes[0]).toBe(hashes[1]);
  expect(hashes[1]).not.toBe(hashes[2]);
  const events = service.told.flatMap((event) => (event.type === 'authentication.failed' ? [event] : []));
  expect(events.reduce((sum, { count }) => sum + count, 0)).toBe(15);
  expect(events).toContainEqual(expect.objectContaining({ credential: 'client_secret', client_id: 'shop' }));
  expect(events).toContainEqual(expect.objectContaining({ client_id: null, count: 1 }));
  expect(JSON.stringify([entries, events])).not.toMatch(/203\.0|wrong-|nobody-knows/);
  const metrics = await (await fetch(`${service.issuer}/metrics`)).text();
  expect(samplesOf(metrics, 'anteroom_authentication_failures_total')).toEqual([
    'anteroom_authentication_failures_total{credential="client_secret",outcome="limited"} 20',
    'anteroom_authentication_failures_total{credential="client_secret",outcome="refused"} 15',
  ]);
});
