/** The plans for RP-initiated logout and back-channel logout. */
import { createLocalJWKSet, decodeJwt, generateKeyPair, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { relyingParty } from '#settings/relying-party.ts';
import type { Browser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { SECRET } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { type BackChannel, startBackChannel } from '../logout-receiver.ts';
import {
  AFTER_LOGOUT,
  authorizationRequest,
  keysOf,
  logIn,
  REDIRECT_URI,
  responseOf,
  settings,
} from './relying-party.ts';

const service = serviceOn(embeddedStore, settings);
/** As long as the suite's. */
const STATE = 's'.repeat(128);
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

let channel: BackChannel;
beforeAll(async () => {
  channel = await startBackChannel();
  const party = relyingParty.parse({
    client_id: 'notified',
    client_secret: SECRET,
    room: 'open',
    redirect_uris: [REDIRECT_URI],
    post_logout_redirect_uris: [AFTER_LOGOUT],
    backchannel_logout_uri: channel.uri,
    backchannel_logout_session_required: true,
  });
  await service.waitingRoom.operations.putRelyingParty(party);
});
afterAll(() => channel?.close());

/** Sends the visitor to the end_session_endpoint, and answers its page with yes if it asks. */
async function logOut(browser: Browser, query: Record<string, string>) {
  const page = await browser.get(`${service.issuer}/end-session?${new URLSearchParams(query)}`);
  const [, action] = /action="([^"]+)"/.exec(page.text) ?? [];
  if (!action) return { page, last: page };
  const hidden = [...page.text.matchAll(/name="(xsrf|state)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
    name,
    value.replaceAll('&#34;', '"').replaceAll('&amp;', '&'),
  ]);
  const answer = await browser.post(action, { ...Object.fromEntries(hidden), logout: 'yes' });
  const last = answer.location.startsWith(service.issuer)
    ? await browser.follow(answer.location, service.issuer)
    : answer;
  return { page, last };
}

async function expectLoggedOut(browser: Browser, clientId = 'suite'): Promise<void> {
  const request = authorizationRequest(service, { client_id: clientId, prompt: 'none' });
  const response = responseOf(service, request, await browser.get(request.url));
  expect(response.get('error')).toMatch(/^(?:login|interaction)_required$/);
}

/** The visitor stays with the provider: it shows an error, or asks. */
async function expectNoRedirect(browser: Browser, query: Record<string, string>): Promise<void> {
  const page = await browser.get(`${service.issuer}/end-session?${new URLSearchParams(query)}`);
  expect([page.location, page.headers['content-type']]).toEqual(['', expect.stringContaining('text/html')]);
  expect([200, 400]).toContain(page.status);
  // Nor does it lead there after the visitor agrees.
  expect((await logOut(browser, query)).last.location).toBe('');
}

async function expectLogoutPage(browser: Browser, query: Record<string, string>): Promise<void> {
  const { last } = await logOut(browser, query);
  expect([last.status, last.location]).toEqual([200, '']);
  await expectLoggedOut(browser);
}

test('oidcc-rp-initiated-logout: returns with the state, and the visitor is logged out', async () => {
  const { browser, tokens } = await logIn(service);
  const query = { id_token_hint: tokens.id_token, post_logout_redirect_uri: AFTER_LOGOUT, state: STATE };
  const { last } = await logOut(browser, query);
  expect(last.location).toBe(`${AFTER_LOGOUT}?state=${STATE}`);
  await expectLoggedOut(browser);
});

test('oidcc-rp-initiated-logout-no-state: returns without a state', async () => {
  const { browser, tokens } = await logIn(service);
  const { last } = await logOut(browser, { id_token_hint: tokens.id_token, post_logout_redirect_uri: AFTER_LOGOUT });
  expect(last.location).toBe(AFTER_LOGOUT);
  await expectLoggedOut(browser);
});

test('oidcc-rp-initiated-logout-no-params: logs out, and says so', async () => {
  await expectLogoutPage((await logIn(service)).browser, {});
});

test('oidcc-rp-initiated-logout-only-state: logs out, and says so', async () => {
  await expectLogoutPage((await logIn(service)).browser, { state: STATE });
});

test('oidcc-rp-initiated-logout-no-post-logout-redirect-uri: logs out, and says so', async () => {
  const { browser, tokens } = await logIn(service);
  await expectLogoutPage(browser, { id_token_hint: tokens.id_token, state: STATE });
});

test('oidcc-rp-initiated-logout-no-id-token-hint: does not redirect', async () => {
  const { browser } = await logIn(service);
  await expectNoRedirect(browser, { post_logout_redirect_uri: AFTER_LOGOUT, state: STATE });
});

test('oidcc-rp-initiated-logout-bad-post-logout-redirect-uri: does not redirect', async () => {
  const { browser, tokens } = await logIn(service);
  const post_logout_redirect_uri = `${AFTER_LOGOUT}_bad`;
  await expectNoRedirect(browser, { id_token_hint: tokens.id_token, post_logout_redirect_uri, state: STATE });
});

test('oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri: does not redirect', async () => {
  const { browser, tokens } = await logIn(service);
  const post_logout_redirect_uri = `${AFTER_LOGOUT}?foo=bar`;
  await expectNoRedirect(browser, { id_token_hint: tokens.id_token, post_logout_redirect_uri, state: STATE });
});

test('oidcc-rp-initiated-logout-modified-id-token-hint: one without a signature does not redirect', async () => {
  const { browser, tokens } = await logIn(service);
  const id_token_hint = new UnsecuredJWT(decodeJwt(tokens.id_token)).encode();
  await expectNoRedirect(browser, { id_token_hint, post_logout_redirect_uri: AFTER_LOGOUT, state: STATE });
});

test('oidcc-rp-initiated-logout-bad-id-token-hint: one with a foreign signature does not redirect', async () => {
  const { browser, tokens } = await logIn(service);
  const { privateKey } = await generateKeyPair('RS256');
  const [key] = (await keysOf(service)).keys;
  const signed = new SignJWT(decodeJwt(tokens.id_token)).setProtectedHeader({ alg: 'RS256', kid: key?.kid ?? '' });
  const id_token_hint = await signed.sign(privateKey);
  await expectNoRedirect(browser, { id_token_hint, post_logout_redirect_uri: AFTER_LOGOUT, state: STATE });
});

test('oidcc-backchannel-rp-initiated-logout: the relying party gets a logout token of the login', async () => {
  const { browser, tokens, claims } = await logIn(service, { client_id: 'notified' });
  expect(claims.sid).toEqual(expect.any(String));
  const query = { id_token_hint: tokens.id_token, post_logout_redirect_uri: AFTER_LOGOUT, state: STATE };
  expect((await logOut(browser, query)).last.location).toBe(`${AFTER_LOGOUT}?state=${STATE}`);
  await service.sendLogouts();

  expect(channel.tokens).toHaveLength(1);
  const { payload } = await jwtVerify(channel.tokens[0] ?? '', createLocalJWKSet(await keysOf(service)), {
    issuer: service.issuer,
    audience: 'notified',
    clockTolerance: '5m',
    requiredClaims: ['iat', 'jti'],
  });
  expect(payload.events).toEqual({ [EVENT]: {} });
  expect([payload.sub, payload.sid]).toEqual([claims.sub, claims.sid]);
  expect(payload).not.toHaveProperty('nonce');
  await expectLoggedOut(browser, 'notified');
});
