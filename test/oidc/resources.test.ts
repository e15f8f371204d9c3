import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { comeBack, goIn, rooms } from './visit.ts';

const [API, OTHER] = ['https://api.example/', 'urn:example:other'];
const party = { client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI], resources: [API, OTHER] };
const relying_parties = [
  { ...party, client_id: 'shop' },
  { ...party, client_id: 'gateway', profile: 'api-gateway' },
  { ...party, client_id: 'plain', resources: undefined },
  { ...party, client_id: 'free', profile: 'api-gateway', resources: undefined },
];

onEachStore('an access token for an API', { rooms, relying_parties }, (service) => {
  async function tokensOf(clientId: string, resource?: string) {
    const { login, callback } = await goIn(service, { clientId, more: resource === undefined ? {} : { resource } });
    return { config: login.config, tokens: await login.exchange(callback) };
  }

  /** Verified as the API does: published keys, issuer and audience. */
  async function check(accessToken: string, audience: string) {
    const keys = createRemoteJWKSet(new URL(`${service.issuer}/jwks`));
    return jwtVerify(accessToken, keys, { issuer: service.issuer, audience, algorithms: ['RS256'], typ: 'at+jwt' });
  }

  test.each([API, OTHER])('is an RS256 JWT for %s that lives as long as the admission', async (aud) => {
    const { tokens } = await tokensOf('shop', aud);
    const { payload } = await check(tokens.access_token, aud);
    expect(payload).toMatchObject({
      aud,
      sub: tokens.claims()?.sub,
      client_id: 'shop',
      room: 'sale',
      number: tokens.claims()?.number,
    });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(tokens.expires_in);
    expect(tokens.expires_in).toBeGreaterThan(500);
    expect(decodeProtectedHeader(tokens.access_token).kid).toEqual(expect.any(String));
  });

  test('is for the first registered API if the profile cannot request one', async () => {
    const { tokens } = await tokensOf('gateway');
    await expect(check(tokens.access_token, API)).resolves.toBeDefined();
  });

  test('may be for any API that no other relying party has, if the profile requests one and none is registered', async () => {
    const { tokens } = await tokensOf('free', 'https://api.example/free');
    await expect(check(tokens.access_token, 'https://api.example/free')).resolves.toBeDefined();
    expect((await tokensOf('free')).tokens.access_token).not.toContain('.');
  });

  test('is opaque and works at userinfo if no API was requested', async () => {
    for (const clientId of ['shop', 'plain']) {
      const { config, tokens } = await tokensOf(clientId);
      expect(tokens.access_token).not.toContain('.');
      const sub = tokens.claims()?.sub ?? '';
      await expect(client.fetchUserInfo(config, tokens.access_token, sub)).resolves.toMatchObject({ sub });
    }
  });

  test('for another API is refused by the API, and by userinfo', async () => {
    const { config, tokens } = await tokensOf('shop', API);
    await expect(check(tokens.access_token, OTHER)).rejects.toMatchObject({ code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
    await expect(client.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? '')).rejects.toThrow();
  });

  test('that is not registered for the relying party is invalid_target, and takes no number', async () => {
    const { queue } = await service.waitingRoom.operations.counters('sale');
    for (const [clientId, resource] of [
      ['shop', 'https://api.example/other'],
      ['shop', 'no-uri'],
      ['plain', API],
      // An API registered for another relying party cannot be chosen.
      ['free', API],
    ] as const) {
      const { outcome, params } = await comeBack(service, createBrowser(), { clientId, more: { resource } });
      expect([outcome, params.get('error')]).toEqual(['error', 'invalid_target']);
    }
    expect((await service.waitingRoom.operations.counters('sale')).queue).toBe(queue);
  });

  test('cannot be revoked or introspected, since it is not in the store, and both endpoints say so', async () => {
    const { config, tokens } = await tokensOf('shop', API);
    for (const ask of [client.tokenRevocation, client.tokenIntrospection]) {
      await expect(ask(config, tokens.access_token)).rejects.toMatchObject({ error: 'unsupported_token_type' });
    }
  });
});
