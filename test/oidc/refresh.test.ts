import * as client from 'openid-client';
import { beforeEach, expect, test } from 'vitest';
import { onEachStore } from '#support/on-each-store.ts';
import { SECRET } from '#support/relying-party.ts';
import { ENDS, goIn, LIFETIME, rooms } from './visit.ts';

const REDIRECT_URI = 'http://127.0.0.1:9/oauth2/idpresponse';
const alb = { profile: 'alb', redirect_uris: [REDIRECT_URI] };
const relying_parties = [
  { ...alb, client_id: 'shop', client_secret: SECRET, room: 'sale' },
  { ...alb, client_id: 'kiosk', client_secret: SECRET, room: 'sale' },
  { ...alb, client_id: 'lasting', client_secret: SECRET, room: 'staying' },
  { ...alb, client_id: 'app', room: 'sale' },
  { client_id: 'plain', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] },
];
const staying = { id: 'staying', title: 'Stay', admission: { lifetime: '10m', renew: true } };

onEachStore('a refresh token', { rooms: [...rooms, staying], relying_parties }, (service) => {
  beforeEach(async () => {
    await service.restart();
    for (const room of ['sale', 'staying']) await service.waitingRoom.operations.reset(room);
  });

  async function inside(clientId = 'shop', options: { auth?: client.ClientAuth; room?: string } = {}) {
    const visit = await goIn(service, { redirectUri: REDIRECT_URI, clientId, ...options });
    const tokens = await visit.login.exchange(visit.callback);
    const refresh = () => client.refreshTokenGrant(visit.login.config, tokens.refresh_token ?? '');
    return { ...visit, tokens, refresh, sub: tokens.claims()?.sub ?? '' };
  }

  test('is issued unasked to a relying party that needs one, with access tokens of a minute', async () => {
    const { tokens } = await inside();
    expect(tokens.refresh_token).toEqual(expect.any(String));
    expect(tokens.expires_in).toBe(60);
    // The ID token still expires with the admission.
    const { exp = 0, iat = 0 } = tokens.claims() ?? {};
    expect(exp - iat).toBeGreaterThan(590);
  });

  test('gives tokens of the same visitor however often it is used, also at the same time', async () => {
    const { login, refresh, sub, tokens } = await inside();
    const fresh = await Promise.all([refresh(), refresh(), refresh()]);
    for (const each of [...fresh, await refresh()]) {
      expect(each.claims()?.sub).toBe(sub);
      expect(each.access_token).not.toBe(tokens.access_token);
      await expect(client.fetchUserInfo(login.config, each.access_token, sub)).resolves.toMatchObject({ room: 'sale' });
    }
    expect((await service.waitingRoom.operations.counters('sale')).claimed).toBe(1);
  });

  test('gives an ID token without a nonce (OpenID Connect Core §12.2)', async () => {
    const { login, tokens, refresh } = await inside();
    expect(tokens.claims()?.nonce).toBe(login.nonce);
    expect((await refresh()).claims()).not.toHaveProperty('nonce');
  });

  test('gives an access token of the time left if that is less than a minute', async () => {
    const { refresh } = await inside();
    service.time.pass(LIFETIME - 20_000);
    const { expires_in = 0 } = await refresh();
    expect(expires_in).toBeGreaterThan(15);
    expect(expires_in).toBeLessThanOrEqual(20);
  });

  test.each(ENDS)(
    'of an admission that %s is refused with invalid_grant, so the relying party starts a login',
    async (_how, end) => {
      const { refresh, sub } = await inside();
      await end(service, sub);
      await expect(refresh()).rejects.toMatchObject({ status: 400, error: 'invalid_grant' });
    },
  );

  test('does not prolong the admission, except in a room with admission.renew', async () => {
    const { refresh: refreshHere } = await inside();
    const { refresh: refreshThere } = await inside('lasting', { room: 'staying' });
    service.time.pass(LIFETIME - 60_000);
    await refreshHere();
    await refreshThere();
    service.time.pass(60_000);
    await expect(refreshHere()).rejects.toMatchObject({ error: 'invalid_grant' });
    service.time.pass(LIFETIME - 120_000);
    await expect(refreshThere()).resolves.toHaveProperty('access_token');
  });

  test('does not work for another relying party', async () => {
    const { tokens, refresh } = await inside();
    const { login } = await inside('kiosk');
    await expect(client.refreshTokenGrant(login.config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(refresh()).resolves.toHaveProperty('access_token');
  });

  test('is not issued where the profile needs none, nor to a public client', async () => {
    const plain = await inside('plain');
    expect(plain.tokens).not.toHaveProperty('refresh_token');
    expect(plain.tokens.expires_in).toBeGreaterThan(590);
    const app = await inside('app', { auth: client.None() });
    expect(app.tokens).not.toHaveProperty('refresh_token');
  });
});
