import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEmbeddedStore } from '#store/embedded/index.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { OPERATORS_CLIENT, startIdentityProvider, type TestIdentityProvider } from '#support/identity-provider.ts';
import { freePort } from '#support/ports.ts';
import { ADMIN_TOKEN, startService, type TestService } from '#support/service.ts';
import type { Store } from '#waiting-room/ports/index.ts';

let dir: string;
let store: Store;
let idp: TestIdentityProvider;
let service: TestService;
let browser: Browser;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'anteroom-sign-in-'));
  store = openEmbeddedStore({ dir });
  const port = await freePort();
  idp = await startIdentityProvider(`http://127.0.0.1:${port}/admin/sign-in/callback`);
  service = await startService({
    store,
    port,
    adminOidc: {
      issuer: idp.issuer,
      clientId: OPERATORS_CLIENT.id,
      clientSecret: OPERATORS_CLIENT.secret,
      roles: [
        { claim: 'groups', value: 'sale', role: 'operator' },
        { claim: 'email', value: 'olga@example.com', role: 'owner' },
      ],
    },
  });
  browser = createBrowser();
});
afterEach(async () => {
  await service.close();
  await idp.close();
  await store.close();
  await rm(dir, { recursive: true });
});

const at = (path: string) => `${service.issuer}/admin${path}`;
const session = () => browser.get(at('/session'), { 'Sec-Fetch-Site': 'same-origin' });
/** Signs in at the provider, up to the panel or the page that refuses. */
const signIn = () => browser.follow(at('/sign-in/provider'));

test('an operator signs in at the provider, with the role that a claim of the user information gives', async () => {
  idp.claims = { groups: ['staff', 'sale'] };
  const { url, status } = await signIn();
  expect([url, status]).toEqual([at('/'), 200]);
  expect((await session()).json()).toMatchObject({ operator: 'oidc:account-1', role: 'operator' });
  const { csrf } = (await session()).json<{ csrf: string }>();
  const rooms = await browser.get(at('/v1/rooms'), { 'Sec-Fetch-Site': 'same-origin', 'X-Anteroom-CSRF': csrf });
  expect(rooms.status).toBe(200);
});

test('a verified address names the operator in the audit log', async () => {
  idp.claims = { email: 'olga@example.com', email_verified: true };
  await signIn();
  expect((await session()).json()).toMatchObject({ operator: 'oidc:olga@example.com', role: 'owner' });
});

test('an account without a role is refused like a wrong token', async () => {
  idp.claims = { email: 'olga@example.com', email_verified: false };
  const refused = await signIn();
  const wrongToken = await browser.post(at('/sign-in'), { token: 'a-token-of-nobody' });
  expect([refused.status, refused.text]).toEqual([401, wrongToken.text]);
  expect((await session()).status).toBe(204);
});

test('an answer without the transaction of this browser signs nobody in', async () => {
  idp.claims = { groups: 'sale' };
  const begun = await browser.get(at('/sign-in/provider'));
  const elsewhere = createBrowser();
  let answer = await elsewhere.get(begun.location);
  while (!answer.location.startsWith(at('/'))) answer = await elsewhere.get(answer.location);
  expect((await elsewhere.get(answer.location)).status).toBe(401);
  // Nor does the answer to another request, in the browser that has a transaction.
  const stolen = new URL(answer.location);
  await browser.get(at('/sign-in/provider'));
  expect((await browser.get(stolen.href)).status).toBe(401);
  expect((await session()).status).toBe(204);
});

test('a provider that does not answer is refused alike, and the log has a reason without secrets', async () => {
  await idp.close();
  const refused = await browser.get(at('/sign-in/provider'));
  expect(refused.status).toBe(401);
  expect(refused.text).toContain('Signing in did not work.');
  const line = service.logged.find((text) => text.includes('sign-in at the identity provider failed'));
  expect(JSON.parse(line ?? '{}')).toHaveProperty('reason');
  expect(service.logged.join('')).not.toContain(OPERATORS_CLIENT.secret);
});

test('the page offers the provider, and a token too', async () => {
  const { text } = await browser.get(at('/sign-in'));
  expect(text).toContain('href="/admin/sign-in/provider"');
  expect(text).toContain('name="token"');
});

test('answers that the provider refuses are slowed, also for a browser that repeats one', async () => {
  const callback = new URL(at('/sign-in/callback?code=wrong'));
  const began = await fetch(at('/sign-in/provider'), { redirect: 'manual' });
  callback.searchParams.set('state', new URL(String(began.headers.get('location'))).searchParams.get('state') ?? '');
  const cookie = began.headers
    .getSetCookie()
    .map((text) => text.split(';')[0])
    .join('; ');
  const statuses: number[] = [];
  for (let i = 0; i < 40; i++) statuses.push((await fetch(callback, { headers: { Cookie: cookie } })).status);
  expect(statuses[0]).toBe(401);
  expect(statuses.at(-1)).toBe(429);
  expect(statuses.filter((status) => status === 401).length).toBeLessThan(30);
  // A provider that is away locks no token out.
  const api = await fetch(at('/v1/rooms'), { headers: { Authorization: `Bearer ${ADMIN_TOKEN}` } });
  expect(api.status).toBe(200);
});
