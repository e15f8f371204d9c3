import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdminServer } from '#support/admin.ts';
import { startAdmin } from '#support/admin.ts';

let admin: AdminServer;
beforeEach(async () => {
  admin = await startAdmin();
});
afterEach(() => admin.close());

const KEY = 'a-key-of-the-cdn-1';
const keyOf = async (id = 'sale') => (await admin.store.settings.room(id))?.aws?.api_key;

test('answers and the audit log never contain the API key', async () => {
  const put = await admin.as('put', '/rooms/sale').send({ aws: { api_key: KEY } });
  expect(put.body.aws).toEqual({
    ...{ issuer: null, validity_period: '1h', queue_position_expiry: '15m', raise_on_expiry: false },
    api_key_set: true,
  });
  expect(await keyOf()).toBe(KEY);
  const answers = await Promise.all([
    admin.as('get', '/rooms/sale'),
    admin.as('get', '/rooms'),
    admin.as('get', '/audit'),
    admin.as('patch', '/rooms/sale').send({ message: 'Soon.' }),
  ]);
  expect(JSON.stringify([put, ...answers].map(({ text }) => text))).not.toContain(KEY);
  expect(JSON.stringify(admin.told)).not.toContain(KEY);
  expect(await keyOf()).toBe(KEY);
});

test('a key that is not named stays, and null removes it', async () => {
  await admin.as('put', '/rooms/sale').send({ aws: { api_key: KEY } });
  const { body } = await admin.as('get', '/rooms/sale');
  await admin.as('put', '/rooms/sale').send(body).expect(200, body);
  expect(await keyOf()).toBe(KEY);
  await admin.as('patch', '/rooms/sale').send({ aws: { event_id: 'Sample' } });
  expect(await keyOf()).toBe(KEY);
  const removed = await admin.as('put', '/rooms/sale').send({ aws: { api_key: null } });
  expect(removed.body.aws.api_key_set).toBe(false);
  expect(await keyOf()).toBeNull();
});

test('an event id that another room has is refused', async () => {
  await admin.as('put', '/rooms/sale').send({ aws: { event_id: 'Sample' } });
  const taken = await admin.as('put', '/rooms/other').send({ aws: { event_id: 'Sample' } });
  expect([taken.status, taken.body.code]).toEqual([409, 'event_id_taken']);
  await admin.as('get', '/rooms/other').expect(404);
  await admin.as('put', '/rooms/other').send({ aws: {} }).expect(201);
  const patched = await admin.as('patch', '/rooms/sale').send({ aws: { event_id: 'other' } });
  expect([patched.status, patched.body.code]).toEqual([409, 'event_id_taken']);
  // The same room may keep its own.
  await admin.as('patch', '/rooms/sale').send({ title: 'Sale' }).expect(200);
});

describe('challenge of a room that turns to AWS clients and back', () => {
  const challengeAfter = async (method: 'put' | 'patch', body: object) =>
    (await admin.as(method, '/rooms/sale').send(body)).body.challenge;

  test.each(['put', 'patch'] as const)('follows its default with %s', async (method) => {
    await admin.as('put', '/rooms/sale').send({});
    expect(await challengeAfter(method, { aws: {} })).toBe('off');
    expect(await challengeAfter(method, { aws: { event_id: 'Sample' } })).toBe('off');
    expect(await challengeAfter(method, { aws: null })).toBe('auto');
  });

  test.each(['put', 'patch'] as const)('is what %s names', async (method) => {
    await admin.as('put', '/rooms/sale').send({});
    expect(await challengeAfter(method, { aws: {}, challenge: 'auto' })).toBe('auto');
    expect(await challengeAfter(method, { aws: null, challenge: 'off' })).toBe('off');
  });

  test('stays with a patch that leaves aws as it is', async () => {
    await admin.as('put', '/rooms/sale').send({ aws: {}, challenge: 'auto' });
    expect(await challengeAfter('patch', { title: 'Sale', aws: { event_id: 'Sample' } })).toBe('auto');
    expect(await challengeAfter('patch', { challenge: null })).toBe('off');
  });

  test('is a fault where the clients could not solve it', async () => {
    const always = { challenge: 'always' };
    const faultOf = async (method: 'put' | 'patch', body: object) => {
      const { status, body: problem } = await admin.as(method, '/rooms/sale').send(body);
      return [status, problem.errors?.map(({ field }: { field: string }) => field)];
    };
    await admin.as('put', '/rooms/sale').send(always);
    expect(await faultOf('patch', { aws: {} })).toEqual([400, ['challenge']]);
    expect(await faultOf('put', { aws: {}, ...always })).toEqual([400, ['challenge']]);
    expect((await admin.as('get', '/rooms/sale')).body).toMatchObject(always);
  });
});
