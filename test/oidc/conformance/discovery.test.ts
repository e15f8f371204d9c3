/** The Config plan, and what the logout plans expect of discovery. The suite accepts https only. */
import { beforeAll, expect, test } from 'vitest';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { keysOf, settings } from './relying-party.ts';

const ISSUER = 'https://line.example';
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** Behind a proxy that terminates TLS. */
const service = serviceOn(embeddedStore, { ...settings, issuer: ISSUER });
let answer: Response;
let document: Record<string, unknown>;

beforeAll(async () => {
  answer = await fetch(`${service.listensOn}/.well-known/openid-configuration`);
  document = (await answer.json()) as Record<string, unknown>;
});

const endpoints = () => Object.entries(document).filter(([name]) => /_endpoint$|_uri$/.test(name));

function expectHttpsEndpoints(): void {
  for (const [name, url] of endpoints()) expect(new URL(String(url)).protocol, name).toBe('https:');
}

test('oidcc-discovery-endpoint-verification: the document says what the specification requires', async () => {
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(document.issuer).toBe(ISSUER);
  for (const name of ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri']) {
    expect(String(document[name])).toMatch(`${ISSUER}/`);
  }
  expectHttpsEndpoints();
  for (const [name, value] of Object.entries(document)) {
    if (!/_supported$/.test(name) || typeof value === 'boolean') continue;
    expect(value, name).toEqual(expect.any(Array));
    expect(new Set(value as string[]).size, name).toBe((value as string[]).length);
    expect((value as string[]).length, name).toBeGreaterThan(0);
  }
  expect(document).toMatchObject({
    response_types_supported: expect.arrayContaining(['code']),
    subject_types_supported: expect.arrayContaining(['public']),
    id_token_signing_alg_values_supported: expect.arrayContaining(['RS256']),
    scopes_supported: expect.arrayContaining(['openid']),
    grant_types_supported: expect.arrayContaining(['authorization_code']),
    token_endpoint_auth_methods_supported: expect.arrayContaining(['client_secret_basic', 'client_secret_post']),
    claims_supported: expect.arrayContaining(['sub']),
    code_challenge_methods_supported: ['S256'],
  });
  // Request objects are not supported, which is the default of the first (Discovery §3), and not of the second.
  expect([document.request_parameter_supported ?? false, document.request_uri_parameter_supported]).toEqual([
    false,
    false,
  ]);

  const { keys } = await keysOf(service);
  expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length);
  for (const key of keys) {
    for (const member of PRIVATE) expect(key).not.toHaveProperty(member);
    expect(key).toMatchObject({ kid: expect.any(String), kty: expect.any(String), use: 'sig' });
    if (key.kty === 'RSA') expect(Buffer.from(key.n ?? '', 'base64url').length).toBeGreaterThanOrEqual(256);
  }
});

test('oidcc-rp-initiated-logout-discovery-endpoint-verification: there is an end_session_endpoint', () => {
  expectHttpsEndpoints();
  expect(document.end_session_endpoint).toMatch(`${ISSUER}/`);
});

test('oidcc-backchannel-logout-discovery-endpoint-verification: logout tokens are supported, with a sid', () => {
  expectHttpsEndpoints();
  expect(document).toMatchObject({
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    end_session_endpoint: expect.stringMatching(`^${ISSUER}/`),
  });
});
