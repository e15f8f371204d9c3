import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdminServer } from '#support/admin.ts';
import { startAdmin } from '#support/admin.ts';

let admin: AdminServer;
beforeEach(async () => {
  admin = await startAdmin();
  await admin.as('put', '/rooms/sale').send({});
});
afterEach(() => admin.close());

const SHOP = {
  room: 'sale',
  redirect_uris: ['https://shop.example/callback'],
  landing_url: 'https://shop.example/',
};
const SHOWN = {
  client_id: 'shop',
  room: 'sale',
  profile: 'generic',
  redirect_uris: ['https://shop.example/callback'],
  post_logout_redirect_uris: [],
  login_window: '10m',
  landing_url: 'https://shop.example/',
  initiate_login_uri: null,
  id_token_signed_response_alg: 'RS256',
  confirm_login: false,
  resources: [],
  backchannel_logout_uri: null,
  backchannel_logout_session_required: false,
  client_secret_set: true,
  warnings: [],
};

const put = (body: object) => admin.as('put', '/relying-parties/shop').send(body);

test('is created, replaced, listed and deleted, and answers never have its secret', async () => {
  const answers = [
    await put({ ...SHOP, client_secret: 'hush-hush' }).expect(201, SHOWN),
    await put({ ...SHOP, client_secret: 'hush-hush', client_id: 'shop' }).expect(200, SHOWN),
    await admin.as('get', '/relying-parties/shop').expect(200, SHOWN),
    await admin.as('get', '/relying-parties').expect(200, [SHOWN]),
  ];
  for (const { text } of answers) expect(text).not.toContain('hush-hush');
  expect((await admin.store.settings.relyingParty('shop'))?.client_secret).toBe('hush-hush');

  await admin.as('delete', '/relying-parties/shop').expect(204);
  const missing = await admin.as('get', '/relying-parties/shop').expect(404);
  expect(missing.body.code).toBe('relying_party_not_found');
  await admin.as('delete', '/relying-parties/shop').expect(404);
});

test('that an earlier version stored is answered with defaults for new settings', async () => {
  await put({ ...SHOP, client_secret: 'hush' }).expect(201);
  const party = await admin.store.settings.relyingParty('shop');
  if (!party) throw new Error('it was not kept');
  const { backchannel_logout_uri: _, backchannel_logout_session_required: __, ...earlier } = party;
  await admin.store.settings.putRelyingParty(earlier);
  await admin.as('get', '/relying-parties/shop').expect(200, SHOWN);
});

test('without a secret is public', () => put(SHOP).expect(201, { ...SHOWN, client_secret_set: false }));

test('with settings that will not work is stored, and each answer has warnings that say what to do', async () => {
  const alb = { room: 'sale', profile: 'alb', client_secret: 'hush', redirect_uris: ['http://shop.example/callback'] };
  const { body } = await put(alb).expect(201);
  expect(body.warnings).toEqual([
    expect.stringMatching(/^redirect_uris .*\. Register http:\/\/shop\.example\/oauth2\/idpresponse\.$/),
    expect.stringMatching(/^redirect_uris .* https only\. Register the https URL\.$/),
    expect.stringMatching(/^landing_url is not set: .* 15m .* http:\/\/shop\.example\/\. Set landing_url /),
  ]);
  const got = await admin.as('get', '/relying-parties/shop').expect(200);
  expect(got.body.warnings).toEqual(body.warnings);
});

test('of a room that was deleted has a warning until the room is there again', async () => {
  await put({ ...SHOP, client_secret: 'hush' }).expect(201);
  await admin.as('delete', '/rooms/sale').expect(204);
  const warnings = [
    expect.stringMatching(/^room is sale, which does not exist: .* Create it, or name another room\.$/),
  ];
  expect((await admin.as('get', '/relying-parties/shop').expect(200)).body.warnings).toEqual(warnings);
  expect((await admin.as('get', '/relying-parties').expect(200)).body).toMatchObject([{ warnings }]);
  await admin.as('put', '/rooms/sale').send({}).expect(201);
  await admin.as('get', '/relying-parties/shop').expect(200, SHOWN);
});

test('of a room that does not exist is refused with that field', async () => {
  const refused = await put({ ...SHOP, room: 'none' }).expect(400);
  expect(refused.body.errors).toEqual([{ field: 'room', message: 'must be the id of a room that exists' }]);
});

test('is refused with every wrong field, and without its secret', async () => {
  const body = { room: 'Sale', redirect_uris: ['/cb'], client_secret: 'hüsh', login_window: 5, extra: 1 };
  const refused = await put(body).expect(400);
  expect(refused.body.errors.map((each: { field: string }) => each.field).sort()).toEqual([
    'client_secret',
    'extra',
    'login_window',
    'redirect_uris[0]',
    'room',
  ]);
  expect(refused.text).not.toContain('hüsh');
});

test('must have the client id of the path', async () => {
  const refused = await put({ ...SHOP, client_id: 'other' }).expect(400);
  expect(refused.body.errors).toMatchObject([{ field: 'client_id' }]);
  await admin.as('put', '/relying-parties/a%20b').send(SHOP).expect(400);
});

describe('a change', () => {
  const stored = () => admin.store.settings.relyingParty('shop');
  const patch = (body: object) => admin.as('patch', '/relying-parties/shop').send(body);
  const entries = () => admin.told.filter(({ type }) => type === 'operator.acted').length;

  test('that puts what GET answered changes nothing, keeps the secret, and leaves no audit entry', async () => {
    await put({ ...SHOP, client_secret: 'hush-hush' });
    const [before, recorded] = [await stored(), entries()];
    const { body } = await admin.as('get', '/relying-parties/shop').expect(200);
    await put(body).expect(200, body);
    await patch(body).expect(200, body);
    expect(await stored()).toEqual(before);
    expect(entries()).toBe(recorded);
  });

  test('by a merge patch changes what it names, and null removes the secret', async () => {
    await put({ ...SHOP, client_secret: 'hush-hush' });
    await patch({ landing_url: 'https://shop.example/sale' }).expect(200);
    expect(await stored()).toMatchObject({ client_secret: 'hush-hush', landing_url: 'https://shop.example/sale' });
    const { body } = await patch({ client_secret: null }).expect(200);
    expect(body.client_secret_set).toBe(false);
    await put({ ...SHOP, client_secret: 'hush-hush' });
    await put({ ...SHOP, client_secret: null }).expect(200);
    expect((await stored())?.client_secret).toBeUndefined();
  });

  test('by a merge patch is refused with the field', async () => {
    await put(SHOP);
    for (const [change, field] of [
      [{ redirect_uris: [] }, 'redirect_uris'],
      [{ client_id: 'other' }, 'client_id'],
      [{ room: 'none' }, 'room'],
    ] as const) {
      const { body } = await patch(change).expect(400);
      expect(body.errors).toEqual([expect.objectContaining({ field })]);
    }
    await admin.as('patch', '/relying-parties/none').send({}).expect(404);
  });
});

test('a room put as GET answered it changes nothing and leaves no audit entry', async () => {
  await admin.as('put', '/rooms/equal').send({ mode: 'paused', inlet: { strategy: 'max-size', size: 5 } });
  const before = admin.told.length;
  const { body } = await admin.as('get', '/rooms/equal').expect(200);
  await admin.as('put', '/rooms/equal').send(body).expect(200, body);
  await admin.as('patch', '/rooms/equal').send({ mode: 'paused' }).expect(200, body);
  expect(admin.told.slice(before)).toEqual([]);
});
