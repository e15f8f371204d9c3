/** A relying party as the suite plays it: statically registered, and strict about what it gets back. */
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { expect } from 'vitest';
import { type Answer, type Browser, createBrowser } from '#support/browser.ts';
import { SECRET } from '#support/relying-party.ts';
import type { TestService } from '#support/service.ts';

export const REDIRECT_URI = 'http://127.0.0.1:9/callback';
export const AFTER_LOGOUT = 'http://127.0.0.1:9/post_logout_redirect';

const party = {
  client_secret: SECRET,
  room: 'open',
  redirect_uris: [REDIRECT_URI],
  post_logout_redirect_uris: [AFTER_LOGOUT],
  // The suite wants to see a page for prompt=login and max_age.
  confirm_login: true,
};
/** Everybody goes in at once, as an operator sets the room for a run of the suite. */
export const settings = {
  rooms: [{ id: 'open', title: 'Open house', mode: 'passthrough', admission: { lifetime: '1h' } }],
  relying_parties: [
    { ...party, client_id: 'suite' },
    // Profiles whose relying parties get refresh tokens.
    { ...party, client_id: 'refreshing', profile: 'alb' },
    { ...party, client_id: 'refreshing-2', profile: 'alb' },
  ],
};

/** Parameters of an authorization request. An undefined one is left out. */
export type Parameters = Readonly<Record<string, string | undefined>>;

export interface Request {
  readonly state: string;
  readonly nonce: string;
  readonly url: string;
  readonly form: Record<string, string>;
}

let requests = 0;

export function authorizationRequest({ issuer }: Pick<TestService, 'issuer'>, more: Parameters = {}): Request {
  requests += 1;
  const [state, nonce] = [`state-${requests}`, `nonce-${requests}`];
  const all = { client_id: 'suite', scope: 'openid', redirect_uri: REDIRECT_URI, state, nonce, response_type: 'code' };
  const form = Object.fromEntries(
    Object.entries<string | undefined>({ ...all, ...more }).filter((pair): pair is [string, string] =>
      Boolean(pair[1]),
    ),
  );
  return { state, nonce, form, url: `${issuer}/authorize?${new URLSearchParams(form)}` };
}

/** Follows the redirects of the provider, to the relying party or to a page. */
export async function follow(service: TestService, browser: Browser, answer: Answer): Promise<Answer> {
  return answer.location.startsWith(service.issuer) ? browser.follow(answer.location, service.issuer) : answer;
}

/** The parameters of the authorization response, checked as far as they are the same in each flow. */
export function responseOf(service: TestService, request: Pick<Request, 'state'>, answer: Answer): URLSearchParams {
  expect(answer.location, answer.text).toMatch(`${REDIRECT_URI}?`);
  const { searchParams } = new URL(answer.location);
  expect(searchParams.get('state')).toBe(request.state);
  // RFC 9207.
  expect(searchParams.get('iss')).toBe(service.issuer);
  return searchParams;
}

export function codeOf(service: TestService, request: Pick<Request, 'state'>, answer: Answer): string {
  const response = responseOf(service, request, answer);
  expect(response.get('error_description') ?? response.get('error')).toBeNull();
  return response.get('code') ?? '';
}

export interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly refresh_token?: string;
}

/** Sends a token request with client_secret_basic, or as `form` says with client_secret_post. */
export async function tokenRequest({ issuer }: TestService, form: Record<string, string>, clientId = 'suite') {
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(SECRET)}`).toString('base64');
  return fetch(`${issuer}/token`, {
    method: 'POST',
    headers: 'client_secret' in form ? {} : { Authorization: `Basic ${basic}` },
    body: new URLSearchParams(form),
  });
}

export const exchange = (service: TestService, code: string, clientId?: string) =>
  tokenRequest(service, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }, clientId);

/** Checks a successful token response (RFC 6749 §5.1). */
export async function tokensOf(answer: Response): Promise<Tokens> {
  const tokens = (await answer.json()) as Tokens;
  expect(answer.status, JSON.stringify(tokens)).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.headers.get('cache-control')).toContain('no-store');
  expect(tokens.token_type).toMatch(/^bearer$/i);
  expect(tokens.access_token).toMatch(/^[\x20-\x7e]+$/);
  expect(tokens.expires_in).toBeGreaterThan(0);
  return tokens;
}

/** Checks an error of the token endpoint (RFC 6749 §5.2). */
export async function expectInvalidGrant(answer: Response): Promise<void> {
  const body = (await answer.json()) as Record<string, string>;
  expect([answer.status, body.error]).toEqual([400, 'invalid_grant']);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(body.error_description ?? '').toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/);
}

export async function keysOf({ listensOn }: TestService): Promise<JSONWebKeySet> {
  return (await (await fetch(`${listensOn}/jwks`)).json()) as JSONWebKeySet;
}

/** Validates an ID token (OpenID Connect Core §3.1.3.7). */
export async function idTokenOf(
  service: TestService,
  idToken: string,
  { nonce, clientId = 'suite' }: { readonly nonce?: string | undefined; readonly clientId?: string } = {},
): Promise<JWTPayload> {
  const { payload, protectedHeader } = await jwtVerify(idToken, createLocalJWKSet(await keysOf(service)), {
    issuer: service.issuer,
    audience: clientId,
    clockTolerance: '5m',
    requiredClaims: ['sub', 'exp', 'iat'],
  });
  expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: expect.any(String) });
  expect(payload.nonce).toBe(nonce);
  expect(String(payload.sub).length).toBeLessThanOrEqual(255);
  return payload;
}

export interface Login {
  readonly browser: Browser;
  readonly code: string;
  readonly tokens: Tokens;
  readonly claims: JWTPayload;
}

/** The whole code flow. A page that asks for the login is confirmed, and has to appear if `isAsked`. */
export async function logIn(
  service: TestService,
  more: Parameters = {},
  { browser = createBrowser(), isAsked = false }: { readonly browser?: Browser; readonly isAsked?: boolean } = {},
): Promise<Login> {
  const request = authorizationRequest(service, more);
  const first = await browser.get(request.url);
  const waits = first.location.startsWith(`${service.issuer}/rooms/`);
  expect(waits, first.location).toBe(isAsked);
  const answer = waits ? await confirm(service, browser, first.location) : await follow(service, browser, first);
  const code = codeOf(service, request, answer);
  const clientId = more.client_id ?? 'suite';
  const tokens = await tokensOf(await exchange(service, code, clientId));
  const nonce = 'nonce' in more ? more.nonce : request.nonce;
  return { browser, code, tokens, claims: await idTokenOf(service, tokens.id_token, { nonce, clientId }) };
}

async function confirm(service: TestService, browser: Browser, page: string): Promise<Answer> {
  expect((await browser.get(page)).text).toContain('<button name="confirm" value="1">');
  return follow(service, browser, await browser.post(page, { confirm: '1' }));
}

export async function userinfo({ issuer }: TestService, accessToken: string, init: RequestInit = {}) {
  return fetch(`${issuer}/userinfo`, { headers: { Authorization: `Bearer ${accessToken}` }, ...init });
}

/** Checks a userinfo response (OpenID Connect Core §5.3.2). */
export async function userinfoOf(answer: Response, { sub }: JWTPayload): Promise<Record<string, unknown>> {
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  const body = (await answer.json()) as Record<string, unknown>;
  expect(body.sub).toBe(sub);
  return body;
}
