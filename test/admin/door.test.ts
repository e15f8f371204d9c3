import request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AdminServer } from '#support/admin.ts';
import { ADMIN_TOKEN, ALICES_TOKEN, startAdmin } from '#support/admin.ts';

let admin: AdminServer;
beforeAll(async () => {
  admin = await startAdmin();
});
afterAll(() => admin.close());

describe('the token', () => {
  test.each([
    ['none', undefined],
    ['a wrong one', 'Bearer wrong'],
    ['the beginning of it', `Bearer ${ADMIN_TOKEN.slice(0, -1)}`],
    ['more than it', `Bearer ${ADMIN_TOKEN}x`],
    ['another scheme', `Basic ${ADMIN_TOKEN}`],
    ['an empty one', 'Bearer '],
  ])('%s is answered with 401 and a challenge', async (_, authorization) => {
    const sent = request(admin.url).put('/admin/v1/rooms/sale').send({});
    const refused = await (authorization === undefined ? sent : sent.set('Authorization', authorization)).expect(401);
    expect(refused.type).toBe('application/problem+json');
    expect(refused.body.code).toBe('unauthorized');
    expect(refused.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(await admin.store.settings.room('sale')).toBeNull();
  });

  test('may be one of several, each with a name', async () => {
    await admin.as('put', '/rooms/theirs', ALICES_TOKEN).send({}).expect(201);
    await admin.as('get', '/rooms/theirs').expect(200);
    await admin.as('get', '/rooms/theirs', `${ALICES_TOKEN}x`).expect(401);
    await admin.as('delete', '/rooms/theirs', ALICES_TOKEN).expect(204);
  });

  test('may have a scheme in any case', () =>
    request(admin.url).get('/admin/v1/rooms').set('Authorization', `bearer ${ADMIN_TOKEN}`).expect(200));
});

describe('an address', () => {
  test('that does not exist is answered with a 404 problem', async () => {
    for (const path of ['/nothing', '/rooms/sale/nothing', '']) {
      const missing = await admin.as('get', path).expect(404);
      expect([missing.type, missing.body.code]).toEqual(['application/problem+json', 'not_found']);
    }
  });

  test('answers the allowed methods to any other method', async () => {
    const refused = await admin.as('post', '/rooms/sale').send({}).expect(405);
    expect(refused.body.code).toBe('method_not_allowed');
    expect(refused.headers.allow?.split(', ').sort()).toEqual(['DELETE', 'GET', 'HEAD', 'PATCH', 'PUT']);
  });

  test('with an invalid percent encoding is answered with 400 or 404, never 500', async () => {
    const answer = await admin.as('get', '/rooms/%E0%A4%A');
    expect([400, 404]).toContain(answer.status);
  });

  test('outside /admin is passed on', async () => {
    const other = await request(admin.url).get('/administrator').expect(404);
    expect(other.type).not.toBe('application/problem+json');
  });
});

describe('openapi.json', () => {
  type Operation = {
    operationId: string;
    parameters: { name: string }[];
    responses: Record<string, unknown>;
    requestBody?: { content: Record<string, { schema: { $ref?: string } }> };
  };

  const load = async () => (await request(admin.url).get('/admin/v1/openapi.json').expect(200)).body;

  test('needs no token and describes every operation', async () => {
    const document = await load();
    expect(document.openapi).toMatch(/^3\.1\./);
    const told = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(told.sort()).toEqual(
      [
        'get /keys',
        'post /keys/rotate',
        'post /rooms/{room}/rules/test',
        'get /rooms',
        'get /rooms/{room}',
        'put /rooms/{room}',
        'patch /rooms/{room}',
        'delete /rooms/{room}',
        'get /rooms/{room}/counters',
        'post /rooms/{room}/serving-counter',
        'post /rooms/{room}/reset',
        'get /rooms/{room}/reset/undo',
        'post /rooms/{room}/reset/undo',
        'post /rooms/{room}/restore',
        'post /rooms/{room}/import',
        'post /rooms/{room}/events/{event}/cancel',
        'post /rooms/{room}/events/{event}/postpone',
        'post /rooms/{room}/exits',
        'post /rooms/{room}/alarm',
        'post /rooms/{room}/signals',
        'get /rooms/{room}/statistics',
        'get /rooms/{room}/live',
        'get /rooms/{room}/visitors/{visitor}',
        'post /rooms/{room}/visitors/{visitor}/restore',
        'get /rooms/{room}/preflight',
        'post /rooms/{room}/simulation',
        'get /languages',
        'get /languages/{language}/texts',
        'get /rooms/{room}/theme/preview',
        'post /rooms/{room}/theme/preview',
        'get /rooms/{room}/analytics',
        'get /live',
        'get /rooms/{room}/stock',
        'post /rooms/{room}/stock',
        'get /rooms/{room}/notes',
        'post /rooms/{room}/notes',
        'delete /rooms/{room}/notes/{note}',
        'get /rooms/{room}/undo',
        'post /rooms/{room}/undo',
        'get /groups',
        'put /groups/{group}',
        'delete /groups/{group}',
        'get /audit',
        'get /operators',
        'post /relying-parties/{client_id}/test',
        'post /rooms/{room}/rehearsal',
        'get /rooms/{room}/rehearsal/{id}',
        'delete /rooms/{room}/rehearsal/{id}',
        'get /relying-parties',
        'get /relying-parties/{client_id}',
        'put /relying-parties/{client_id}',
        'patch /relying-parties/{client_id}',
        'delete /relying-parties/{client_id}',
      ].sort(),
    );
  });

  test('has only references that resolve, and unique operation ids', async () => {
    const document = await load();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to ?? '');
    expect(references.length).toBeGreaterThan(0);
    for (const reference of references) {
      const found = reference
        .slice(2)
        .split('/')
        .reduce((at, part) => at?.[part], document);
      expect(found, reference).toBeDefined();
    }
    const operations = Object.values<Record<string, Operation>>(document.paths).flatMap((each) => Object.values(each));
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });

  test('has the schema that checks the body, and the Idempotency-Key header', async () => {
    const { paths, components } = await load();
    const put: Operation = paths['/rooms/{room}'].put;
    expect(put.requestBody?.content['application/json']?.schema.$ref).toBe('#/components/schemas/RoomBody');
    expect(components.schemas.RoomBody.properties.mode.enum).toContain('passthrough');
    const post: Operation = paths['/rooms/{room}/serving-counter'].post;
    expect(post.parameters.map(({ name }) => name)).toEqual(['room', 'Idempotency-Key', 'X-Anteroom-Reason']);
    expect(Object.keys(post.responses)).toEqual(
      expect.arrayContaining(['200', '400', '401', '404', '409', '413', '415', '422', '503']),
    );
  });

  test('shows no secret of a relying party', async () => {
    const { components } = await load();
    expect(components.schemas.RelyingPartyView.properties).not.toHaveProperty('client_secret');
    expect(components.schemas.RelyingPartyBody.properties).toHaveProperty('client_secret');
  });
});

describe('the page', () => {
  test('is at /admin/, and /admin redirects there', async () => {
    const away = await request(admin.url).get('/admin').expect(302);
    expect(new URL(away.headers.location ?? '', `${admin.url}/admin`).pathname).toBe('/admin/');
    const page = await request(admin.url).get('/admin/').expect(200);
    expect(page.type).toBe('text/html');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('loads nothing from other origins, has no inline script or style, and its files exist', async () => {
    const { text } = await request(admin.url).get('/admin/');
    expect(text).not.toMatch(/https?:\/\//);
    expect(text).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*\ssrc=)/);
    const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');
    expect(files).toHaveLength(4);
    for (const file of files) {
      const found = await request(admin.url).get(new URL(file, 'http://x/admin/').pathname).expect(200);
      expect(found.headers['cache-control']).toContain('immutable');
    }
  });
});
