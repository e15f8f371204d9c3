import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { type LoginOptions, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { comeBack, goIn, numbersGiven, relying_parties, rooms, type Visit } from './visit.ts';

const basic = (id: string, secret = SECRET) =>
  `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret).replaceAll('%20', '+')}`)}`;

onEachStore('a code', { rooms, relying_parties }, (service) => {
  const codeOf = ({ callback }: Visit) => new URL(callback).searchParams.get('code') ?? '';

  /** The shop's token request with changes; an undefined field is left out. */
  async function redeem(visit: Visit, changes: Record<string, string | undefined> = {}, authorization?: string | null) {
    const fields = {
      grant_type: 'authorization_code',
      code: codeOf(visit),
      redirect_uri: REDIRECT_URI,
      code_verifier: visit.login.verifier,
      ...changes,
    };
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) body.set(name, value);
    const sent = authorization === undefined ? basic('shop') : authorization;
    const answer = await fetch(`${service.issuer}/token`, {
      method: 'POST',
      headers: sent === null ? {} : { Authorization: sent },
      body,
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
  }

  test('comes with the state and the issuer (RFC 9207)', async () => {
    const { callback, login } = await goIn(service);
    const { searchParams } = new URL(callback);
    expect([searchParams.get('state'), searchParams.get('iss')]).toEqual([login.state, service.issuer]);
  });

  test('works once; a second use is invalid_grant and revokes the tokens of the first', async () => {
    const visit = await goIn(service);
    const first = await redeem(visit);
    expect(first.status).toBe(200);
    const second = await redeem(visit);
    expect([second.status, second.body.error]).toEqual([400, 'invalid_grant']);
    const info = await fetch(`${service.issuer}/userinfo`, {
      headers: { Authorization: `Bearer ${first.body.access_token}` },
    });
    expect(info.status).toBe(401);
  });

  test('works once, also for twenty exchanges at the same time', async () => {
    const visit = await goIn(service);
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(visit)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(400)]);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(new Set(refused.map(({ body }) => body.error))).toEqual(new Set(['invalid_grant']));
  });

  test("used twice does not end the visitor's admission", async () => {
    const visit = await goIn(service);
    await redeem(visit);
    await redeem(visit);
    const { outcome, login, answer } = await comeBack(service, visit.browser);
    expect(outcome).toBe('code');
    await expect(login.exchange(answer.location)).resolves.toHaveProperty('id_token');
  });

  test.each([
    ['from another client', {}, basic('kiosk')],
    ['with another redirect URI', { redirect_uri: `${REDIRECT_URI}/other` }, undefined],
    ['with another verifier', { code_verifier: client.randomPKCECodeVerifier() }, undefined],
    ['without its verifier', { code_verifier: undefined }, undefined],
    ['with a letter changed', { code: 'x'.repeat(43) }, undefined],
  ])('is refused %s: invalid_grant', async (_how, changes, authorization) => {
    const visit = await goIn(service);
    const { status, body } = await redeem(visit, changes, authorization);
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
    expect((await redeem(visit)).status).toBe(200);
  });

  test('is refused after it expired', async () => {
    const visit = await goIn(service);
    const record = await service.store.oidcRecords.find('AuthorizationCode', codeOf(visit));
    expect(Number(record?.exp) - Number(record?.iat)).toBe(60);
    const past = Math.floor(Date.now() / 1000) - 60;
    await service.store.oidcRecords.upsert('AuthorizationCode', codeOf(visit), { ...record, exp: past }, 60);
    expect((await redeem(visit)).body.error).toBe('invalid_grant');
  });

  test('needs no PKCE from a confidential client, and an unexpected verifier is refused', async () => {
    const more = { code_challenge: '', code_challenge_method: '' };
    const plain = await goIn(service, { more });
    expect((await redeem(plain, { code_verifier: undefined })).status).toBe(200);
    const uncalled = await goIn(service, { more, browser: plain.browser });
    expect((await redeem(uncalled)).body.error).toBe('invalid_grant');
  });

  test.each([
    ['a public client without PKCE', 'app', { code_challenge: '', code_challenge_method: '' }],
    ['the plain method', 'shop', { code_challenge_method: 'plain' }],
    ['the plain method by omission', 'shop', { code_challenge_method: '' }],
    ['a challenge that is no hash', 'shop', { code_challenge: 'short' }],
  ])('is not issued for %s: invalid_request, and no number is taken', async (_what, clientId, more) => {
    const before = await numbersGiven(service);
    const { outcome, params, login } = await comeBack(service, createBrowser(), { clientId, more });
    expect([outcome, params.get('error'), params.get('state')]).toEqual(['error', 'invalid_request', login.state]);
    expect(await numbersGiven(service)).toBe(before);
  });

  test('of a public client is exchanged without a secret, and refused with one', async () => {
    const options: LoginOptions = { clientId: 'app', auth: client.None() };
    const visit = await goIn(service, options);
    expect((await redeem(visit, {}, basic('app', 'guessed'))).status).toBe(401);
    expect((await redeem(visit, { client_id: 'app' }, null)).status).toBe(200);
  });

  test.each([
    ['basic', {}, undefined],
    ['post', { client_id: 'shop', client_secret: SECRET }, null],
  ])('is exchanged by the same client with the secret sent by %s', async (_how, changes, authorization) => {
    const visit = await goIn(service);
    const { status, body } = await redeem(visit, changes, authorization);
    expect([status, body.token_type]).toEqual([200, 'Bearer']);
  });

  test.each([
    ['a wrong secret by basic', {}, basic('shop', 'wrong'), 401, 'invalid_client'],
    ['a wrong secret by post', { client_id: 'shop', client_secret: 'wrong' }, null, 401, 'invalid_client'],
    ['no secret at all', { client_id: 'shop' }, null, 401, 'invalid_client'],
    ['an unknown client', {}, basic('nobody'), 401, 'invalid_client'],
    ['a header that is no Basic', { client_id: 'shop' }, 'Basic %%%', 400, 'invalid_request'],
  ])('stays valid after a token request with %s', async (_what, changes, authorization, wanted, error) => {
    const visit = await goIn(service);
    const { status, body, headers } = await redeem(visit, changes, authorization);
    expect([status, body.error]).toEqual([wanted, error]);
    // RFC 6749 §5.2: after a failed Authorization header the answer names the scheme.
    if (authorization && wanted === 401) expect(headers.get('www-authenticate')).toMatch(/^Basic/);
    expect((await redeem(visit)).status).toBe(200);
  });

  test('gives tokens that no cache may store', async () => {
    const { headers } = await redeem(await goIn(service));
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test.each(['client_credentials', 'password', 'implicit'])(
    'has no alternative in the grant type %s',
    async (grant_type) => {
      const { status, body } = await redeem(await goIn(service), { grant_type });
      expect([status, body.error]).toEqual([400, 'unsupported_grant_type']);
    },
  );

  test('is the only grant of a relying party whose profile has no refresh tokens', async () => {
    const { status, body } = await redeem(await goIn(service), { grant_type: 'refresh_token', refresh_token: 'x' });
    expect([status, body.error]).toEqual([400, 'invalid_request']);
  });

  test('gives an ID token with nonce and audience that verifies against the JWKS', async () => {
    const visit = await goIn(service);
    const { body } = await redeem(visit);
    const jwks = createRemoteJWKSet(new URL(`${service.issuer}/jwks`));
    const { payload, protectedHeader } = await jwtVerify(String(body.id_token), jwks, {
      issuer: service.issuer,
      audience: 'shop',
    });
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: expect.any(String) });
    expect(payload).toMatchObject({ nonce: visit.login.nonce, room: 'sale', number: expect.any(Number) });
  });

  test('with the scope email gives a verified synthetic address in the ID token and at userinfo', async () => {
    const { login, callback } = await goIn(service, { scope: 'openid email' });
    const tokens = await login.exchange(callback);
    const claims = tokens.claims();
    const known = { email: `${claims?.sub}@127.0.0.1`, email_verified: true };
    expect(claims).toMatchObject(known);
    expect(await client.fetchUserInfo(login.config, tokens.access_token, claims?.sub ?? '')).toMatchObject(known);
  });

  test('without the scope email gives no address, and unknown scopes are ignored', async () => {
    const { login, callback } = await goIn(service, { scope: 'openid profile groups' });
    const tokens = await login.exchange(callback);
    expect(tokens.claims()).not.toHaveProperty('email');
    expect(tokens.scope).toBe('openid');
  });

  test('with offline_access gives no refresh token, since an admission is not renewed past the line', async () => {
    const { login, callback } = await goIn(service, { scope: 'openid offline_access', more: { prompt: 'consent' } });
    expect(await login.exchange(callback)).not.toHaveProperty('refresh_token');
  });

  test('comes by form_post if requested, on a page whose script may run', async () => {
    const { browser } = await goIn(service);
    const { answer, login } = await comeBack(service, browser, { more: { response_mode: 'form_post' } });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(`action="${REDIRECT_URI}"`);
    expect(answer.text).toContain(`name="state" value="${login.state}"`);
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toMatch(/script-src 'self' 'sha256-/);
    expect(policy).not.toContain('form-action');
  });
});
