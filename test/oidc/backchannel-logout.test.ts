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

describe.each(STORES)('back-channel logout, on %s', (_name, open) => {
  let opened: OpenedStore;
  let service: TestService;
  let shop: BackChannel;
  let kiosk: BackChannel;

  beforeEach(async () => {
    [opened, shop, kiosk] = await Promise.all([open(), startBackChannel(), startBackChannel()]);
    service = await startService({
      store: opened.store,
      // Dozens of visitors come from one address.
      rooms: [...rooms, staying].map((room) => ({ ...room, challenge: 'off' as const })),
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
  const notifiedSubs = (channel: BackChannel) => channel.tokens.map((token) => decodeJwt(token).sub);

  test('sends a logout token that the relying party verifies against the JWKS', async () => {
    const { sub, sid } = await inside('kiosk');
    await end(sub);
    await service.sendLogouts();
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
    // The sid is the one of the ID token.
    expect(sid).toEqual(expect.any(String));
    expect(payload.sid).toBe(sid);
  });

  test('is announced in the discovery document', async () => {
    const discovery = await (await fetch(`${service.issuer}/.well-known/openid-configuration`)).json();
    expect(discovery).toMatchObject({ backchannel_logout_supported: true, backchannel_logout_session_supported: true });
  });

  test.each<[string, (sub: string) => unknown]>([
    ['expired', () => service.time.pass(LIFETIME)],
    ['the site reported as completed', (sub) => end(sub)],
    [
      'the site reported as abandoned',
      (sub) => service.waitingRoom.operations.exits('sale', { exited: 0, completed: [], abandoned: [sub] }),
    ],
    ['ended with a reset of the room', () => service.waitingRoom.operations.reset('sale')],
    ['ended with the deletion of the room', () => service.waitingRoom.operations.deleteRoom('sale')],
  ])('notifies every relying party of the room once of an admission that %s', async (_how, ends) => {
    const { sub, browser } = await inside();
    await inside('kiosk', { browser });
    await service.sendLogouts();
    expect([shop.tokens, kiosk.tokens]).toEqual([[], []]);
    await ends(sub);
    await service.sendLogouts();
    await service.sendLogouts();
    expect([notifiedSubs(shop), notifiedSubs(kiosk)]).toEqual([[sub], [sub]]);
  });

  test('notifies of a logout without making the visitor wait', async () => {
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
    await service.sendLogouts();
    expect([notifiedSubs(shop), notifiedSubs(kiosk)]).toEqual([[sub], [sub]]);
  });

  test('notifies of a revoked token', async () => {
    const { sub, login, tokens } = await inside();
    const revoke = {
      method: 'POST',
      body: new URLSearchParams({ token: tokens.access_token, client_id: 'shop', client_secret: SECRET }),
    };
    await fetch(login.config.serverMetadata().revocation_endpoint ?? '', revoke);
    await service.sendLogouts();
    expect(notifiedSubs(shop)).toEqual([sub]);
  });

  test('notifies at once of an admission that ended during the code exchange', async () => {
    const { login, callback } = await goIn(service, { clientId: 'shop' });
    const { expect: keep } = opened.store.logoutQueue;
    const claimed = service.told.find((activity) => activity.type === 'ticket.claimed');
    opened.store.logoutQueue.expect = async (...args) => {
      await end(claimed?.sub ?? '');
      await service.sendLogouts();
      await keep(...args);
    };
    await login.exchange(callback);
    opened.store.logoutQueue.expect = keep;
    await service.sendLogouts();
    expect(shop.tokens).toHaveLength(1);
  });

  test('misses no end that comes while it looks up the admission', async () => {
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
    await service.sendLogouts();
    await service.sendLogouts();
    expect(shop.tokens).toHaveLength(1);
  });

  test('notifies of the newest session, also if it began during the lookup', async () => {
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
    await service.sendLogouts();
    service.time.pass(LIFETIME);
    await service.sendLogouts();
    expect(kiosk.tokens.map((token) => decodeJwt(token).sid)).toEqual(['newer']);
  });

  test('notifies of what was due for hours while no process ran', async () => {
    await inside();
    service.time.pass(LIFETIME + HOUR + MINUTE);
    await service.sendLogouts();
    expect(shop.tokens).toHaveLength(1);
  });

  test('sends nothing for a readmitted visitor until the new admission ends', async () => {
    const { sub, browser } = await inside();
    await end(sub);
    await inside('shop', { browser });
    await service.sendLogouts();
    expect(shop.tokens).toEqual([]);
    service.time.pass(LIFETIME);
    await service.sendLogouts();
    expect(notifiedSubs(shop)).toEqual([sub]);
  });

  test('waits for the end of a prolonged admission', async () => {
    const { sub, browser } = await inside('lasting', { room: 'staying' });
    service.time.pass(LIFETIME - MINUTE);
    await inside('silent', { browser });
    await goIn(service, { clientId: 'lasting', room: 'staying', browser });
    service.time.pass(2 * MINUTE);
    await service.sendLogouts();
    expect(shop.tokens).toEqual([]);
    service.time.pass(LIFETIME);
    await service.sendLogouts();
    expect(notifiedSubs(shop)).toContain(sub);
  });

  test('queues nothing for a relying party without a back channel', async () => {
    const { sub } = await inside('silent');
    await end(sub);
    await service.sendLogouts();
    expect(await opened.store.logoutQueue.take('silent', 10, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toEqual(
      [],
    );
  });

  test.each([500, 503, 302, 404, 429])(
    'retries at growing intervals after the answer %i, until it is accepted',
    async (status) => {
      shop.answer = answers(status);
      const { sub } = await inside();
      await end(sub);
      await service.sendLogouts();
      await service.sendLogouts();
      expect(shop.tokens).toHaveLength(1);
      service.time.pass(5_000);
      await service.sendLogouts();
      expect(shop.tokens).toHaveLength(2);
      service.time.pass(5_000);
      await service.sendLogouts();
      expect(shop.tokens).toHaveLength(2);
      shop.answer = answers(200);
      service.time.pass(5 * MINUTE);
      await service.sendLogouts();
      service.time.pass(HOUR);
      await service.sendLogouts();
      expect(notifiedSubs(shop)).toEqual([sub, sub, sub]);
    },
  );

  test('does not retry a token that was refused', async () => {
    shop.answer = answers(400);
    const { sub } = await inside();
    await end(sub);
    await service.sendLogouts();
    service.time.pass(MINUTE);
    await service.sendLogouts();
    expect(shop.tokens).toHaveLength(1);
  });

  test('gives up after an hour of failures', async () => {
    shop.answer = answers(500);
    const { sub } = await inside();
    await end(sub);
    await service.sendLogouts();
    service.time.pass(HOUR + 1);
    await service.sendLogouts();
    expect(shop.tokens).toHaveLength(2);
    shop.answer = answers(200);
    service.time.pass(HOUR);
    await service.sendLogouts();
    expect(shop.tokens).toHaveLength(2);
  });

  test('limits the connections to an endpoint that hangs, delays no other, and logs it once', async () => {
    shop.answer = () => undefined;
    const crowd = [];
    for (let n = 0; n < 40; n++) {
      const { sub, browser } = await inside();
      await inside('kiosk', { browser });
      crowd.push(sub);
    }
    await end(...crowd);
    const sending = service.sendLogouts();
    await expect.poll(() => notifiedSubs(kiosk).sort()).toEqual([...crowd].sort());
    expect(shop.mostOpen()).toBe(16);
    await sending;
    service.time.pass(5_000);
    await service.sendLogouts();
    expect(shop.tokens).toHaveLength(32);
    expect(shop.mostOpen()).toBe(16);
    const failures = service.logged.filter((line) => line.includes('back-channel logout failed'));
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain('"client_id":"shop"');
    for (const token of shop.tokens) expect(service.logged.join()).not.toContain(token);

    shop.answer = answers(200);
    for (let n = 0; n < 3; n++) {
      service.time.pass(MINUTE);
      await service.sendLogouts();
    }
    expect(new Set(notifiedSubs(shop))).toEqual(new Set(crowd));
    expect(service.logged.filter((line) => line.includes('back-channel logout recovered'))).toHaveLength(1);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['was deleted', () => service.waitingRoom.operations.deleteRelyingParty('shop')],
    [
      'no longer has a back channel',
      async () => {
        const known = await service.waitingRoom.operations.relyingParty('shop');
        await service.waitingRoom.operations.putRelyingParty({ ...known, backchannel_logout_uri: null });
      },
    ],
  ])('sends nothing to a relying party that %s', async (_how, change) => {
    const { sub } = await inside();
    await change();
    await end(sub);
    service.time.pass(LIFETIME);
    await service.sendLogouts();
    expect(shop.tokens).toEqual([]);
    expect(await opened.store.logoutQueue.take('shop', 10, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)).toEqual(
      [],
    );
  });
});
