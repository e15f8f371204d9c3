/** Tokens of challenge providers, against stand-ins that are as strict as the vendors' documentation. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { providers } from '#challenges/providers/index.ts';
import { FAILURES, MOST_AT_ONCE, REST } from '#challenges/verify-token.ts';
import { room as roomSettings } from '#settings/room.ts';
import { createBrowser } from '#support/browser.ts';
import { ADMIN_TOKEN, startService, type TestService } from '#support/service.ts';
import { solve } from '#support/solve.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import type { ProviderName } from '#waiting-room/entry/entry-settings.ts';
import { type StandInProviders, startProviders } from './stand-in-providers.ts';

const NAMES = Object.keys(providers) as ProviderName[];
const SECRET = 'a secret of the vendor';
const SITE_KEY = 'a site key';

let vendors: StandInProviders;
let opened: OpenedStore;
let service: TestService;

beforeAll(async () => {
  vendors = await startProviders({ secret: SECRET, siteKey: SITE_KEY });
});
afterAll(() => vendors?.close());
beforeEach(async () => {
  vendors.fail(null);
  opened = await embeddedStore();
  service = await startService({ store: opened.store, verifyUrls: vendors.verifyUrls });
});
afterEach(async () => {
  await service?.close();
  await opened?.close();
});

const open = (provider: ProviderName, more: object = {}) =>
  service.waitingRoom.operations.putRoom(
    roomSettings.parse({ id: 'sale', challenge: { provider, site_key: SITE_KEY, secret: SECRET, ...more } }),
  );

async function call(method: string, path: string, ticket?: string, body?: object) {
  const answer = await fetch(`${service.issuer}/rooms/sale${path}`, {
    method,
    headers: { ...(ticket ? { Authorization: `Bearer ${ticket}` } : {}), 'Content-Type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  // biome-ignore lint/suspicious/noExplicitAny: the body of any answer.
  return { status: answer.status, body: (await answer.json()) as any };
}

const join = async (): Promise<string> => (await call('POST', '/tickets')).body.ticket;
const prove = (ticket: string, proof: string) => call('POST', '/tickets/self/proof', ticket, { proof });

describe.each(NAMES)('%s', (name) => {
  test('proves a visitor by a token that it issued, once', async () => {
    await open(name);
    const [ticket, other] = [await join(), await join()];
    const widget = (await call('GET', '/challenge', ticket)).body;
    const { script, field } = providers[name].widget;
    expect(widget).toMatchObject({ provider: name, site_key: SITE_KEY, script, field });
    const token = vendors.issue();
    const proven = await prove(ticket, token);
    expect(proven).toMatchObject({ status: 200, body: { proven: true, number: 1 } });
    expect((await prove(proven.body.ticket, token)).status).toBe(200);
    expect((await prove(other, token)).body.code).toBe('proof_invalid');
  });

  test.each(['garbage', '', 'x'.repeat(5000)])('refuses a token that it did not issue: %.10s', async (token) => {
    await open(name);
    const ticket = await join();
    expect(await prove(ticket, token)).toMatchObject({ status: 400, body: { code: 'proof_invalid' } });
    expect((await call('GET', '/tickets/self', ticket)).body).toMatchObject({ number: 1, proven: false });
  });

  test('counts as unavailable if it refuses the secret, not the token', async () => {
    await open(name, { secret: 'another secret' });
    expect((await prove(await join(), vendors.issue())).body.code).toBe('challenge_unavailable');
  });
});

async function goAway(ticket: string): Promise<void> {
  vendors.fail(500);
  for (let n = 0; n < FAILURES; n++) expect((await prove(ticket, `${n}`)).body.code).toBe('challenge_unavailable');
}

const warnings = () => service.logged.filter((line) => line.includes('challenge provider unavailable'));

test('while the provider is unavailable, auto uses proof of work, and the log says so once', async () => {
  await open('turnstile');
  const ticket = await join();
  await goAway(ticket);
  const asked = vendors.asked();
  const challenge = (await call('GET', '/challenge', ticket)).body;
  expect(await prove(ticket, await solve(challenge))).toMatchObject({ status: 200, body: { proven: true } });
  expect((await prove(ticket, 'garbage')).body.code).toBe('challenge_unavailable');
  expect(vendors.asked()).toBe(asked);
  expect(warnings()).toHaveLength(1);
  vendors.fail(null);
  service.time.pass(REST);
  expect((await call('GET', '/challenge', ticket)).body).toMatchObject({ provider: 'turnstile' });
  expect((await prove(await join(), vendors.issue())).status).toBe(200);
});

test('a provider that was unavailable is asked again as soon, also if the clock jumps back meanwhile', async () => {
  await open('turnstile');
  const ticket = await join();
  await goAway(ticket);
  vendors.fail(null);
  service.time.pass(-60 * 60_000);
  expect((await prove(ticket, vendors.issue())).body.code).toBe('challenge_unavailable');
  service.time.pass(REST);
  expect((await prove(ticket, vendors.issue())).status).toBe(200);
});

test('while the provider is unavailable, always answers 503 and keeps the place', async () => {
  await open('hcaptcha', { when: 'always' });
  const ticket = await join();
  await goAway(ticket);
  expect(await call('GET', '/challenge', ticket)).toMatchObject({
    status: 503,
    body: { code: 'challenge_unavailable' },
  });
  expect((await call('GET', '/tickets/self', ticket)).body).toMatchObject({ number: 1, proven: false });
});

test('a provider that does not answer holds no more requests than the cap', async () => {
  await open('recaptcha');
  const ticket = await join();
  vendors.fail('hang');
  const before = vendors.asked();
  const answers = await Promise.all(Array.from({ length: MOST_AT_ONCE + 30 }, (_, n) => prove(ticket, `${n}`)));
  expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set(['challenge_unavailable']));
  expect(vendors.asked() - before).toBe(MOST_AT_ONCE);
});

test('a proof of work counts in no other room, and a secret is never answered', async () => {
  await open('turnstile');
  const ticket = await join();
  expect((await prove(ticket, Buffer.from('{"challenge":{},"solution":{}}').toString('base64'))).body.code).toBe(
    'proof_invalid',
  );
  const url = `${service.issuer}/admin/v1/rooms/sale`;
  const headers = { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' };
  const shown = (await (await fetch(url, { headers })).json()) as { readonly challenge: object };
  expect(shown.challenge).toEqual({ when: 'auto', provider: 'turnstile', site_key: SITE_KEY });
  const again = await fetch(url, { method: 'PUT', headers, body: JSON.stringify(shown) });
  expect(again.status).toBe(200);
  expect((await prove(ticket, vendors.issue())).status).toBe(200);
  const other = { ...shown, challenge: { ...shown.challenge, provider: 'hcaptcha' } };
  const refused = await fetch(url, { method: 'PUT', headers, body: JSON.stringify(other) });
  expect(await refused.json()).toMatchObject({ errors: [{ field: 'challenge.secret', message: 'is required' }] });
});

test('the policy of the waiting page allows the provider, and nobody else', async () => {
  await open('turnstile');
  const url = `${service.issuer}/rooms/sale/enter?return_to=${encodeURIComponent('https://shop.example/')}`;
  await service.waitingRoom.operations.changeRoom('sale', (room) => ({
    ...room,
    return_urls: ['https://shop.example/'],
  }));
  const browser = createBrowser();
  // The first answer sets a cookie, and the second one sees it.
  const { location: withCookie } = await browser.get(url);
  const { location } = await browser.get(withCookie);
  const policy = String((await browser.get(location)).headers['content-security-policy']);
  const origins = new Set(policy.match(/https?:[^ ;]+/g));
  expect(origins).toEqual(new Set(['https://challenges.cloudflare.com']));
});
