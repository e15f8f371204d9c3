import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdminServer } from '#support/admin.ts';
import { startAdmin } from '#support/admin.ts';

let admin: AdminServer;
beforeEach(async () => {
  admin = await startAdmin();
});
afterEach(() => admin.close());

const SALE = {
  id: 'sale',
  title: 'sale',
  mode: 'queue',
  inlet: { strategy: 'manual' },
  admission: { lifetime: '10m', claim_window: '2m', missed_turn: 'front', renew: false },
  presence: { timeout: '3m' },
  capacity: null,
  challenge: 'auto',
  limits: { joins_per_address: '60/1m', unproven_per_address: 20, sessions_per_admission: 3 },
  message: null,
  return_urls: [],
  events: [],
  origins: [],
  frames: 'refuse',
  bind: 'browser',
  rules: [],
  passes: null,
  lanes: {},
};

describe('PUT /rooms/{room}', () => {
  test('creates a room with defaults, and answers its wire form', async () => {
    await admin.as('put', '/rooms/sale').send({}).expect(201, SALE);
    await admin.as('get', '/rooms/sale').expect(200, SALE);
    await admin.as('get', '/rooms').expect(200, [SALE]);
    expect(admin.changed).toEqual(['sale']);
  });

  test('replaces the settings of an existing room, and keeps its counters', async () => {
    await admin.as('put', '/rooms/sale').send({ title: 'Sale', message: 'Soon.' });
    await admin.as('post', '/rooms/sale/serving-counter').send({ increment_by: 7 });
    const put = await admin
      .as('put', '/rooms/sale')
      .send({ id: 'sale', admission: { lifetime: '90s' } })
      .expect(200);
    expect(put.body).toEqual({ ...SALE, admission: { ...SALE.admission, lifetime: '90s' } });
    const counters = await admin.as('get', '/rooms/sale/counters').expect(200);
    expect(counters.body.serving).toBe(7);
  });

  test('names the style sheet and texts of a theme in the audit log by their length alone', async () => {
    const css = `.card { color: #123456 } ${' '.repeat(2000)}`;
    await admin
      .as('put', '/rooms/sale')
      .send({ theme: { name: 'Shop', css } })
      .expect(201);
    const { body } = await admin.as('get', '/audit').expect(200);
    const [entry] = body;
    expect(entry).toMatchObject({ action: 'room.put', detail: { theme: { name: 'Shop' } } });
    expect(entry.detail.theme.css).toMatch(/^\d+ characters, SHA-1 [0-9a-f]{40}$/);
    expect((await admin.as('get', '/rooms/sale')).body.theme.css).toContain('#123456');
  });

  test('refuses settings with every wrong field', async () => {
    const body = { colour: 'red', mode: 'open', admission: { lifetime: 'long' }, inlet: { strategy: 'max-size' } };
    const refused = await admin.as('put', '/rooms/sale').send(body).expect(400);
    expect(refused.type).toBe('application/problem+json');
    expect(refused.body).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(refused.body.errors.map((each: { field: string }) => each.field).sort()).toEqual([
      'admission.lifetime',
      'colour',
      'inlet.size',
      'mode',
    ]);
    await admin.as('get', '/rooms/sale').expect(404);
  });

  test('refuses an invalid id, and a body with the id of another room', async () => {
    const badId = await admin.as('put', '/rooms/Sale').send({}).expect(400);
    expect(badId.body.errors).toMatchObject([{ field: 'room' }]);
    const other = await admin.as('put', '/rooms/sale').send({ id: 'other' }).expect(400);
    expect(other.body.errors).toMatchObject([{ field: 'id' }]);
  });

  test.each([
    ['no JSON', 'application/json', '{"mode":', 400, 'malformed_json'],
    ['no text at all', 'application/json', Buffer.from([0xff, 0xfe]), 400, 'malformed_json'],
    ['a form', 'application/x-www-form-urlencoded', 'mode=queue', 415, 'unsupported_media_type'],
    ['too much', 'application/json', `{"message":"${'x'.repeat(1024 * 1024)}"}`, 413, 'payload_too_large'],
    ['nothing', 'application/json', '', 400, 'invalid_request'],
    ['a list', 'application/json', '[]', 400, 'invalid_request'],
  ])('answers %s with the right status', async (_, type, body, status, code) => {
    const refused = await admin
      .as('put', '/rooms/sale')
      .type(type)
      .serialize((sent) => sent)
      .send(body as string);
    expect([refused.status, refused.body.code]).toEqual([status, code]);
  });
});

describe('PATCH /rooms/{room}', () => {
  beforeEach(async () => {
    await admin.as('put', '/rooms/sale').send({ title: 'Spring sale', message: 'Soon.' });
  });

  test('changes only the named fields, and null restores a default', async () => {
    const patch = { admission: { lifetime: '5m' }, message: null };
    const patched = await admin.as('patch', '/rooms/sale').send(patch).expect(200);
    expect(patched.body).toEqual({
      ...SALE,
      title: 'Spring sale',
      admission: { ...SALE.admission, lifetime: '5m' },
      message: null,
    });
    await admin.as('get', '/rooms/sale').expect(200, patched.body);
  });

  test('accepts the media type of a merge patch', () =>
    admin.as('patch', '/rooms/sale').type('application/merge-patch+json').send('{"mode":"paused"}').expect(200));

  test('checks the merged settings', async () => {
    const refused = await admin
      .as('patch', '/rooms/sale')
      .send({ inlet: { strategy: 'max-size' } })
      .expect(400);
    expect(refused.body.errors).toEqual([{ field: 'inlet.size', message: 'is required' }]);
    await admin.as('patch', '/rooms/sale').send({ id: 'other' }).expect(400);
  });

  test('of a room that does not exist is 404', async () => {
    const missing = await admin.as('patch', '/rooms/none').send({}).expect(404);
    expect(missing.body.code).toBe('room_not_found');
  });
});

describe('DELETE /rooms/{room}', () => {
  test('deletes the room, once', async () => {
    await admin.as('put', '/rooms/sale').send({});
    await admin.as('delete', '/rooms/sale').expect(204);
    await admin.as('get', '/rooms/sale').expect(404);
    await admin.as('delete', '/rooms/sale').expect(404);
  });
});
