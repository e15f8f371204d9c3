import * as client from 'openid-client';
import { describe, expect, test } from 'vitest';
import { settingsFile } from '#settings/file.ts';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { SECRET } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { comeBack, goIn, read, relying_parties, rooms } from './visit.ts';

const service = serviceOn(embeddedStore, { rooms, relying_parties });

/** Registers a relying party with the checks of the file and the API. */
async function register(client_id: string, more: Record<string, unknown>): Promise<void> {
  const { relying_parties: parsed } = settingsFile.parse({ relying_parties: [{ client_id, room: 'sale', ...more }] });
  for (const party of parsed) await service.waitingRoom.operations.putRelyingParty(party);
}

describe('the provider accepts every relying party that the settings accept', () => {
  test.each([
    ['https', ['https://shop.example/oauth2/callback']],
    ['http on an inner network', ['http://shop.internal:8080/callback']],
    ['http on this machine', ['http://localhost/callback', 'http://127.0.0.1:3001/callback', 'http://[::1]/callback']],
    ['a query', ['https://shop.example/callback?tenant=1']],
    ['a private-use scheme', ['com.example.app:/callback', 'com.example.app://callback']],
    ['an app and its website', ['com.example.app:/callback', 'https://app.example/callback']],
    ['an app and http on this machine', ['com.example.app:/callback', 'http://127.0.0.1/callback']],
  ])('with %s', async (_what, redirect_uris) => {
    const clientId = `client-${Math.random()}`;
    await register(clientId, { redirect_uris });
    for (const redirectUri of redirect_uris) {
      const { answer } = await comeBack(service, createBrowser(), { clientId, redirectUri });
      expect([redirectUri, read(answer).outcome]).toEqual([redirectUri, 'waits']);
    }
  });

  test.each(['a', '~._-', 'A'.repeat(128), '0'])('with the client id %s', async (client_id) => {
    await register(client_id, { redirect_uris: ['https://shop.example/'] });
    const { outcome } = await comeBack(service, createBrowser(), {
      clientId: client_id,
      redirectUri: 'https://shop.example/',
    });
    expect(outcome).toBe('waits');
  });

  test.each(['s', ' blank ', 'a:b', '100%', '+', '&=?#', '"\\', '~'.repeat(256)])(
    'with the secret %s, sent by either method',
    async (client_secret) => {
      const clientId = `secret-${Math.random()}`;
      await register(clientId, { client_secret, redirect_uris: ['http://127.0.0.1:9/callback'] });
      for (const auth of [client.ClientSecretBasic(client_secret), client.ClientSecretPost(client_secret)]) {
        const { login, callback } = await goIn(service, { clientId, auth });
        await expect(login.exchange(callback)).resolves.toHaveProperty('id_token');
      }
    },
  );
});

describe('a single-page application', () => {
  const origin = 'https://app.example';
  const options = { clientId: 'page', redirectUri: `${origin}/callback`, auth: client.None() };

  /** The token request of a script on the origin `from`. */
  async function redeem(from: string) {
    await register('page', { redirect_uris: [options.redirectUri] });
    const browser = createBrowser();
    const { login, answer } = await comeBack(service, browser, options);
    await service.waitingRoom.operations.raise('sale', 1);
    const claimed = answer.location.startsWith(origin) ? answer : await browser.post(answer.location);
    const back = claimed.location.startsWith(origin) ? claimed : await browser.follow(claimed.location, service.issuer);
    const code = new URL(back.location).searchParams.get('code') ?? '';
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: 'page',
      redirect_uri: options.redirectUri,
      code_verifier: login.verifier,
      code,
    });
    return fetch(`${service.issuer}/token`, { method: 'POST', headers: { Origin: from }, body });
  }

  test('may request its tokens and userinfo from its own origin', async () => {
    const answer = await redeem(origin);
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    const { access_token } = (await answer.json()) as { access_token: string };
    const info = await fetch(`${service.issuer}/userinfo`, {
      headers: { Origin: origin, Authorization: `Bearer ${access_token}` },
    });
    expect([info.status, info.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
  });

  test('may not do so from another origin', async () => {
    const answer = await redeem('https://evil.example');
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([400, null]);
  });
});

describe('an admission longer than a day', () => {
  test('keeps its tokens valid to the end, since grant and session outlive them', async () => {
    await service.waitingRoom.operations.putRoom({
      ...(await service.waitingRoom.operations.room('other')),
      admission: { lifetime: 72 * 3_600_000, claim_window: 120_000, missed_turn: 'front', renew: false },
    });
    const { browser, login, callback } = await goIn(service, { clientId: 'elsewhere', room: 'other' });
    const tokens = await login.exchange(callback);
    expect(tokens.expires_in).toBeGreaterThan(72 * 3_600 - 60);
    const access = await service.store.oidcRecords.find('AccessToken', tokens.access_token);
    const session = await service.store.oidcRecords.find('Session', browser.cookies.get('anteroom_session') ?? '');
    const grant = await service.store.oidcRecords.find('Grant', String(access?.grantId));
    expect(Number(grant?.exp)).toBeGreaterThan(Number(access?.exp));
    expect(Number(session?.exp)).toBeGreaterThan(Number(access?.exp));
  });

  test('that follows a shorter one keeps the grant, which does not expire with the first', async () => {
    const { browser, login, callback } = await goIn(service);
    const { access_token } = await login.exchange(callback);
    const { grantId } = (await service.store.oidcRecords.find('AccessToken', access_token)) ?? {};
    const grant = await service.store.oidcRecords.find('Grant', String(grantId));
    const soon = Math.floor(Date.now() / 1000) + 60;
    await service.store.oidcRecords.upsert('Grant', String(grantId), { ...grant, exp: soon }, 60);

    const again = await comeBack(service, browser, { auth: client.ClientSecretPost(SECRET) });
    await again.login.exchange(again.answer.location);
    expect(Number((await service.store.oidcRecords.find('Grant', String(grantId)))?.exp)).toBeGreaterThan(soon + 600);
  });
});
