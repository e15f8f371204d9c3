/** Signed passes: one place in line each, whichever browser brings them. */
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import Koa from 'koa';
import * as client from 'openid-client';
import { beforeEach, describe, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { createBrowser } from '#support/browser.ts';
import { enterWith } from '#support/enter.ts';
import { listen } from '#support/listen.ts';
import { onEachStore, serviceOn } from '#support/on-each-store.ts';
import { REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { ADMIN_TOKEN, COOKIE_KEYS } from '#support/service.ts';
import { embeddedStore } from '#support/stores.ts';
import { JoinRefused } from '#waiting-room/errors.ts';
import { enterUrl, SALE, SITE } from './room.ts';

const ISSUER = 'https://shop.example';
const SHARED = 'a secret that the shop and the line share';
const PASSES = { issuer: ISSUER, secret: SHARED };
const settings = {
  rooms: [{ ...SALE, passes: PASSES }],
  relying_parties: [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }],
};

onEachStore('a room with passes', settings, (service) => {
  const operations = () => service.waitingRoom.operations;
  const set = (passes: object | null, more = {}) =>
    operations().putRoom(roomSettings.parse({ ...SALE, ...more, passes }));
  const counters = () => operations().counters('sale');

  beforeEach(async () => {
    await set(PASSES);
    await operations().reset('sale');
  });

  /** An event whose draw is in a minute. */
  function setOpening(): Promise<unknown> {
    const start = service.time.now() + 60_000;
    const event = {
      id: 'opening',
      prequeue_start: new Date(start - 120_000).toISOString(),
      start: new Date(start).toISOString(),
    };
    return set(PASSES, { events: [event] });
  }

  /** As the shop signs it. */
  function signed(sub: string, more: JWTPayload = {}, secret = SHARED): Promise<string> {
    const now = Math.floor(service.time.now() / 1000);
    return new SignJWT({ iss: ISSUER, sub, exp: now + 600, ...more })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from(secret));
  }

  async function join(pass?: string): Promise<{ status: number; code?: string; number: number; ticket: string }> {
    const headers = pass === undefined ? {} : { 'Anteroom-Pass': pass };
    const answer = await fetch(`${service.issuer}/rooms/sale/tickets`, { method: 'POST', headers });
    return { status: answer.status, ...((await answer.json()) as { number: number; ticket: string }) };
  }

  const enter = (browser = createBrowser(), pass?: string) =>
    enterWith(browser, `${enterUrl(service, `${SITE}/`)}${pass === undefined ? '' : `&anteroom_pass=${pass}`}`);

  test('gives each pass one place, through the API and in any browser', async () => {
    const [ada, bob] = [await signed('ada'), await signed('bob')];
    expect([(await join(ada)).number, (await join(bob)).number, (await join(ada)).number]).toEqual([1, 2, 1]);
    expect((await join(await signed('ada', { exp: Math.floor(service.time.now() / 1000) + 60 }))).number).toBe(1);
    const browser = createBrowser();
    const { location } = await enter(browser, ada);
    expect((await browser.get(location)).text).toMatch(/>\s*1\s*</);
    const login = await startLogin(service.issuer, { more: { login_hint: bob } });
    const other = createBrowser();
    expect((await other.get((await other.get(login.url)).location)).text).toMatch(/>\s*2\s*</);
    expect((await join()).number).toBe(3);
    expect(await counters()).toMatchObject({ queue: 3 });
  });

  test('gives a pass one place if many browsers bring it at once', async () => {
    const ada = await signed('ada');
    const numbers = (await Promise.all(Array.from({ length: 10 }, () => join(ada)))).map(({ number }) => number);
    expect(new Set(numbers)).toEqual(new Set([1]));
    expect(await counters()).toMatchObject({ queue: 1 });
  });

  test('gives a pass one new number if many browsers bring it at once after it left', async () => {
    const ada = await signed('ada');
    const { ticket } = await join(ada);
    const headers = { Authorization: `Bearer ${ticket}` };
    await fetch(`${service.issuer}/rooms/sale/tickets/self`, { method: 'DELETE', headers });
    const numbers = (await Promise.all(Array.from({ length: 10 }, () => join(ada)))).map(({ number }) => number);
    expect(new Set(numbers)).toEqual(new Set([2]));
  });

  test('admits a pass once, wherever it is shown', async () => {
    await set(PASSES, { inlet: { strategy: 'max-size', size: 5 } });
    await service.waitingRoom.advance.room('sale');
    const ada = await signed('ada');
    const [one, other] = [await enter(createBrowser(), ada), await enter(createBrowser(), ada)];
    expect([one.location, other.location].every((url) => url.startsWith(SITE))).toBe(true);
    expect(await counters()).toMatchObject({ claimed: 1, active: 1 });
  });

  const pageOf = (text: string) => text.replace(/<[^>]+>/g, ' ');

  test('moves the place to the browser that brings the pass last', async () => {
    const ada = await signed('ada');
    const [one, other] = [createBrowser(), createBrowser()];
    const [first, second] = [await enter(one, ada), await enter(other, ada)];
    await operations().raise('sale', 1);
    const refused = await one.post(first.location);
    expect([refused.status, pageOf(refused.text)]).toEqual([409, expect.stringContaining('pass_moved')]);
    expect((await enter(one)).status).toBe(409);
    expect((await other.post(second.location)).location).toContain('anteroom_token=');

    const back = await enter(one, ada);
    expect(back.location).toContain('anteroom_token=');
    expect((await enter(other)).status).toBe(409);
    expect((await enter(other, ada)).location).toContain('anteroom_token=');
    expect(await counters()).toMatchObject({ queue: 1, claimed: 1, active: 1 });
  });

  test('makes copied cookies worthless once the pass comes in a browser without them', async () => {
    await set(PASSES, { inlet: { strategy: 'max-size', size: 5 } });
    await service.waitingRoom.advance.room('sale');
    const ada = await signed('ada');
    const [stolen, owner] = [createBrowser(), createBrowser()];
    await enter(stolen, ada);
    const thieves = ['nothing', 'ticket', 'inside', 'serial'].map((without) => {
      const thief = createBrowser();
      for (const [name, value] of stolen.cookies) if (!name.includes(without)) thief.cookies.set(name, value);
      return thief;
    });
    expect((await enter(owner, ada)).location).toContain('anteroom_token=');
    for (const thief of thieves) {
      const { status, location } = await enter(thief);
      expect([status, location]).not.toEqual([status, expect.stringContaining('anteroom_token=')]);
      if (!location) continue;
      const { url } = await thief.follow(location, service.issuer);
      const { location: after } = await thief.post(url, { take_over: '1' });
      expect(after).not.toContain('anteroom_token=');
      if (after) expect((await thief.follow(after, service.issuer)).location).not.toContain('anteroom_token=');
    }
    const back = await enter(owner);
    expect(back.location).toContain('anteroom_token=');
    expect(await counters()).toMatchObject({ claimed: 1, active: 1 });
  });

  test('leaves the place where it is if the same browser brings the pass again', async () => {
    const ada = await signed('ada');
    const browser = createBrowser();
    await enter(browser, ada);
    const tabs = [await enter(browser, ada), await enter(browser)];
    await operations().raise('sale', 1);
    for (const { location } of tabs) {
      const answer = await browser.post(location);
      const { location: back } = answer.location.startsWith(SITE)
        ? answer
        : await browser.follow(answer.location, service.issuer);
      expect(back).toContain('anteroom_token=');
    }
  });

  test('moves the place to the app that brings the pass last', async () => {
    const ada = await signed('ada');
    const [former, current] = [await join(ada), await join(ada)];
    expect(current.number).toBe(former.number);
    await operations().raise('sale', 1);
    const call = async (path: string, { ticket }: { ticket: string }) => {
      const headers = { Authorization: `Bearer ${ticket}` };
      const answer = await fetch(`${service.issuer}/rooms/sale/tickets/self${path}`, { method: 'POST', headers });
      return [answer.status, ((await answer.json()) as { code?: string }).code];
    };
    expect(await call('/claim', former)).toEqual([409, 'pass_moved']);
    expect(await call('/rejoin', former)).toEqual([409, 'pass_moved']);
    expect(await call('/claim', current)).toEqual([200, undefined]);
  });

  test('moves an entry of a draw, with the number that was drawn for it', async () => {
    await setOpening();
    const ada = await signed('ada');
    const [one, other] = [createBrowser(), createBrowser()];
    const [first, second] = [await enter(one, ada), await enter(other, ada)];
    await other.get(second.location);
    await service.waitingRoom.flush();
    service.time.pass(61_000);
    await service.waitingRoom.advance.room('sale');
    await operations().raise('sale', 1);
    expect((await one.post(first.location)).status).toBe(409);
    expect((await other.post(second.location)).location).toContain('anteroom_token=');
  });

  test('ends the tokens of the browser that the place leaves', async () => {
    await set(PASSES, { inlet: { strategy: 'max-size', size: 5 } });
    await service.waitingRoom.advance.room('sale');
    const logIn = async () => {
      const browser = createBrowser();
      const login = await startLogin(service.issuer, { more: { anteroom_pass: await signed('ada') } });
      return login.exchange((await browser.follow(login.url, service.issuer)).location);
    };
    const [former, current] = [await logIn(), await logIn()];
    const { config } = await startLogin(service.issuer);
    const isActive = async ({ access_token }: { access_token: string }) =>
      (await client.tokenIntrospection(config, access_token)).active;
    expect([await isActive(former), await isActive(current)]).toEqual([false, true]);
  });

  test('moves the place of a pass to the number that its visitor rejoins with', async () => {
    const ada = await signed('ada');
    const { ticket } = await join(ada);
    const bearer = { headers: { Authorization: `Bearer ${ticket}` } };
    await fetch(`${service.issuer}/rooms/sale/tickets/self`, { method: 'DELETE', ...bearer });
    await join();
    const again = await fetch(`${service.issuer}/rooms/sale/tickets/self/rejoin`, { method: 'POST', ...bearer });
    expect((await again.json()) as object).toMatchObject({ number: 3 });
    expect((await join(ada)).number).toBe(3);
    expect(await counters()).toMatchObject({ queue: 3 });
  });

  test('keeps one place of a pass, however often a former ticket of it rejoins', async () => {
    const ada = await signed('ada');
    const { ticket } = await join(ada);
    await operations().reset('sale');
    const rejoin = async () => {
      const headers = { Authorization: `Bearer ${ticket}` };
      const answer = await fetch(`${service.issuer}/rooms/sale/tickets/self/rejoin`, { method: 'POST', headers });
      return ((await answer.json()) as { number: number }).number;
    };
    expect(new Set(await Promise.all([rejoin(), rejoin(), rejoin()]))).toEqual(new Set([1]));
    expect([await rejoin(), (await join(ada)).number]).toEqual([1, 1]);
    expect(await counters()).toMatchObject({ queue: 1 });
  });

  test('issues no number without a required pass, whatever the way in', async () => {
    const { ticket } = await join();
    await operations().reset('sale');
    await set({ ...PASSES, required: true });
    const headers = { Authorization: `Bearer ${ticket}` };
    const again = await fetch(`${service.issuer}/rooms/sale/tickets/self/rejoin`, { method: 'POST', headers });
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([403, 'pass_required']);
    const proven = service.waitingRoom.visitors.arrive('sale', { visitor: null, ticket: null, proven: true });
    await expect(proven).rejects.toMatchObject({ code: 'pass_required' });
    expect(await counters()).toMatchObject({ queue: 0 });
  });

  test('gives no new number to a rejoin that is refused, with a pass or without', async () => {
    const { visitors, tickets } = service.waitingRoom;
    const refusal = new JoinRefused('frame_refused', 'This is a frame.');
    for (const pass of [await signed('ada'), undefined]) {
      const { ticket } = await join(pass);
      await operations().reset('sale');
      const known = tickets.open(ticket, 'sale');
      if (!known) throw new Error('the ticket does not open');
      await expect(visitors.rejoin(known, { refusal })).rejects.toMatchObject({ code: 'frame_refused' });
      expect(await counters()).toMatchObject({ queue: 0 });
    }
  });

  test('gives a pass a new number after it left the line, and after a reset', async () => {
    const ada = await signed('ada');
    const { ticket } = await join(ada);
    const headers = { Authorization: `Bearer ${ticket}` };
    await fetch(`${service.issuer}/rooms/sale/tickets/self`, { method: 'DELETE', headers });
    expect([(await join(ada)).number, (await join(ada)).number]).toEqual([2, 2]);
    await operations().reset('sale');
    expect([(await join(ada)).number, (await join(ada)).number]).toEqual([1, 1]);
  });

  test('finds the place of a pass again after COOKIE_KEYS changed', async () => {
    const ada = await signed('ada');
    await join(ada);
    await service.restart({ cookieKeys: ['a new key that only the tests know', ...COOKIE_KEYS] });
    expect([(await join(await signed('ada'))).number, (await join(await signed('bob'))).number]).toEqual([1, 2]);
    expect((await join(await signed('ada'))).number).toBe(1);
  });

  test('gives a pass one entry of a draw', async () => {
    await setOpening();
    const ada = await signed('ada');
    for (const pass of [ada, ada, await signed('bob'), ada]) {
      const joined = await join(pass);
      expect(joined.status).toBe(201);
      await fetch(`${service.issuer}/rooms/sale/tickets/self`, {
        headers: { Authorization: `Bearer ${joined.ticket}` },
      });
    }
    await service.waitingRoom.flush();
    service.time.pass(61_000);
    await service.waitingRoom.advance.room('sale');
    expect(await counters()).toMatchObject({ queue: 2 });
  });

  test.each<[string, () => Promise<string> | string]>([
    ['that has expired', () => signed('ada', { exp: 1 })],
    [
      'that never expires',
      () => new SignJWT({ iss: ISSUER, sub: 'ada' }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(SHARED)),
    ],
    ['of another issuer', () => signed('ada', { iss: 'https://other.example' })],
    ['for somebody else', () => signed('ada', { aud: 'another-client' })],
    ['of nobody', () => signed('')],
    ['by another secret', () => signed('ada', {}, `${SHARED}!`)],
    ['that is not valid yet', () => signed('ada', { nbf: 99_999_999_999 })],
    ['without a signature', async () => `${(await signed('ada')).split('.').slice(0, 2).join('.')}.`],
    ['that says it has no algorithm', () => unsigned({ iss: ISSUER, sub: 'ada', exp: 99_999_999_999 })],
    ['that is no token', () => 'x'.repeat(5000)],
  ])('gives a pass %s no number', async (_, make) => {
    const pass = await make();
    expect(await join(pass)).toMatchObject({ status: 403, code: 'pass_invalid' });
    const page = await enter(createBrowser(), pass.slice(0, 4000));
    expect([page.status, page.text.includes('pass_invalid'), page.headers['set-cookie']]).toEqual([
      403,
      true,
      undefined,
    ]);
    expect(await counters()).toMatchObject({ queue: 0 });
  });

  test('accepts a pass that names the room', async () => {
    expect((await join(await signed('ada', { aud: ['sale', 'x'] }))).status).toBe(201);
  });

  test('invites only visitors with a pass if it requires one, shows others the way to the site, and lets those in line stay', async () => {
    const early = createBrowser();
    const { location } = await enter(early);
    await set({ ...PASSES, required: true });
    expect(await join()).toMatchObject({ status: 403, code: 'pass_required' });
    const page = (await enter()).text;
    expect(page).toContain('pass_required');
    expect(page).toContain(`<a href="${SITE}/">`);
    const login = await startLogin(service.issuer);
    const refused = await createBrowser().get(login.url);
    expect([refused.status, refused.text.includes('pass_required')]).toEqual([403, true]);
    expect(refused.text).toContain(`<a href="${new URL('/', REDIRECT_URI).href}">`);
    expect((await enter(early)).location.split('&anteroom_at')[0]).toBe(location.split('&anteroom_at')[0]);
    expect((await enter(early, await signed('ada', { exp: 1 }))).status).toBe(303);
    expect(await counters()).toMatchObject({ queue: 1 });
    expect(await join(await signed('ada'))).toMatchObject({ status: 201, number: 2 });
  });
});

function unsigned(payload: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(payload)}.`;
}

describe('keys of an issuer', () => {
  const service = serviceOn(embeddedStore, { rooms: [SALE] });
  const operations = () => service.waitingRoom.operations;

  test('are fetched once, again for a new key, and kept while the issuer is unavailable', async () => {
    const [old, next, foreign] = await Promise.all([1, 2, 3].map(() => generateKeyPair('ES256')));
    if (!old || !next || !foreign) throw new Error('no keys');
    let keys = [{ ...(await exportJWK(old.publicKey)), kid: 'old' }];
    let requests = 0;
    const app = new Koa();
    app.use((ctx) => {
      requests += 1;
      ctx.body = { keys };
    });
    const issuer = await listen(app);
    const jwks_uri = `${issuer.url}/jwks`;
    const set = (uri: string) =>
      operations().putRoom(roomSettings.parse({ ...SALE, passes: { issuer: ISSUER, jwks_uri: uri } }));
    await set(jwks_uri);
    const sign = (sub: string, { privateKey }: typeof old, kid: string) =>
      new SignJWT({ iss: ISSUER, sub, exp: 99_999_999_999 }).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
    const join = async (pass: string) =>
      (await fetch(`${service.issuer}/rooms/sale/tickets`, { method: 'POST', headers: { 'Anteroom-Pass': pass } }))
        .status;

    expect([await join(await sign('a', old, 'old')), await join(await sign('b', old, 'old'))]).toEqual([201, 201]);
    expect(requests).toBe(1);
    for (let i = 0; i < 5; i++) expect(await join(await sign('c', foreign, 'unknown'))).toBe(403);
    expect(requests).toBe(1);
    keys = [...keys, { ...(await exportJWK(next.publicKey)), kid: 'next' }];
    service.time.pass(30_000);
    expect(await join(await sign('d', next, 'next'))).toBe(201);
    expect(await join(await sign('e', foreign, 'next'))).toBe(403);
    const publicKey = Buffer.from(JSON.stringify(keys[0]));
    const confused = await new SignJWT({ iss: ISSUER, sub: 'f', exp: 99_999_999_999 })
      .setProtectedHeader({ alg: 'HS256', kid: 'old' })
      .sign(publicKey);
    expect(await join(confused)).toBe(403);
    await issuer.close();
    service.time.pass(11 * 60_000);
    expect(await join(await sign('g', old, 'old'))).toBe(201);
    await set(`${issuer.url}/other`);
    expect(await join(await sign('h', old, 'old'))).toBe(503);
  });
});

describe('the secret of passes', () => {
  const service = serviceOn(embeddedStore, { rooms: [], allowPrivateTargets: false });

  async function admin(method: string, path: string, body?: unknown) {
    const answer = await fetch(`${service.issuer}/admin/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: the body of any answer.
    return { status: answer.status, body: (await answer.json()) as any };
  }
  const stored = async () => (await service.waitingRoom.operations.room('sale')).passes;

  test('never comes back, and stays if it is left out', async () => {
    const put = await admin('PUT', '/rooms/sale', { passes: PASSES });
    expect(put.body.passes).toEqual({ required: false, issuer: ISSUER });
    const got = await admin('GET', '/rooms/sale');
    expect((await admin('PUT', '/rooms/sale', got.body)).status).toBe(200);
    await admin('PATCH', '/rooms/sale', { passes: { required: true } });
    expect(await stored()).toEqual({ ...PASSES, required: true });
    const told = JSON.stringify([service.told, service.logged, (await admin('GET', '/audit')).body, got.body]);
    expect(told).not.toContain(SHARED);
    expect(told).toContain('room.put');
    const missing = await admin('PUT', '/rooms/new', { passes: { issuer: ISSUER } });
    expect([missing.status, missing.body.errors[0].field]).toEqual([400, 'passes.secret']);
    const inside = await admin('PUT', '/rooms/sale', { passes: { issuer: ISSUER, jwks_uri: 'http://127.0.0.1:1/' } });
    expect([inside.status, inside.body.errors[0].field]).toEqual([400, 'passes.jwks_uri']);
    await admin('PATCH', '/rooms/sale', { passes: { secret: null, jwks_uri: 'https://shop.example/jwks' } });
    expect(await stored()).toEqual({ issuer: ISSUER, jwks_uri: 'https://shop.example/jwks', required: true });
  });
});
