import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '#config/config.ts';
import type { ConfigError } from '#config/config-error.ts';
import { createClientFaults } from '#oidc/index.ts';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { ADMIN_TOKEN } from '#support/service.ts';
import { embeddedStore } from '#support/stores.ts';
import { comeBack, rooms } from './visit.ts';

const service = serviceOn(embeddedStore, { rooms });

const WEB = 'https://shop.example/callback';
const APP = 'com.example.app:/callback';

/** What a relying party may not have, with the field that is named. */
const REFUSED: readonly [string, string, Record<string, unknown>][] = [
  ['an http initiate_login_uri', 'initiate_login_uri', { initiate_login_uri: 'http://shop.example/login' }],
  ['an inner http initiate_login_uri', 'initiate_login_uri', { initiate_login_uri: 'http://shop.internal/login' }],
  ['an app on http that is not loopback', 'redirect_uris', { redirect_uris: [APP, 'http://shop.internal/callback'] }],
  ['an app on https on loopback', 'redirect_uris', { redirect_uris: [APP, 'https://localhost/callback'] }],
  ['a website that logs out to an app', 'post_logout_redirect_uris', { post_logout_redirect_uris: [APP] }],
  [
    'an app that logs out to inner http',
    'post_logout_redirect_uris',
    { redirect_uris: [APP], post_logout_redirect_uris: ['http://shop.internal/'] },
  ],
];

/** What works. */
const ACCEPTED: readonly [string, Record<string, unknown>][] = [
  ['an https initiate_login_uri', { initiate_login_uri: 'https://shop.example/login' }],
  ['an http initiate_login_uri on loopback', { initiate_login_uri: 'http://localhost:3001/login' }],
  ['an http initiate_login_uri on 127.0.0.1', { initiate_login_uri: 'http://127.0.0.1:3001/login' }],
  ['an app and its website', { redirect_uris: [APP, WEB], post_logout_redirect_uris: [APP, WEB] }],
];

const party = (settings: Record<string, unknown>) => ({ room: 'sale', redirect_uris: [WEB], ...settings });

const put = (settings: Record<string, unknown>) =>
  request(service.listensOn)
    .put('/admin/v1/relying-parties/shop')
    .set('Authorization', `Bearer ${ADMIN_TOKEN}`)
    .send(party(settings));

describe('the admin API', () => {
  test.each(REFUSED)('refuses %s, by the name of the field: %s', async (_what, field, settings) => {
    const { body } = await put(settings).expect(400);
    expect(body.errors).toEqual([{ field, message: expect.any(String) }]);
    expect(body.detail).toMatch(new RegExp(`^${field} `));
  });

  test.each(ACCEPTED)('accepts %s, and the login works', async (_what, settings) => {
    const { body } = await put(settings);
    expect(body.errors).toBeUndefined();
    service.time.pass(2000);
    for (const redirectUri of (settings.redirect_uris as string[]) ?? [WEB]) {
      expect((await comeBack(service, createBrowser(), { redirectUri })).outcome).toBe('waits');
    }
  });
});

describe('the configuration file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'anteroom-client-schema-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function load(parties: readonly Record<string, unknown>[]) {
    const relying_parties = parties.map((settings, i) => ({ client_id: `client-${i}`, ...party(settings) }));
    await writeFile(join(folder, 'a.yaml'), JSON.stringify({ rooms: [{ id: 'sale' }], relying_parties }, null, 1));
    return loadConfig({ CONFIG: 'a.yaml' }, folder, createClientFaults);
  }

  test('is refused with all of these at once, each by its line and field', async () => {
    const error: ConfigError = await load(REFUSED.map(([, , settings]) => settings)).then(
      () => Promise.reject(new Error('it was accepted')),
      (thrown) => thrown,
    );
    expect(error.faults.map(({ where }) => where)).toEqual(
      REFUSED.map(([, field], i) =>
        expect.stringMatching(new RegExp(`^a\\.yaml:\\d+ relying_parties\\[${i}\\]\\.${field}$`)),
      ),
    );
  });

  test('may have what works', async () => {
    await expect(load(ACCEPTED.map(([, settings]) => settings))).resolves.toHaveProperty('settings');
  });
});

test('an http initiate_login_uri that an earlier version stored no longer breaks every login', async () => {
  await put({}).expect(200);
  const stored = await service.waitingRoom.operations.relyingParty('shop');
  await service.waitingRoom.operations.putRelyingParty({ ...stored, initiate_login_uri: 'http://shop.example/login' });
  service.time.pass(2000);
  expect((await comeBack(service, createBrowser(), { redirectUri: WEB })).outcome).toBe('waits');
});
