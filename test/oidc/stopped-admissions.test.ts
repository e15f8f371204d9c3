/** Tokens of visitors whose time a pause stopped. */
import * as client from 'openid-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { type LoginOptions, SECRET } from '#support/relying-party.ts';
import { comeBack, goIn, LIFETIME, relying_parties as others, rooms } from './visit.ts';

const [SALE] = rooms;
const MINUTE = 60_000;
const REDIRECT_URI = 'http://127.0.0.1:9/oauth2/idpresponse';
const balancer = { client_id: 'balancer', client_secret: SECRET, room: 'sale', profile: 'alb' };
const relying_parties = [...others, { ...balancer, redirect_uris: [REDIRECT_URI] }];
const balanced = { clientId: 'balancer', redirectUri: REDIRECT_URI };

onEachStore('a pause that stops admissions', { rooms, relying_parties }, (service) => {
  beforeEach(async () => {
    await service.restart();
    await set({});
    await service.waitingRoom.operations.reset('sale');
  });

  const set = (more: object) => service.waitingRoom.operations.putRoom(roomSettings.parse({ ...SALE, ...more }));
  const pause = (stops = 'claim_windows_and_admissions') => set({ mode: 'paused', pause: { stops } });

  async function inside(options: LoginOptions = {}) {
    const visit = await goIn(service, options);
    const tokens = await visit.login.exchange(visit.callback);
    return { ...visit, tokens, sub: tokens.claims()?.sub ?? '' };
  }

  /** Of the ID token: what is left of the admission. */
  function leftIn(tokens: Awaited<ReturnType<typeof client.refreshTokenGrant>>): number {
    const { exp = 0, iat = 0 } = tokens.claims() ?? {};
    return exp - iat;
  }

  describe('moves the end', () => {
    test('of an access token, which introspection and userinfo show, and no further', async () => {
      const { login, tokens, sub } = await inside();
      const { exp: before = 0 } = await client.tokenIntrospection(login.config, tokens.access_token);
      service.time.pass(MINUTE);
      await pause();
      for (const passed of [5, 40, 0]) {
        service.time.pass(passed * MINUTE);
        const answer = await client.tokenIntrospection(login.config, tokens.access_token);
        expect(answer).toMatchObject({ active: true, sub });
        await client.fetchUserInfo(login.config, tokens.access_token, sub);
      }
      await set({});
      const { exp = 0 } = await client.tokenIntrospection(login.config, tokens.access_token);
      expect(Math.abs(exp - before - 45 * 60)).toBeLessThanOrEqual(1);
      service.time.pass(LIFETIME - 2 * MINUTE);
      expect(await client.tokenIntrospection(login.config, tokens.access_token)).toMatchObject({ active: true, exp });
      await client.fetchUserInfo(login.config, tokens.access_token, sub);
      service.time.pass(MINUTE);
      expect(await client.tokenIntrospection(login.config, tokens.access_token)).toEqual({ active: false });
      await expect(client.fetchUserInfo(login.config, tokens.access_token, sub)).rejects.toThrow();
    });

    test('of what is issued meanwhile and afterwards', async () => {
      const { login, tokens, browser } = await inside(balanced);
      await pause();
      service.time.pass(40 * MINUTE);
      const refreshed = await client.refreshTokenGrant(login.config, tokens.refresh_token ?? '');
      expect(leftIn(refreshed)).toBeGreaterThan(LIFETIME / 1000 - 60);
      expect((await comeBack(service, browser, balanced)).answer.location).toContain(`${REDIRECT_URI}?code=`);
      service.time.pass(20 * MINUTE);
      await set({});
      const again = await client.refreshTokenGrant(login.config, tokens.refresh_token ?? '');
      expect(leftIn(again)).toBeGreaterThan(LIFETIME / 1000 - 60);
      expect((await comeBack(service, browser, balanced)).answer.location).toContain(`${REDIRECT_URI}?code=`);
      service.time.pass(LIFETIME);
      expect((await comeBack(service, browser, balanced)).outcome).toBe('waits');
    });
  });

  test('moves no end of a pause that stops claim windows only', async () => {
    const { login, tokens } = await inside();
    await pause('claim_windows');
    service.time.pass(LIFETIME);
    expect(await client.tokenIntrospection(login.config, tokens.access_token)).toEqual({ active: false });
  });

  test('revives nothing that ended before it', async () => {
    const { login, tokens, sub } = await inside();
    await pause();
    await service.waitingRoom.operations.exits('sale', { exited: 0, completed: [sub], abandoned: [] });
    service.time.pass(40 * MINUTE);
    expect(await client.tokenIntrospection(login.config, tokens.access_token)).toEqual({ active: false });
  });
});
