import * as client from 'openid-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { onEachStore } from '#support/on-each-store.ts';
import { SECRET } from '#support/relying-party.ts';
import { comeBack, ENDS, goIn, rooms } from './visit.ts';

const REDIRECT_URI = 'http://127.0.0.1:9/oauth2/idpresponse';
const party = { client_secret: SECRET, room: 'sale', profile: 'alb', redirect_uris: [REDIRECT_URI] };
const relying_parties = [
  { ...party, client_id: 'shop' },
  { ...party, client_id: 'gateway' },
  { ...party, client_id: 'app', client_secret: undefined },
  { ...party, client_id: 'elsewhere', room: 'other' },
];
const options = { redirectUri: REDIRECT_URI };

onEachStore('the end of an admission', { rooms, relying_parties }, (service) => {
  beforeEach(async () => {
    await service.restart();
    for (const room of ['sale', 'other']) await service.waitingRoom.operations.reset(room);
  });

  const counters = () => service.waitingRoom.operations.counters('sale');

  async function inside(clientId = 'shop', more: { auth?: client.ClientAuth; room?: string } = {}) {
    const visit = await goIn(service, { ...options, clientId, ...more });
    const tokens = await visit.login.exchange(visit.callback);
    return { ...visit, tokens, sub: tokens.claims()?.sub ?? '' };
  }

  /** The configuration of another relying party, which introspects tokens. */
  async function configOf(clientId: string, auth = client.ClientSecretBasic(SECRET)) {
    return client.discovery(new URL(service.issuer), clientId, undefined, auth, {
      execute: [client.allowInsecureRequests],
    });
  }

  describe('by revocation', () => {
    test.each(['access_token', 'refresh_token'] as const)(
      'of its %s frees the place and makes all its tokens invalid',
      async (kind) => {
        const { login, tokens, browser, sub } = await inside();
        await client.tokenRevocation(login.config, tokens[kind] ?? '');
        expect(await counters()).toMatchObject({ active: 0, completed: 1 });
        const ended = service.told.filter((activity) => activity.type === 'admission.ended' && activity.sub === sub);
        expect(ended).toMatchObject([{ room: 'sale', sub, reason: 'revoked' }]);
        await expect(client.refreshTokenGrant(login.config, tokens.refresh_token ?? '')).rejects.toMatchObject({
          error: 'invalid_grant',
        });
        await expect(client.fetchUserInfo(login.config, tokens.access_token, sub)).rejects.toThrow();
        expect((await comeBack(service, browser, options)).outcome).toBe('waits');
      },
    );

    test('may be repeated', async () => {
      const { login, tokens } = await inside();
      await client.tokenRevocation(login.config, tokens.access_token);
      await client.tokenRevocation(login.config, tokens.access_token);
      expect(await counters()).toMatchObject({ active: 0, completed: 1 });
    });

    test('is only for the client that the token was issued to', async () => {
      const { login, tokens, sub } = await inside();
      for (const [id, auth] of [
        ['gateway', undefined],
        ['app', client.None()],
      ] as const) {
        const refused = client.tokenRevocation(await configOf(id, auth), tokens.access_token);
        await expect(refused).rejects.toMatchObject({ status: 400, error: 'invalid_grant' });
      }
      expect(await counters()).toMatchObject({ active: 1, completed: 0 });
      await expect(client.fetchUserInfo(login.config, tokens.access_token, sub)).resolves.toMatchObject({ sub });
    });

    test('succeeds after the room was deleted', async () => {
      const { login, tokens } = await inside();
      await service.waitingRoom.operations.deleteRoom('sale');
      await expect(client.tokenRevocation(login.config, tokens.access_token)).resolves.toBeUndefined();
    });

    test('of an unknown token ends nothing', async () => {
      const { login } = await inside();
      await client.tokenRevocation(login.config, 'x'.repeat(43));
      expect(await counters()).toMatchObject({ active: 1 });
    });
  });

  describe('by introspection', () => {
    test('has not come: a live token is active, with its sub and expiry, for any gateway of the room', async () => {
      const { tokens, sub } = await inside();
      for (const id of ['shop', 'gateway']) {
        const answer = await client.tokenIntrospection(await configOf(id), tokens.access_token);
        expect(answer).toMatchObject({ active: true, sub, client_id: 'shop', iss: service.issuer, scope: 'openid' });
        expect(answer.exp).toBeGreaterThan(Date.now() / 1000 + 50);
      }
    });

    test.each(ENDS)('has come when it %s: all its tokens are inactive', async (_how, end) => {
      const { login, tokens, sub } = await inside();
      await end(service, sub);
      for (const token of [tokens.access_token, tokens.refresh_token ?? '']) {
        expect(await client.tokenIntrospection(login.config, token)).toEqual({ active: false });
      }
    });

    test("is hidden from clients of another room, and from a public client that presents another's token", async () => {
      const { tokens } = await inside();
      for (const [id, auth] of [
        ['elsewhere', undefined],
        ['app', client.None()],
      ] as const) {
        expect(await client.tokenIntrospection(await configOf(id, auth), tokens.access_token)).toEqual({
          active: false,
        });
      }
    });

    test('is hidden from clients without a secret', async () => {
      const { tokens } = await inside();
      const guessing = await configOf('gateway', client.ClientSecretBasic('guessed'));
      await expect(client.tokenIntrospection(guessing, tokens.access_token)).rejects.toMatchObject({ status: 401 });
    });
  });
});
