import type { IncomingMessage } from 'node:http';
import type request from 'supertest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN_TOKEN, type AdminServer, OPERATORS_TOKEN, startAdmin, VIEWERS_TOKEN } from '#support/admin.ts';
import { OPERATOR_ROLES, type OperatorRole } from '#waiting-room/operator-role.ts';

const TOKENS: Record<OperatorRole, string> = { viewer: VIEWERS_TOKEN, operator: OPERATORS_TOKEN, owner: ADMIN_TOKEN };

let admin: AdminServer;
beforeAll(async () => {
  admin = await startAdmin();
  await admin.as('put', '/rooms/sale').send({});
});
afterAll(() => admin.close());

type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
interface Operation {
  readonly security: readonly { readonly bearer?: readonly OperatorRole[] }[];
}

/** Reads an answer as JSON. A stream has no end, so its client leaves. */
function readUnlessStream(res: request.Response, done: (error: Error | null, body: unknown) => void): void {
  const message = res as unknown as IncomingMessage;
  if (message.headers['content-type']?.startsWith('text/event-stream')) {
    message.once('close', () => done(null, null)).destroy();
    return;
  }
  let text = '';
  message.on('data', (chunk) => (text += chunk)).on('end', () => done(null, text === '' ? null : JSON.parse(text)));
}

test('every operation names a role, refuses lesser ones with it, and lets it and greater ones pass', async () => {
  const { body } = await admin.as('get', '/openapi.json').expect(200);
  const paths = Object.entries(body.paths as Record<string, Record<string, Operation>>);
  let refusals = 0;
  for (const [path, operations] of paths) {
    for (const [method, { security }] of Object.entries(operations)) {
      const needed = security[0]?.bearer?.[0] ?? 'none';
      expect(OPERATOR_ROLES).toContain(needed);
      for (const role of OPERATOR_ROLES) {
        // An id that does not exist: what a role may do answers 404 or 400, and changes nothing.
        const address = path.replace(/\{\w+\}/g, 'none');
        const { status, body: answer } = await admin
          .as(method as Method, address, TOKENS[role])
          .send([])
          .parse(readUnlessStream);
        const isAllowed = OPERATOR_ROLES.indexOf(role) >= OPERATOR_ROLES.indexOf(needed as OperatorRole);
        expect([method, path, role, status === 403]).toEqual([method, path, role, !isAllowed]);
        if (isAllowed) continue;
        refusals++;
        expect(answer.code).toBe('forbidden');
        expect(answer.detail).toContain(`needs the role ${needed}`);
      }
    }
  }
  expect(refusals).toBeGreaterThan(15);
});

test('an operator may change the mode, its reason and the message of a room, and nothing else', async () => {
  const patch = (change: object, token = OPERATORS_TOKEN) => admin.as('patch', '/rooms/sale', token).send(change);
  await patch({ mode: 'closed', closed_reason: 'sold_out' }).expect(200);
  await patch({ mode: 'paused', message: 'Back at noon.' }).expect(200);
  for (const change of [{ title: 'Mine' }, { mode: 'queue', inlet: { strategy: 'manual' } }]) {
    const { body } = await patch(change).expect(403);
    expect(body.detail).toContain('needs the role owner');
  }
  expect(await admin.store.settings.room('sale')).toMatchObject({ mode: 'paused', title: 'sale' });
  await patch({ mode: 'queue' }, VIEWERS_TOKEN).expect(403);
});
