/** Modules of the Basic plan: what a relying party may request of the login. */
import { expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { authorizationRequest, logIn, responseOf, settings } from './relying-party.ts';

const service = serviceOn(embeddedStore, settings);

/** Makes the ID token say when the visitor was authenticated. */
const AUTH_TIME = { claims: JSON.stringify({ id_token: { auth_time: { essential: true } } }) };
const RECENT = 5 * 60;

test('oidcc-prompt-login: asks a second time, and auth_time is later', async () => {
  const first = await logIn(service, AUTH_TIME);
  service.time.pass(1_000);
  const second = await logIn(service, { ...AUTH_TIME, prompt: 'login' }, { browser: first.browser, isAsked: true });
  expect(second.claims.auth_time).toBeGreaterThan(Number(first.claims.auth_time));
  expect(second.claims.sub).toBe(first.claims.sub);
});

test('oidcc-max-age-1: asks again after two seconds, and auth_time is there, later and recent', async () => {
  const first = await logIn(service, AUTH_TIME);
  service.time.pass(2_000);
  const second = await logIn(service, { max_age: '1' }, { browser: first.browser, isAsked: true });
  expect(second.claims.auth_time).toBeGreaterThan(Number(first.claims.auth_time));
  expect(Number(second.claims.auth_time)).toBeGreaterThan(service.time.now() / 1000 - RECENT);
});

test('oidcc-max-age-10000: does not ask again, and auth_time stays', async () => {
  const first = await logIn(service, { max_age: '15000' });
  expect(first.claims.auth_time).toEqual(expect.any(Number));
  service.time.pass(5_000);
  const { claims } = await logIn(service, { max_age: '10000' }, { browser: first.browser });
  expect([claims.auth_time, claims.sub]).toEqual([first.claims.auth_time, first.claims.sub]);
});

test('oidcc-prompt-none-not-logged-in: is an error that asks for a page', async () => {
  const request = authorizationRequest(service, { prompt: 'none' });
  const response = responseOf(service, request, await createBrowser().get(request.url));
  expect(response.get('error')).toMatch(/^(?:login|interaction|consent|account_selection)_required$/);
  expect(response.has('code')).toBe(false);
});

test('oidcc-prompt-none-logged-in: gives a code of the same login', async () => {
  const first = await logIn(service, AUTH_TIME);
  service.time.pass(5_000);
  const { claims } = await logIn(service, { ...AUTH_TIME, prompt: 'none' }, { browser: first.browser });
  expect([claims.auth_time, claims.sub]).toEqual([first.claims.auth_time, first.claims.sub]);
});

test('oidcc-id-token-hint: gives a code of the same login without a page', async () => {
  const first = await logIn(service, AUTH_TIME);
  service.time.pass(5_000);
  const hint = { ...AUTH_TIME, prompt: 'none', id_token_hint: first.tokens.id_token };
  const { claims } = await logIn(service, hint, { browser: first.browser });
  expect([claims.auth_time, claims.sub]).toEqual([first.claims.auth_time, first.claims.sub]);
});
