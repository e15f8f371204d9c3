import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { createBrowser } from '#support/browser.ts';
import { REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { startService, type TestService } from '#support/service.ts';
import { type OpenedStore, STORES } from '#support/stores.ts';
import { answers, type BackChannel, startBackChannel } from './logout-receiver.ts';
import { goIn, rooms } from './visit.ts';

const [LIFETIME, MINUTE, HOUR] = [10 * 60_000, 60_000, 60 * 60_000];
const AFTER = 'http://127.0.0.1:9/bye';
const staying = { id: 'staying', title: 'Stay', admission: { lifetime: '10m', renew: true } };
const party = {
  client_secret: SECRET,
  room: 'sale',
  redirect_uris: [REDIRECT_URI],
  post_logout_redirect_uris: [AFTER],
};

describe.each(STORES)('the back channel, on %s', (_name, open) => {
  let opened: OpenedStore;
  let service: TestService;
  let shop: BackChannel;
  let kiosk: BackChannel;

  beforeEach(async () => {
    [opened, shop, kiosk] = await Promise.all([open(), startBackChannel(), startBackChannel()]);
    service = await startService({
      store: opened.store,
      rooms: [...rooms, staying],
      relying_parties: [
        { ...party, client_id: 'shop', backchannel_logout_uri: shop.uri },
        {
          ...party,
          client_id: 'kiosk',
          backchannel_logout_uri: kiosk.uri,
          backchannel_logout_session_required: true,
        },
        { ...party, client_id: 'lasting', room: 'staying', backchannel_logout_uri: shop.uri },
        { ...party, client_id: 'silent' },
      ],
    });
  });
  afterEach(async () => {
    await service?.close();
    await Promise.all([shop, kiosk, opened].map((each) => each?.close()));
  });

  async function inside(
    clientId = 'shop',
    options: { browser?: ReturnType<typeof createBrowser>; room?: string } = {},
  ) {
    const visit = await goIn(service, { clientId, ...options });
    const tokens = await visit.login.exchange(visit.callback);
    const claims = tokens.claims();
    return { ...visit, tokens, sub: claims?.sub ?? '', sid: claims?.sid };
  }

  const end = (...subs: string[]) =>
    service.waitingRoom.operations.exits('sale', { exited: 0, completed: subs, abandoned: [] });
  const subsTold = (channel: BackChannel) => channel.tokens.map((token) => decodeJwt(token).sub);

  test('brings a logout token as the standard has it, which the relying party checks like any token', async () => {
    const { sub, sid } = await inside('kiosk');
    await end(sub);
    await service.tellEnds();
    const keys = createRemoteJWKSet(new URL(`${service.issuer}/jwks`));
    const [token = ''] = kiosk.tokens;
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer: service.issuer, audience: 'kiosk' });
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'logout+jwt' });
    expect(payload).toMatchObject({
      sub,
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      jti: expect.any(String),
      iat: expect.any(Number),
    });
    expect(payload).not.toHaveProperty('nonce');
    // The session is the one of the ID token.
    expect(sid).toEqual(expect.any(String));
    expect(payload.sid).toBe(sid);
  });

  test('is said in discovery', async () => {
    const discovery = await (await fetch(`${service.issuer}/.well-known/openid-configuration`)).json();
    expect(discovery).toMatchObject({ backchannel_logout_supported: true, backchannel_logout_session_supported: true });
  });

  test.each<[string, (sub: string) => unknown]>([
    ['ran out', () => service.time.pass(LIFETIME)],
    ['was completed, as the site said', (sub) => end(sub)],
    [
      'was given up, as the site said',
      (sub) => service.waitingRoom.operations.exits('sale', { exited: 0, completed: [], abandoned: [sub] }),
    ],
    ['fell to a reset of the room', () => service.waitingRoom.operations.reset('sale')],
    ['fell to the end of the room', () => service.waitingRoom.operations.deleteRoom('sale')],
  ])('tells, once, every relying party of the room that an admission %s', async (_how, ends) => {
    const { sub, browser } = await inside();
    await inside('kiosk', { browser });
    await service.tellEnds();
    expect([shop.tokens, kiosk.tokens]).toEqual([[], []]);
    await ends(sub);
    await service.tellEnds();
    await service.tellEnds();
    expect([subsTold(shop), subsTold(kiosk)]).toEqual([[sub], [sub]]);
  });

  test('tells of a logout, and the visitor waits for none of it', async () => {
    const { sub, browser, tokens } = await inside();
    await inside('kiosk', { browser });
    shop.answer = () => undefined;
    const query = new URLSearchParams({ id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: AFTER });
    const page = await browser.get(`${service.issuer}/end-session?${query}`);
    const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(page.text) ?? [];
    const fetched = vi.spyOn(globalThis, 'fetch');
    const left = await browser.post(`${service.issuer}/end-session/confirm`, { xsrf, logout: 'yes' });
    expect(left.location).toBe(AFTER);
    // No notification was sent, or tried, on the way.
    expect([shop.tokens, kiosk.tokens]).toEqual([[], []]);
    const called = fetched.mock.calls.map(([url]) => String(url));
    expect(called.filter((url) => [shop.uri, kiosk.uri].includes(url))).toEqual([]);
    fetched.mockRestore();
    shop.answer = answers(204);
    await service.tellEnds();
    expect([subsTold(shop), subsTold(kiosk)]).toEqual([[sub], [sub]]);
  });

  test('tells of a token that was given back, and of a visitor who left', async () => {
    const { sub, login, tokens } = await inside();
    const revoke = {
      method: 'POST',
      body: new URLSearchParams({ token: tokens.access_token, client_id: 'shop', client_secret: SECRET }),
    };
    await fetch(login.config.serverMetadata().revocation_endpoint ?? '', revoke);
    await service.tellEnds();
    expect(subsTold(shop)).toEqual([sub]);
  });

  test('tells at once of an admission that ended while the tokens were on their way', async () => {
    const { login, callback } = await goIn(service, { clientId: 'shop' });
    const { expect: keep } = opened.store.logoutQueue;
    const claimed = service.told.find((activity) => activity.type === 'ticket.claimed');
    opened.store.logoutQueue.expect = async (...args) => {
      await end(claimed?.sub ?? '');
      await service.tellEnds();
      await keep(...args);
    };
    await login.exchange(callback);
    opened.store.logoutQueue.expect = keep;
    await service.tellEnds();
    expect(shop.tokens).toHaveLength(1);
  });

  test('loses no end that comes while it looks whether there was one', async () => {
    const { sub } = await inside();
    await opened.store.logoutQueue.hasten('shop', 'sale', [sub], service.time.now());
    const { admission } = opened.store.line;
    opened.store.line.admission = async (...args) => {
      const found = await admission(...args);
      opened.store.line.admission = admission;
      await end(sub);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return found;
    };
    await service.tellEnds();
    await service.tellEnds();
    expect(shop.tokens).toHaveLength(1);
  });

  test('tells of the newest session, also where that began while it looked', async () => {
    const { sub } = await inside('kiosk');
    await opened.store.logoutQueue.hasten('kiosk', 'sale', [sub], service.time.now());
    const { admission } = opened.store.line;
    opened.store.line.admission = async (...args) => {
      const found = await admission(...args);
      opened.store.line.admission = admission;
      await opened.store.logoutQueue.expect(
        'kiosk',
        { room: 'sale', visitor: sub, sid: 'newer' },
        service.time.now() + LIFETIME,
        service.time.now(),
      );
      return found;
    };
    await service.tellEnds();
    service.time.pass(LIFETIME);
    await service.tellEnds();
    expect(kiosk.tokens.map((token) => decodeJwt(token).sid)).toEqual(['newer']);
  });

  test('tells what was due for hours while nobody could', async () => {
    await inside();
    service.time.pass(LIFETIME + HOUR + MINUTE);
    await service.tellEnds();
    expect(shop.tokens).toHaveLength(1);
  });

  test('is silent for whoever is inside again, or still: until that ends', async () => {
    const { sub, browser } = await inside();
    await end(sub);
    await inside('shop', { browser });
    await service.tellEnds();
    expect(shop.tokens).toEqual([]);
    service.time.pass(LIFETIME);
    await service.tellEnds();
    expect(subsTold(shop)).toEqual([sub]);
  });

  test('waits for the end of an admission that was prolonged', async () => {
    const { sub, browser } = await inside('lasting', { room: 'staying' });
    service.time.pass(LIFETIME - MINUTE);
    await inside('silent', { browser });
    await goIn(service, { clientId: 'lasting', room: 'staying', browser });
    service.time.pass(2 * MINUTE);
    await service.tellEnds();
    expect(shop.tokens).toEqual([]);
    service.time.pass(LIFETIME);
    await service.tellEnds();
    expect(subsTold(shop)).toContain(sub);
  });

  test('costs nothing for a relying party that has none', async () => {
    const { sub } = await inside('silent');
    await end(sub);
    await service.tellEnds();
    expect(await opened.store.logoutQueue.take('silent', 10, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toEqual(
      [],
    );
  });

  test.each([500, 503, 302, 404, 429])(
    'that answers %i is asked again, later and later, and told in the end',
    async (status) => {
      shop.answer = answers(status);
      const { sub } = await inside();
      await end(sub);
      await service.tellEnds();
      await service.tellEnds();
      expect(shop.tokens).toHaveLength(1);
      service.time.pass(5_000);
      await service.tellEnds();
      expect(shop.tokens).toHaveLength(2);
      service.time.pass(5_000);
      await service.tellEnds();
      expect(shop.tokens).toHaveLength(2);
      shop.answer = answers(200);
      service.time.pass(5 * MINUTE);
      await service.tellEnds();
      service.time.pass(HOUR);
      await service.tellEnds();
      expect(subsTold(shop)).toEqual([sub, sub, sub]);
    },
  );

  test('that refuses a token is not asked again', async () => {
    shop.answer = answers(400);
    const { sub } = await inside();
    await end(sub);
    await service.tellEnds();
    service.time.pass(MINUTE);
    await service.tellEnds();
    expect(shop.tokens).toHaveLength(1);
  });

  test('that is broken for an hour is given up', async () => {
    shop.answer = answers(500);
    const { sub } = await inside();
    await end(sub);
    await service.tellEnds();
    service.time.pass(HOUR + 1);
    await service.tellEnds();
    expect(shop.tokens).toHaveLength(2);
    shop.answer = answers(200);
    service.time.pass(HOUR);
    await service.tellEnds();
    expect(shop.tokens).toHaveLength(2);
  });

  test('that hangs has few connections, holds up no other, and is logged once', async () => {
    shop.answer = () => undefined;
    const crowd = [];
    for (let n = 0; n < 40; n++) {
      const { sub, browser } = await inside();
      await inside('kiosk', { browser });
      crowd.push(sub);
    }
    await end(...crowd);
    const telling = service.tellEnds();
    await expect.poll(() => subsTold(kiosk).sort()).toEqual([...crowd].sort());
    expect(shop.mostOpen()).toBe(16);
    await telling;
    service.time.pass(5_000);
    await service.tellEnds();
    expect(shop.tokens).toHaveLength(32);
    expect(shop.mostOpen()).toBe(16);
    const complaints = service.logged.filter((line) => line.includes('back-channel logout failed'));
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain('"client_id":"shop"');
    for (const token of shop.tokens) expect(service.logged.join()).not.toContain(token);

    shop.answer = answers(200);
    for (let n = 0; n < 3; n++) {
      service.time.pass(MINUTE);
      await service.tellEnds();
    }
    expect(new Set(subsTold(shop))).toEqual(new Set(crowd));
    expect(service.logged.filter((line) => line.includes('back-channel logout recovered'))).toHaveLength(1);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['was deleted', () => service.waitingRoom.operations.deleteRelyingParty('shop')],
    [
      'has none any more',
      async () => {
        const known = await service.waitingRoom.operations.relyingParty('shop');
        await service.waitingRoom.operations.putRelyingParty({ ...known, backchannel_logout_uri: null });
      },
    ],
  ])('of a relying party that %s is called no more', async (_how, change) => {
    const { sub } = await inside();
    await change();
    await end(sub);
    service.time.pass(LIFETIME);
    await service.tellEnds();
    expect(shop.tokens).toEqual([]);
    expect(await opened.store.logoutQueue.take('shop', 10, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toEqual(
      [],
    );
  });
});
