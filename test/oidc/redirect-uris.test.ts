import * as client from 'openid-client';
import { describe, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { SECRET, startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { comeBack, numbersGiven, rooms } from './visit.ts';

const LOOPBACK = ['http://127.0.0.1/callback', 'http://localhost:8000/callback', 'http://[::1]/callback'];

const service = serviceOn(embeddedStore, {
  rooms,
  relying_parties: [
    { client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: ['http://127.0.0.1:9/callback'] },
    { client_id: 'app', room: 'sale', redirect_uris: LOOPBACK, login_window: '1m' },
    { client_id: 'claimed', room: 'sale', redirect_uris: ['https://app.example/cb', 'http://127.0.0.1/cb'] },
    { client_id: 'page', room: 'sale', redirect_uris: ['https://page.example/cb', 'https://localhost/cb'] },
  ],
});

describe('a missing redirect_uri', () => {
  test('is refused at /authorize with a page, also if one is registered, and takes no number', async () => {
    const before = await numbersGiven(service);
    const url = new URL((await startLogin(service.issuer)).url);
    url.searchParams.delete('redirect_uri');
    const answer = await createBrowser().get(url.href);
    expect([answer.status, answer.location]).toEqual([400, '']);
    expect(answer.text).toContain('redirect_uri');
    expect(await numbersGiven(service)).toBe(before);
  });

  test('is refused at /par', async () => {
    const answer = await fetch(`${service.issuer}/par`, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from(`shop:${SECRET}`).toString('base64')}` },
      body: new URLSearchParams({ response_type: 'code', client_id: 'shop', scope: 'openid' }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(/"invalid_request".*redirect_uri/);
  });
});

describe('a native client on loopback (RFC 8252 §7.3)', () => {
  test.each([
    ['app', 'http://127.0.0.1:51234/callback'],
    ['app', 'http://localhost:51234/callback'],
    ['app', 'http://[::1]:51234/callback'],
    ['claimed', 'http://127.0.0.1:51234/cb'],
  ])('%s may use %s, and gets its tokens there', async (clientId, redirectUri) => {
    await service.waitingRoom.operations.reset('sale');
    const options = { clientId, redirectUri, auth: client.None() };
    const login = await startLogin(service.issuer, options);
    const browser = createBrowser();
    const { location } = await browser.get(login.url);
    await service.waitingRoom.operations.raise('sale', 1);
    const claimed = await browser.post(location);
    const back = claimed.location.startsWith(redirectUri)
      ? claimed
      : await browser.follow(claimed.location, service.issuer);
    expect(back.location).toContain(`${redirectUri}?code=`);
    await expect(login.exchange(back.location)).resolves.toHaveProperty('id_token');
  });

  test('starts a fresh login on the port that it uses now', async () => {
    await service.waitingRoom.operations.reset('sale');
    const browser = createBrowser();
    const redirectUri = 'http://127.0.0.1:51234/callback';
    const { answer } = await comeBack(service, browser, { clientId: 'app', redirectUri, auth: client.None() });
    service.time.pass(2 * 60_000);
    await service.waitingRoom.operations.raise('sale', 1);
    expect((await browser.post(answer.location)).location).toBe('http://127.0.0.1:51234/');
  });

  test.each([
    ['shop', 'http://127.0.0.1:10/callback'],
    ['app', 'http://127.0.0.1:51234/elsewhere'],
    ['app', 'http://127.0.0.2:51234/callback'],
    ['app', 'https://127.0.0.1:51234/callback'],
    ['claimed', 'https://app.example:8443/cb'],
    ['page', 'https://localhost:8443/cb'],
  ])('does not make %s accept %s', async (clientId, redirectUri) => {
    const before = await numbersGiven(service);
    const auth = client.None();
    const { answer, outcome } = await comeBack(service, createBrowser(), { clientId, redirectUri, auth });
    expect([outcome, answer.status]).toEqual(['page', 400]);
    expect(await numbersGiven(service)).toBe(before);
  });

  test.each([
    ['http://localhost:51234', 'http://localhost:51234'],
    ['http://evil.example', null],
  ])('may read its tokens from a page at %s: %s', async (origin, allowed) => {
    const answer = await fetch(`${service.issuer}/token`, {
      method: 'POST',
      headers: { Origin: origin },
      body: new URLSearchParams({ grant_type: 'authorization_code', client_id: 'app', code: 'none' }),
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe(allowed);
  });
});
