/** Tokens that are bound to a key of the relying party (RFC 9449). */
import * as client from 'openid-client';
import { beforeEach, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { startLogin } from '#support/relying-party.ts';
import { sendPush } from './pushed-request.ts';
import { goIn, relying_parties, rooms } from './visit.ts';

onEachStore('a relying party that proves its key', { rooms, relying_parties }, (service) => {
  beforeEach(() => service.waitingRoom.operations.reset('sale'));

  async function logIn(more: Record<string, string> = {}) {
    const { login, callback } = await goIn(service, { browser: createBrowser(), more });
    const { config, verifier, state, nonce } = login;
    const proof = async () => client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const exchange = (DPoP?: client.DPoPHandle) =>
      client.authorizationCodeGrant(
        config,
        new URL(callback),
        { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce },
        undefined,
        DPoP ? { DPoP } : {},
      );
    return { config, proof, exchange };
  }

  test('gets tokens that are of use to nobody else', async () => {
    const { config, proof, exchange } = await logIn();
    const [own, other] = [await proof(), await proof()];
    const tokens = await exchange(own);
    expect(tokens.token_type).toBe('dpop');
    const sub = tokens.claims()?.sub ?? '';
    const { access_token } = tokens;
    expect(await client.fetchUserInfo(config, access_token, sub, { DPoP: own })).toMatchObject({ sub });
    await expect(client.fetchUserInfo(config, access_token, sub, { DPoP: other })).rejects.toThrow();
    await expect(client.fetchUserInfo(config, access_token, sub)).rejects.toThrow();
    expect(await client.tokenIntrospection(config, access_token)).toMatchObject({
      active: true,
      token_type: 'DPoP',
      cnf: { jkt: await own.calculateThumbprint() },
    });
  });

  test('gets a code that is of use to nobody else', async () => {
    const key = await client.randomDPoPKeyPair('ES256');
    const { config } = await startLogin(service.issuer);
    const own = client.getDPoPHandle(config, key);
    const bound = { dpop_jkt: await own.calculateThumbprint() };
    const [stolen, kept] = [await logIn(bound), await logIn(bound)];
    await expect(stolen.exchange(await stolen.proof())).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(kept.exchange(own)).resolves.toHaveProperty('token_type', 'dpop');
  });

  test('cannot push a thumbprint that no key has', async () => {
    const { answer, body } = await sendPush(service.issuer, { more: { dpop_jkt: 'x' } });
    expect([answer.status, body.error]).toEqual([400, 'invalid_request']);
  });

  test('may leave it out', async () => {
    const { exchange } = await logIn();
    expect((await exchange()).token_type).toBe('bearer');
  });
});
