/** Modules of the Basic plan: the code flow, its tokens and its claims. */
import { createHash, randomBytes } from 'node:crypto';
import { UnsecuredJWT } from 'jose';
import * as client from 'openid-client';
import { expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { SECRET, startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import {
  authorizationRequest,
  codeOf,
  exchange,
  expectInvalidGrant,
  follow,
  idTokenOf,
  logIn,
  type Parameters,
  REDIRECT_URI,
  responseOf,
  settings,
  tokenRequest,
  tokensOf,
  userinfo,
  userinfoOf,
} from './relying-party.ts';

const service = serviceOn(embeddedStore, settings);

/** At least 128 bits, as base64url. */
const CODE = /^[\w-]{22,}$/;

test('oidcc-server: the code flow ends with valid tokens, of which the access token opens userinfo', async () => {
  const { code, tokens, claims } = await logIn(service);
  expect(code).toMatch(CODE);
  const half = createHash('sha256').update(tokens.access_token).digest().subarray(0, 16).toString('base64url');
  expect(claims.at_hash ?? half).toBe(half);
  for (const claim of ['name', 'email', 'picture', 'address']) expect(claims).not.toHaveProperty(claim);
  await userinfoOf(await userinfo(service, tokens.access_token), claims);

  // A library of relying parties agrees.
  const login = await startLogin(service.issuer, { clientId: 'suite' });
  client.enableNonRepudiationChecks(login.config);
  const { location } = await createBrowser().get(login.url);
  await expect(login.exchange(location)).resolves.toHaveProperty('id_token');
});

test('oidcc-server-client-secret-post: the same with the secret in the form', async () => {
  const request = authorizationRequest(service);
  const browser = createBrowser();
  const code = codeOf(service, request, await follow(service, browser, await browser.get(request.url)));
  const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI };
  const answer = await tokenRequest(service, { ...form, client_id: 'suite', client_secret: SECRET });
  await idTokenOf(service, (await tokensOf(answer)).id_token, request);
});

test('oidcc-response-type-missing: is invalid_request or unsupported_response_type, without a code', async () => {
  const request = authorizationRequest(service, { response_type: undefined });
  const response = responseOf(service, request, await createBrowser().get(request.url));
  expect(response.get('error')).toMatch(/^(?:invalid_request|unsupported_response_type)$/);
  expect(response.has('code')).toBe(false);
});

test('oidcc-userinfo-get: answers a GET with the access token in a header', async () => {
  const { tokens, claims } = await logIn(service);
  await userinfoOf(await userinfo(service, tokens.access_token), claims);
});

test('oidcc-userinfo-post-header: answers a POST with the access token in a header', async () => {
  const { tokens, claims } = await logIn(service);
  await userinfoOf(await userinfo(service, tokens.access_token, { method: 'POST' }), claims);
});

test('oidcc-userinfo-post-body: answers a POST with the access token in the form', async () => {
  const { tokens, claims } = await logIn(service);
  const body = new URLSearchParams({ access_token: tokens.access_token });
  await userinfoOf(await userinfo(service, '', { method: 'POST', headers: {}, body }), claims);
});

test('oidcc-ensure-request-without-nonce-succeeds-for-code-flow: and the ID token has none', async () => {
  const { claims } = await logIn(service, { nonce: undefined });
  expect(claims).not.toHaveProperty('nonce');
});

test('oidcc-scope-email: the address is at userinfo', async () => {
  const { tokens, claims } = await logIn(service, { scope: 'openid email' });
  const user = await userinfoOf(await userinfo(service, tokens.access_token), claims);
  expect(user).toMatchObject({ email: expect.stringContaining('@'), email_verified: true });
  expect(user).not.toHaveProperty('name');
});

/** Of a scope that discovery does not list, the suite only expects that it does no harm. */
async function expectIgnoredScope(scope: string): Promise<void> {
  const { tokens, claims } = await logIn(service, { scope });
  const user = await userinfoOf(await userinfo(service, tokens.access_token), claims);
  for (const claim of ['name', 'address', 'phone_number']) expect(user).not.toHaveProperty(claim);
}

test('oidcc-scope-profile: the request succeeds, though a visitor has no profile', () =>
  expectIgnoredScope('openid profile'));
test('oidcc-scope-address: the request succeeds, though a visitor has no address', () =>
  expectIgnoredScope('openid address'));
test('oidcc-scope-phone: the request succeeds, though a visitor has no phone', () =>
  expectIgnoredScope('openid phone'));
test('oidcc-scope-all: the request succeeds', () => expectIgnoredScope('openid profile email address phone'));

test('oidcc-alternate-happy-flow: neither the order of scopes nor that of parameters matters', async () => {
  const request = authorizationRequest(service, { scope: 'email openid' });
  const reversed = new URLSearchParams(Object.entries(request.form).reverse());
  const browser = createBrowser();
  const answer = await browser.get(`${service.issuer}/authorize?${reversed}`);
  const code = codeOf(service, request, await follow(service, browser, answer));
  await idTokenOf(service, (await tokensOf(await exchange(service, code))).id_token, request);
});

/** Parameters that must not cause an error. */
const HARMLESS: Readonly<Record<string, Parameters>> = {
  display: { display: 'page' },
  popup: { display: 'popup' },
  unknown: { extra: 'foobar' },
  loginHint: { login_hint: 'buffy@op.example' },
  uiLocales: { ui_locales: 'se' },
  claimsLocales: { claims_locales: 'se' },
  acrValues: { acr_values: '1 2' },
  essentialName: { claims: JSON.stringify({ userinfo: { name: { essential: true } } }) },
};

test('oidcc-display-page: changes nothing', () => logIn(service, HARMLESS.display));
test('oidcc-display-popup: changes nothing', () => logIn(service, HARMLESS.popup));
test('oidcc-ensure-request-with-unknown-parameter-succeeds: it is ignored', () => logIn(service, HARMLESS.unknown));
test('oidcc-login-hint: changes nothing', () => logIn(service, HARMLESS.loginHint));
test('oidcc-ui-locales: changes nothing', () => logIn(service, HARMLESS.uiLocales));
test('oidcc-claims-locales: changes nothing', () => logIn(service, HARMLESS.claimsLocales));
test('oidcc-ensure-request-with-acr-values-succeeds: no class is claimed that was not reached', async () => {
  expect((await logIn(service, HARMLESS.acrValues)).claims).not.toHaveProperty('acr');
});

test('oidcc-claims-essential: an essential claim that a visitor does not have is no error', async () => {
  const { tokens, claims } = await logIn(service, HARMLESS.essentialName);
  await userinfoOf(await userinfo(service, tokens.access_token), claims);
  expect(claims).not.toHaveProperty('name');
});

test('oidcc-codereuse: a code that is used again at once is invalid_grant', async () => {
  const { code } = await logIn(service);
  await expectInvalidGrant(await exchange(service, code));
});

test('oidcc-codereuse-30seconds: so it is later, and the access token is revoked', async () => {
  const { code, tokens } = await logIn(service);
  service.time.pass(30_000);
  await expectInvalidGrant(await exchange(service, code));
  const { status } = await userinfo(service, tokens.access_token);
  expect(status).toBe(401);
});

test.each(['/x8sJ2kQp0a', '?extra=1', '/../callback/', '%2f'])(
  'oidcc-ensure-registered-redirect-uri: %s at its end is an error page and no redirect',
  async (suffix) => {
    const request = authorizationRequest(service, { redirect_uri: REDIRECT_URI + suffix });
    const { status, location, headers } = await createBrowser().get(request.url);
    expect([status, location]).toEqual([400, '']);
    expect(headers['content-type']).toContain('text/html');
  },
);

test('oidcc-ensure-post-request-succeeds: an authorization request may come by POST', async () => {
  const request = authorizationRequest(service);
  const browser = createBrowser();
  const answer = await browser.post(`${service.issuer}/authorize`, request.form);
  const code = codeOf(service, request, await follow(service, browser, answer));
  await idTokenOf(service, (await tokensOf(await exchange(service, code))).id_token, request);
});

/** The request as an unsigned request object. Only what OAuth 2.0 requires is beside it (OpenID Connect Core §6.1). */
function requestObjectUrl(redirect_uri = REDIRECT_URI): string {
  const { form } = authorizationRequest(service);
  const request = new UnsecuredJWT({ ...form, iss: 'suite', aud: service.issuer }).encode();
  const { client_id = '', response_type = '', scope = '' } = form;
  return `${service.issuer}/authorize?${new URLSearchParams({ client_id, response_type, scope, redirect_uri, request })}`;
}

test('oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported: is request_not_supported', async () => {
  const { location } = await createBrowser().get(requestObjectUrl());
  expect(location).toMatch(`${REDIRECT_URI}?`);
  expect(new URL(location).searchParams.get('error')).toBe('request_not_supported');
});

test('oidcc-ensure-request-object-with-redirect-uri: a wrong redirect URI beside it is an error page', async () => {
  const { status, location } = await createBrowser().get(requestObjectUrl(`${REDIRECT_URI}_invalid`));
  expect([status, location]).toEqual([400, '']);
});

test('oidcc-refresh-token: gives new tokens of the same login, to its own client only', async () => {
  const { tokens, claims } = await logIn(service, { client_id: 'refreshing' });
  const other = await logIn(service, { client_id: 'refreshing-2' });
  const refresh = ({ refresh_token = '' }, clientId: string) =>
    tokenRequest(service, { grant_type: 'refresh_token', refresh_token, scope: 'openid' }, clientId);
  expect(tokens.refresh_token).toMatch(/^[\x20-\x7e]+$/);

  const fresh = await tokensOf(await refresh(tokens, 'refreshing'));
  expect(fresh.access_token).not.toBe(tokens.access_token);
  const again = await idTokenOf(service, fresh.id_token, { clientId: 'refreshing' });
  expect(again).toMatchObject({ iss: claims.iss, sub: claims.sub, aud: claims.aud });
  expect(again.iat).toBeGreaterThanOrEqual(claims.iat ?? 0);
  await userinfoOf(await userinfo(service, fresh.access_token), again);

  await expectInvalidGrant(await refresh(other.tokens, 'refreshing'));
});

test('oidcc-ensure-request-with-valid-pkce-succeeds: and the code needs the verifier', async () => {
  const verifier = randomBytes(32).toString('base64url');
  const code_challenge = createHash('sha256').update(verifier).digest('base64url');
  const request = authorizationRequest(service, { code_challenge, code_challenge_method: 'S256' });
  const get = async () => {
    const browser = createBrowser();
    return codeOf(service, request, await follow(service, browser, await browser.get(request.url)));
  };
  const form = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI };
  const answer = await tokenRequest(service, { ...form, code: await get(), code_verifier: verifier });
  await idTokenOf(service, (await tokensOf(answer)).id_token, request);
  await expectInvalidGrant(await tokenRequest(service, { ...form, code: await get() }));
});
