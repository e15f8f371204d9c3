import { beforeEach, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { startLogin } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';
import { comeBack, goIn, numbersGiven, read, relying_parties, rooms } from './visit.ts';

const service = serviceOn(embeddedStore, { rooms, relying_parties });

const claims = (id_token: Record<string, unknown>) => ({ claims: JSON.stringify({ id_token }) });
const foreignSub = claims({ sub: { value: 'another visitor' } });

/** The ID token of a visitor who went in. */
async function idTokenOf(visit: Awaited<ReturnType<typeof goIn>>): Promise<string> {
  return (await visit.login.exchange(visit.callback)).id_token ?? '';
}

let foreignHint: string;

beforeEach(async () => {
  await service.waitingRoom.operations.reset('sale');
  foreignHint = await idTokenOf(await goIn(service));
});

test.each<[string, string, () => Record<string, string>]>([
  ["another visitor's id_token_hint", 'login_required', () => ({ id_token_hint: foreignHint })],
  ['another sub', 'login_required', () => foreignSub],
  ['an essential acr', 'login_required', () => claims({ acr: { essential: true, value: 'gold' } })],
  ['essential acrs', 'login_required', () => claims({ acr: { essential: true, values: ['gold', 'silver'] } })],
  ['acr values that are no list', 'invalid_request', () => claims({ acr: { essential: true, values: 'gold' } })],
  [
    "another visitor's hint with prompt=login",
    'login_required',
    () => ({ id_token_hint: foreignHint, prompt: 'login' }),
  ],
  ['another sub with max_age', 'login_required', () => ({ ...foreignSub, max_age: '1' })],
  ['no supported scope', 'invalid_scope', () => ({ scope: 'profile' })],
  ['no scope', 'invalid_scope', () => ({ scope: '' })],
  ['a dpop_jkt that is too short', 'invalid_request', () => ({ dpop_jkt: 'x' })],
  ['a dpop_jkt in hexadecimal', 'invalid_request', () => ({ dpop_jkt: 'ab'.repeat(32) })],
  ['a dpop_jkt in base64', 'invalid_request', () => ({ dpop_jkt: `${'+/'.repeat(21)}A=` })],
  ['a dpop_jkt that no hash ends with', 'invalid_request', () => ({ dpop_jkt: `${'A'.repeat(42)}B` })],
])('a newcomer who asks for %s is refused with %s, before the join', async (_what, error, more) => {
  const before = await numbersGiven(service);
  const browser = createBrowser();
  const login = await startLogin(service.issuer, { more: more() });
  const url = new URL(login.url);
  // Without the scope openid, oidc-provider refuses a nonce.
  if ('scope' in more()) url.searchParams.delete('nonce');
  const { outcome, params } = read(await browser.get(url.href));
  expect([outcome, params.get('error'), params.get('state')]).toEqual(['error', error, login.state]);
  expect(await numbersGiven(service)).toBe(before);
  expect([...browser.cookies.keys()].filter((name) => name.includes('anteroom_ticket'))).toEqual([]);
});

test('a waiting visitor who asks for another visitor is refused and keeps the place', async () => {
  const browser = createBrowser();
  expect((await comeBack(service, browser)).outcome).toBe('waits');
  const before = await numbersGiven(service);
  expect((await comeBack(service, browser, { more: foreignSub })).params.get('error')).toBe('login_required');
  expect((await comeBack(service, browser)).outcome).toBe('waits');
  expect(await numbersGiven(service)).toBe(before);
});

test('a returning visitor whose admission is over may ask for themselves, and waits', async () => {
  const visit = await goIn(service);
  const id_token_hint = await idTokenOf(visit);
  service.time.pass(11 * 60_000);
  const back = await comeBack(service, visit.browser, { more: { id_token_hint } });
  expect(back.outcome).toBe('waits');
});

test('acr_values are voluntary: a newcomer who asks for some waits', async () => {
  const { outcome } = await comeBack(service, createBrowser(), { more: { acr_values: 'gold' } });
  expect(outcome).toBe('waits');
});

test('a newcomer whose dpop_jkt is a thumbprint waits', async () => {
  const dpop_jkt = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';
  expect((await comeBack(service, createBrowser(), { more: { dpop_jkt } })).outcome).toBe('waits');
});
