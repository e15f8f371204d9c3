import request from 'supertest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdminServer } from '#support/admin.ts';
import { ADMIN_TOKEN, startAdmin, VIEWERS_TOKEN } from '#support/admin.ts';

let admin: AdminServer;
beforeEach(async () => {
  admin = await startAdmin();
});
afterEach(() => admin.close());

const signIn = (token: string, headers: Record<string, string> = {}) =>
  request(admin.url)
    .post('/admin/sign-in')
    .set({ 'Sec-Fetch-Site': 'same-origin', 'X-Forwarded-For': '203.0.113.9', ...headers })
    .type('form')
    .send({ token });

const cookieOf = (answer: request.Response) => answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';

/** The cookie and the CSRF token of a new session. */
async function enter(token = ADMIN_TOKEN) {
  const cookie = cookieOf(await signIn(token).expect(303));
  const { body } = await request(admin.url).get('/admin/session').set('Cookie', cookie).expect(200);
  return { cookie, csrf: body.csrf as string };
}

const call = (method: 'get' | 'post' | 'patch' | 'delete', path: string, headers: Record<string, string>) =>
  request(admin.url)
    [method](`/admin${path}`)
    .set({ 'Sec-Fetch-Site': 'same-origin', ...headers });

describe('signing in with a token', () => {
  test('makes a short cookie for this site alone, and leads to the panel', async () => {
    const answer = await signIn(ADMIN_TOKEN).expect(303);
    expect(answer.headers.location).toBe('/admin/');
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^anteroom_operator=[\w-]+; Max-Age=3600; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(ADMIN_TOKEN);
  });

  test('lets the session use the API with its CSRF token, in the role of the token', async () => {
    const { cookie, csrf } = await enter(VIEWERS_TOKEN);
    const headers = { Cookie: cookie, 'X-Anteroom-CSRF': csrf };
    await call('get', '/v1/rooms', headers).expect(200);
    const refused = await call('post', '/v1/rooms/sale/reset', headers).expect(403);
    expect(refused.body.detail).toContain('vera has the role viewer');
    const { body } = await call('get', '/session', headers).expect(200);
    expect(body).toMatchObject({ operator: 'vera', role: 'viewer' });
  });

  test.each([
    ['without a CSRF token', {}],
    ['with a wrong one', { 'X-Anteroom-CSRF': 'A'.repeat(22) }],
  ])('does not let the cookie use the API %s', async (_, headers) => {
    const { cookie } = await enter();
    await call('get', '/v1/rooms', { Cookie: cookie, ...headers }).expect(401);
  });

  test.each([
    ['fetch metadata', { 'Sec-Fetch-Site': 'same-site' }],
    ['an origin', { 'Sec-Fetch-Site': '', Origin: 'https://evil.example' }],
  ])('does not let another site use it, by %s', async (_, headers) => {
    const { cookie, csrf } = await enter();
    const all = { Cookie: cookie, 'X-Anteroom-CSRF': csrf, ...headers };
    await call('post', '/v1/rooms/sale/reset', all).expect(401);
    await call('get', '/session', all).expect(204);
    await signIn(ADMIN_TOKEN, headers).expect(401);
  });

  test('does not take the CSRF token of another session', async () => {
    const [{ cookie }, { csrf }] = [await enter(), await enter()];
    await call('get', '/v1/rooms', { Cookie: cookie, 'X-Anteroom-CSRF': csrf }).expect(401);
  });

  test('an action gives the session another hour, a poll does not', async () => {
    const { cookie, csrf } = await enter();
    const headers = { Cookie: cookie, 'X-Anteroom-CSRF': csrf };
    expect((await call('get', '/v1/rooms', headers)).headers['set-cookie']).toBeUndefined();
    expect(cookieOf(await call('post', '/session', headers).expect(200))).toMatch(/^anteroom_operator=./);
    await admin.as('put', '/rooms/sale').send({});
    const raised = await call('post', '/v1/rooms/sale/serving-counter', headers).send({ people: 1 }).expect(200);
    expect(cookieOf(raised)).toMatch(/^anteroom_operator=./);
  });

  test('is in the audit log, and so is signing out', async () => {
    const { cookie, csrf } = await enter();
    await call('delete', '/session', { Cookie: cookie, 'X-Anteroom-CSRF': csrf }).expect(204);
    const { body } = await admin.as('get', '/audit').expect(200);
    expect(body).toMatchObject([
      { by: 'admin', action: 'operator.signed_out', subject: 'control panel' },
      { by: 'admin', action: 'operator.signed_in', detail: { method: 'token', role: 'owner' } },
    ]);
  });
});

describe('signing out', () => {
  test('ends the session, even for a copy of its cookie', async () => {
    const { cookie, csrf } = await enter();
    const headers = { Cookie: cookie, 'X-Anteroom-CSRF': csrf };
    const out = await call('delete', '/session', headers).expect(204);
    expect(out.headers['set-cookie']?.[0]).toContain('anteroom_operator=; Max-Age=0');
    await call('get', '/v1/rooms', headers).expect(401);
    await call('get', '/session', headers).expect(204);
  });

  test('needs the CSRF token', async () => {
    const { cookie, csrf } = await enter();
    await call('delete', '/session', { Cookie: cookie }).expect(401);
    await call('get', '/v1/rooms', { Cookie: cookie, 'X-Anteroom-CSRF': csrf }).expect(200);
  });
});

describe('a sign-in that fails', () => {
  test('gets the same answer for every reason', async () => {
    const answers = [
      await signIn('wrong-token-of-somebody'),
      await signIn(''),
      await signIn(ADMIN_TOKEN, { 'Sec-Fetch-Site': 'cross-site' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.text).toContain('Signing in did not work.');
    expect(answers.flatMap(({ headers }) => headers['set-cookie'] ?? [])).toEqual([]);
  });

  test('is slowed after ten, even with the right token', async () => {
    for (let n = 0; n < 10; n++) await signIn(`guess-${n}`).expect(401);
    const slowed = await signIn(ADMIN_TOKEN).expect(429);
    expect(Number(slowed.headers['retry-after'])).toBeGreaterThan(0);
    expect(slowed.text).toMatch(/Try again in \d+ seconds?\./);
    await signIn(ADMIN_TOKEN, { 'X-Forwarded-For': '198.51.100.4' }).expect(303);
  });

  test('counts together with wrong bearer tokens', async () => {
    for (let n = 0; n < 5; n++) await signIn(`guess-${n}`).expect(401);
    for (let n = 5; n < 10; n++) {
      await admin.as('get', '/rooms', `guess-${n}`).set('X-Forwarded-For', '203.0.113.9').expect(401);
    }
    await signIn(ADMIN_TOKEN).expect(429);
  });
});

describe('a one-time link', () => {
  test('signs in as the first operator, once', async () => {
    const { pathname, search } = new URL(admin.createSignInLink());
    const answer = await request(admin.url)
      .get(pathname + search)
      .expect(303);
    const { body } = await call('get', '/session', { Cookie: cookieOf(answer) }).expect(200);
    expect(body).toMatchObject({ operator: 'admin', role: 'owner' });
    await request(admin.url)
      .get(pathname + search)
      .expect(401);
  });

  test('works for ten minutes', async () => {
    const { pathname, search } = new URL(admin.createSignInLink());
    admin.passTime(10 * 60_000);
    await request(admin.url)
      .get(pathname + search)
      .expect(401);
  });

  test('that does not work gets the same answer for every reason, which says how long links work', async () => {
    const late = new URL(admin.createSignInLink());
    admin.passTime(10 * 60_000);
    const used = new URL(admin.createSignInLink());
    await request(admin.url)
      .get(used.pathname + used.search)
      .expect(303);
    const guessed = new URL(`${admin.url}/admin/sign-in?once=guessed`);
    const texts: string[] = [];
    for (const { pathname, search } of [late, used, guessed]) {
      const { text } = await request(admin.url)
        .get(pathname + search)
        .expect(401);
      texts.push(text);
    }
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain('A sign-in link works once, within ten minutes.');
  });
});

describe('the sign-in page', () => {
  test('is in the language of the operator', async () => {
    const { text } = await request(admin.url).get('/admin/sign-in').set('Accept-Language', 'de-AT,de;q=0.9');
    expect(text).toContain('<html lang="de" dir="ltr">');
    expect(text).toContain('<h1>Beim Leitstand anmelden</h1>');
    expect(text).toContain('<title>Beim Leitstand anmelden &middot; Anteroom</title>');
  });

  test('has no script, and its form works without one', async () => {
    const { text, headers } = await request(admin.url).get('/admin/sign-in').expect(200);
    expect(text).not.toContain('<script');
    expect(text).toContain('<form method="post" action="/admin/sign-in">');
    expect(headers['cache-control']).toBe('no-store');
  });
});

test('a session ends an hour after the last action, and when twelve hours have passed', async () => {
  let { cookie, csrf } = await enter();
  admin.passTime(59 * 60_000);
  await call('get', '/v1/rooms', { Cookie: cookie, 'X-Anteroom-CSRF': csrf }).expect(200);
  admin.passTime(60_000);
  await call('get', '/v1/rooms', { Cookie: cookie, 'X-Anteroom-CSRF': csrf }).expect(401);

  ({ cookie, csrf } = await enter());
  for (let hour = 0; hour < 12; hour++) {
    const renewed = await call('post', '/session', { Cookie: cookie, 'X-Anteroom-CSRF': csrf }).expect(200);
    cookie = cookieOf(renewed);
    admin.passTime(59 * 60_000);
  }
  await call('post', '/session', { Cookie: cookie, 'X-Anteroom-CSRF': csrf }).expect(200);
  admin.passTime(12 * 60_000);
  await call('post', '/session', { Cookie: cookie, 'X-Anteroom-CSRF': csrf }).expect(401);
});

test('a stream ends with its session', async () => {
  await admin.as('put', '/rooms/sale').send({});
  const { cookie, csrf } = await enter();
  const headers = { Cookie: cookie, 'X-Anteroom-CSRF': csrf, 'Sec-Fetch-Site': 'same-origin' };
  const stream = await fetch(`${admin.url}/admin/v1/rooms/sale/live`, { headers });
  const text = stream.text();
  await call('delete', '/session', headers).expect(204);
  expect(await text).toContain('event: closed\ndata: {"reason":"session_ended"}');
});
