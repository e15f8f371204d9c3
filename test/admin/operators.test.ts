import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ADMIN_TOKEN,
  type AdminServer,
  ALICES_TOKEN,
  OPERATORS_TOKEN,
  startAdmin,
  VIEWERS_TOKEN,
} from '#support/admin.ts';

let admin: AdminServer;
beforeAll(async () => {
  admin = await startAdmin();
});
afterAll(() => admin.close());

test('lists operators by name and role, without a secret', async () => {
  const { body } = await admin.as('get', '/operators').expect(200);
  expect(body).toEqual({
    tokens: [
      { name: 'admin', role: 'owner' },
      { name: 'alice', role: 'owner' },
      { name: 'vera', role: 'viewer' },
      { name: 'otto', role: 'operator' },
    ],
    identity_provider: null,
  });
  for (const token of [ADMIN_TOKEN, ALICES_TOKEN, VIEWERS_TOKEN, OPERATORS_TOKEN]) {
    expect(JSON.stringify(body)).not.toContain(token);
  }
});
