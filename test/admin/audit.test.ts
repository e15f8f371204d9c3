import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdminServer } from '#support/admin.ts';
import { ADMIN_TOKEN, ALICES_TOKEN, startAdmin } from '#support/admin.ts';

let admin: AdminServer;
beforeEach(async () => {
  admin = await startAdmin();
});
afterEach(() => admin.close());

interface Entry {
  readonly by: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: unknown;
}

const audit = async (query = ''): Promise<Entry[]> => (await admin.as('get', `/audit${query}`).expect(200)).body;
const deeds = async () => (await audit()).map(({ by, action, subject }) => [by, action, subject].join(' '));
const as = (method: 'put' | 'post' | 'patch' | 'delete', path: string, body: object) =>
  admin.as(method, path, ALICES_TOKEN).send(body);

test('has every action of operators, under the name of their token, newest first', async () => {
  await admin.as('put', '/rooms/sale').send({});
  await as('patch', '/rooms/sale', { mode: 'paused' }).expect(200);
  await as('post', '/rooms/sale/serving-counter', { increment_by: 5 }).expect(200);
  await as('post', '/rooms/sale/alarm', { state: 'ALARM' }).expect(200);
  await as('post', '/rooms/sale/signals', { latency_ms: 80 }).expect(204);
  await as('post', '/rooms/sale/exits', { exited: 2, completed: ['ann'] }).expect(200);
  await as('post', '/rooms/sale/reset', {}).expect(200);
  await as('put', '/relying-parties/shop', { room: 'sale', redirect_uris: ['https://shop.example/cb'] }).expect(201);
  await as('delete', '/relying-parties/shop', {}).expect(204);
  await as('delete', '/rooms/sale', {}).expect(204);
  expect(await deeds()).toEqual([
    'alice room.deleted sale',
    'alice relying_party.deleted shop',
    'alice relying_party.put shop',
    'alice room.reset sale',
    'alice exits.reported sale',
    'alice signals.reported sale',
    'alice alarm sale',
    'alice counter.raised sale',
    'alice room.put sale',
    'admin room.put sale',
  ]);
  const told = admin.told.filter(({ type }) => type === 'operator.acted');
  expect(told.map(({ id }) => id).reverse()).toEqual((await audit()).map((entry) => Reflect.get(entry, 'id')));
});

test('has a hash of the address of each request, and never the address', async () => {
  const from = (address: string) =>
    as('post', '/rooms/sale/serving-counter', { increment_by: 1 }).set('X-Forwarded-For', address).expect(200);
  await admin.as('put', '/rooms/sale').send({});
  await from('198.51.100.1');
  await from('198.51.100.2');
  await from('192.0.2.66, 198.51.100.1');
  const entries = await audit('?limit=3');
  const [third, second, first] = entries.map((entry) => Reflect.get(entry, 'address_hash'));
  expect(first).toMatch(/^[\w-]{22}$/);
  expect([third === first, second === first]).toEqual([true, false]);
  expect(JSON.stringify([entries, admin.told])).not.toMatch(/198\.51|192\.0/);
});

test('has the new settings, without secrets', async () => {
  await admin.as('put', '/rooms/sale').send({ message: 'Back at ten.' });
  const client_secret = 'a secret that nobody sees';
  await as('put', '/relying-parties/shop', { client_secret, room: 'sale', redirect_uris: ['https://shop.example/cb'] });
  const [party, room] = await audit();
  expect(room?.detail).toMatchObject({ id: 'sale', message: 'Back at ten.' });
  expect(party?.detail).toMatchObject({ client_id: 'shop', room: 'sale' });
  const everything = JSON.stringify([await audit(), admin.told]);
  for (const secret of [client_secret, ADMIN_TOKEN, ALICES_TOKEN]) expect(everything).not.toContain(secret);
});

test('has no entry for refused and reading requests', async () => {
  await admin.as('get', '/rooms');
  await admin.as('put', '/rooms/sale').send({ mode: 'open' }).expect(400);
  await admin.as('put', '/rooms/sale', 'a wrong token').send({}).expect(401);
  await as('post', '/rooms/none/reset', {}).expect(404);
  expect(await audit()).toEqual([]);
});

test('keeps one entry per hour of reports that machines send all day', async () => {
  await admin.as('put', '/rooms/sale').send({});
  for (let n = 0; n < 5; n++) {
    await as('post', '/rooms/sale/exits', { exited: 1 }).expect(200);
    await as('post', '/rooms/sale/signals', { latency_ms: n }).expect(204);
  }
  await admin.as('post', '/rooms/sale/exits').send({ exited: 1 }).expect(200);
  expect(await deeds()).toEqual([
    'admin exits.reported sale',
    'alice signals.reported sale',
    'alice exits.reported sale',
    'admin room.put sale',
  ]);
  expect(admin.told.filter(({ type }) => type === 'operator.acted')).toHaveLength(12);
});

describe('limit', () => {
  test('is the largest number of entries', async () => {
    for (const id of ['a', 'b', 'c']) await admin.as('put', `/rooms/${id}`).send({});
    expect((await audit('?limit=2')).map(({ subject }) => subject)).toEqual(['c', 'b']);
  });

  test.each(['0', '-1', '1001', 'all', '1.5', ''])('cannot be "%s"', async (limit) => {
    const refused = await admin.as('get', `/audit?limit=${limit}`).expect(400);
    expect(refused.body.errors).toMatchObject([{ field: 'limit' }]);
  });
});
