import type request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdminServer } from '#support/admin.ts';
import { startAdmin } from '#support/admin.ts';

let admin: AdminServer;
beforeEach(async () => {
  admin = await startAdmin();
  await admin.as('put', '/rooms/line').send({}).expect(201);
});
afterEach(() => admin.close());

const PARTY = { client_secret: 'change-me', room: 'line', redirect_uris: ['https://shop.example/callback'] };

/** What has settings with an entity tag: a path, and bodies that create and change it. */
const RESOURCES = [
  ['a room', '/rooms/sale', {}, { message: 'Soon.' }],
  ['a relying party', '/relying-parties/shop', PARTY, { ...PARTY, client_secret: 'another' }],
] as const;

function expectRefused({ body, headers }: request.Response, tag: string | undefined): void {
  expect(body).toMatchObject({ code: 'precondition_failed', status: 412 });
  expect(headers.etag).toBe(tag);
}

describe.each(RESOURCES)('%s', (_name, path, first, second) => {
  const etag = async () => (await admin.as('get', path).expect(200)).headers.etag ?? '';

  test('has a strong ETag, which changes with the settings, a secret among them', async () => {
    const created = await admin.as('put', path).send(first).expect(201);
    expect(created.headers.etag).toMatch(/^"[\w-]+"$/);
    expect(await etag()).toBe(created.headers.etag);
    const changed = await admin.as('put', path).send(second).expect(200);
    expect(changed.headers.etag).not.toBe(created.headers.etag);
    expect(await etag()).toBe(changed.headers.etag);
    await admin.as('put', path).send(first).expect(200);
    expect(await etag()).toBe(created.headers.etag);
  });

  test('is replaced with the current ETag in If-Match, alone, in a list or as *', async () => {
    await admin.as('put', path).send(first);
    await admin
      .as('put', path)
      .set('If-Match', await etag())
      .send(second)
      .expect(200);
    await admin
      .as('put', path)
      .set('If-Match', `"x", "y,z" ,${await etag()}`)
      .send(first)
      .expect(200);
    await admin.as('put', path).set('If-Match', '*').send(second).expect(200);
  });

  test.each(['put', 'delete'] as const)('a %s with a stale If-Match is 412 with the current ETag', async (method) => {
    await admin.as('put', path).send(first);
    const stale = await etag();
    await admin.as('put', path).send(second);
    const current = await etag();
    for (const tags of [stale, `${stale}, "x"`, `W/${current}`]) {
      expectRefused(
        await admin
          .as(method, path)
          .set('If-Match', tags)
          .send(method === 'put' ? first : undefined)
          .expect(412),
        current,
      );
    }
    expect(await etag()).toBe(current);
  });

  test.each(['put', 'delete'] as const)(
    'a %s with If-Match is 412 without an ETag where nothing is stored',
    async (method) => {
      for (const tags of ['*', '"x"']) {
        expectRefused(
          await admin
            .as(method, path)
            .set('If-Match', tags)
            .send(method === 'put' ? first : undefined)
            .expect(412),
          undefined,
        );
      }
      await admin.as('get', path).expect(404);
    },
  );

  test('a PUT with If-None-Match: * only creates', async () => {
    const created = await admin.as('put', path).set('If-None-Match', '*').send(first).expect(201);
    expectRefused(await admin.as('put', path).set('If-None-Match', '*').send(second).expect(412), created.headers.etag);
    expect(await etag()).toBe(created.headers.etag);
  });

  test('is deleted with the current ETag', async () => {
    await admin.as('put', path).send(first);
    await admin
      .as('delete', path)
      .set('If-Match', await etag())
      .expect(204);
    await admin.as('get', path).expect(404);
  });

  test.each([['unquoted'], [''], ['"a" b'], [','], ['*, "a"']])('refuses the If-Match header %j', async (tags) => {
    await admin.as('put', path).send(first);
    const refused = await admin.as('put', path).set('If-Match', tags).send(second).expect(400);
    expect(refused.body.errors).toEqual([
      { field: 'If-Match', message: 'must be * or a list of quoted entity tags, such as "abc", "def"' },
    ]);
  });

  test('a refused change leaves no trace in the audit log and announces no change', async () => {
    await admin.as('put', path).send(first);
    const [entries, changes] = [admin.told.length, admin.changed.length];
    await admin.as('put', path).set('If-Match', '"stale"').send(second).expect(412);
    await admin.as('delete', path).set('If-Match', '"stale"').expect(412);
    expect([admin.told.length, admin.changed.length]).toEqual([entries, changes]);
  });
});

test('of ten changes at once with the same ETag one is made, the others are 412', async () => {
  await admin.as('put', '/rooms/sale').send({});
  const { etag = '' } = (await admin.as('get', '/rooms/sale')).headers;
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      admin
        .as('patch', '/rooms/sale')
        .set('If-Match', etag)
        .send({ title: `${n}` }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)]);
});

describe('PATCH /rooms/{room}', () => {
  test('honours If-Match, and answers the new ETag', async () => {
    await admin.as('put', '/rooms/sale').send({});
    const { etag: first = '' } = (await admin.as('get', '/rooms/sale')).headers;
    const patched = await admin.as('patch', '/rooms/sale').set('If-Match', first).send({ title: 'Sale' }).expect(200);
    expect(patched.headers.etag).not.toBe(first);
    expectRefused(
      await admin.as('patch', '/rooms/sale').set('If-Match', first).send({ message: 'Soon.' }).expect(412),
      patched.headers.etag,
    );
    await admin
      .as('patch', '/rooms/sale')
      .set('If-Match', patched.headers.etag ?? '')
      .send({})
      .expect(200);
  });

  test('of a room that does not exist is 404, and with If-Match 412', async () => {
    await admin.as('patch', '/rooms/sale').send({ title: 'Sale' }).expect(404);
    expectRefused(await admin.as('patch', '/rooms/sale').set('If-Match', '*').send({}).expect(412), undefined);
  });

  test('at once to different fields of a room are all kept', async () => {
    await admin.as('put', '/rooms/sale').send({});
    const changes = [{ title: 'Sale' }, { message: 'Soon.' }, { mode: 'paused' }, { presence: { timeout: '5m' } }];
    await Promise.all(changes.map((change) => admin.as('patch', '/rooms/sale').send(change).expect(200)));
    const { body } = await admin.as('get', '/rooms/sale').expect(200);
    expect(body).toMatchObject(Object.assign({}, ...changes));
  });
});

test('openapi.json describes the headers and the 412 of each change', async () => {
  const { paths } = (await admin.as('get', '/openapi.json').expect(200)).body;
  for (const path of ['/rooms/{room}', '/relying-parties/{client_id}']) {
    const { get, ...changes } = paths[path];
    expect(get.responses[200].headers.ETag).toBeDefined();
    expect(get.responses[412]).toBeUndefined();
    for (const change of Object.values<{ parameters: { name: string }[]; responses: Record<string, unknown> }>(
      changes,
    )) {
      const names = change.parameters.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['If-Match', 'If-None-Match']));
      expect(change.responses[412]).toMatchObject({ headers: { ETag: {} } });
    }
    expect(changes.put.responses[201].headers.ETag).toBeDefined();
  }
});
