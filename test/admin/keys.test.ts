import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AdminServer, OPERATORS_TOKEN, startAdmin, VIEWERS_TOKEN } from '#support/admin.ts';

let admin: AdminServer;
beforeAll(async () => {
  admin = await startAdmin();
});
afterAll(() => admin.close());

test('a viewer sees the keys, without their private parts', async () => {
  const { body } = await admin.as('get', '/keys', VIEWERS_TOKEN).expect(200);
  expect(body.keys).toHaveLength(3);
  expect(Object.keys(body.keys[0]).sort()).toEqual([
    ...['added_at', 'alg', 'kid', 'removed_at', 'signs_from', 'source', 'status'],
  ]);
  expect(body.keys[0]).toMatchObject({ source: 'file', status: 'signing', added_at: null, removed_at: null });
});

test('an operator may not rotate them', async () => {
  const { body } = await admin.as('post', '/keys/rotate', OPERATORS_TOKEN).expect(403);
  expect(body).toMatchObject({ code: 'forbidden', detail: expect.stringContaining('owner') });
});

test('an owner rotates them once, and the audit log has it', async () => {
  const { body } = await admin.as('post', '/keys/rotate').expect(200);
  const next = body.keys.filter(({ status }: { status: string }) => status === 'next');
  expect(next.map(({ alg }: { alg: string }) => alg)).toEqual(['RS256', 'ES256', 'EdDSA']);
  const refused = await admin.as('post', '/keys/rotate').expect(409);
  expect(refused.body).toMatchObject({
    code: 'rotation_in_progress',
    detail: expect.stringContaining(next[0].signs_from),
  });
  const { body: audit } = await admin.as('get', '/audit').expect(200);
  expect(audit).toMatchObject([
    {
      by: 'admin',
      action: 'keys.rotated',
      detail: { emergency: false, kids: next.map(({ kid }: { kid: string }) => kid) },
    },
  ]);
});

test('an emergency must be spelled as one', async () => {
  await admin.as('post', '/keys/rotate?emergency=yes').expect(400, /emergency/);
  const { body } = await admin.as('post', '/keys/rotate?emergency=true').expect(200);
  expect(body.keys.map(({ status }: { status: string }) => status)).toEqual(['signing', 'signing', 'signing']);
});
