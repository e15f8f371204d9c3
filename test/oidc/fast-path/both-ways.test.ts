import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunningService } from '#support/on-each-store.ts';
import { REDIRECT_URI } from '#support/relying-party.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import { type BothBrowsers, bothWays, relying_parties } from './both-ways.ts';

const ways = bothWays();
const { ask, time, browser } = ways;

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const S256 = { code_challenge: CHALLENGE, code_challenge_method: 'S256' };

/** Requests as relying parties send them. */
const plain = fc.record({
  client_id: fc.constantFrom(...relying_parties.map(({ client_id }) => client_id)),
  redirect_uri: fc.constantFrom(REDIRECT_URI, 'https://shop.example/cb?a=1', 'com.example.app:/callback'),
  scope: fc.constantFrom('openid', 'openid email', 'email openid'),
  state: fc.constantFrom('some-state', 'a-longer-state-'.repeat(20), 'with space&more=', 'ümläut', "quote's"),
  more: fc.constantFrom(
    S256,
    {},
    { nonce: 'n-1', ...S256 },
    { ui_locales: 'de fr', ...S256 },
    { target_link_uri: 'https://shop.example/checked', ...S256 },
    { target_link_uri: 'https://shop.example/refused', ...S256 },
    { target_link_uri: 'https://shop.example/free', ...S256 },
  ),
});

/** Other parameters, most of which change what oidc-provider answers. */
const oddity = fc.constantFrom<Record<string, string>>(
  { scope: 'email' },
  { scope: 'openid profile' },
  { scope: 'openid openid' },
  { scope: 'openid  email' },
  { scope: 'openid offline_access' },
  { scope: '' },
  { state: '' },
  { nonce: '' },
  { prompt: 'none' },
  { prompt: 'login' },
  { prompt: 'nonsense' },
  { max_age: '0' },
  { max_age: 'soon' },
  { response_type: 'code id_token' },
  { response_type: 'token' },
  { response_mode: 'query' },
  { response_mode: 'form_post' },
  { code_challenge_method: 'plain' },
  { code_challenge: 'short' },
  { code_challenge: `${CHALLENGE}=` },
  { code_challenge: '' },
  { code_challenge_method: '' },
  { client_id: 'nobody' },
  { client_id: '' },
  { redirect_uri: 'https://shop.example/cb' },
  { redirect_uri: `${REDIRECT_URI}/` },
  { redirect_uri: 'http://127.0.0.1:10/callback' },
  { id_token_hint: 'x' },
  { claims: '{}' },
  { acr_values: '1' },
  { resource: 'https://api.example/' },
  { request: 'x' },
  { request_uri: 'urn:x' },
  { dpop_jkt: 'x' },
  { login_hint: 'eyJh.b.c' },
  { approval_prompt: 'force' },
  { anteroom_retry: '1' },
  { anteroom_pass: 'x' },
  { anteroom_began: '1.x' },
  { anteroom_round: '1.1.1' },
  { anteroom_entry: 'full' },
  { web_message_uri: 'x' },
  { __proto__x: 'x' },
  { toString: 'x' },
  { constructor: 'x' },
);

/** One change of one character of the query. */
const mutation = fc.record({
  where: fc.noBias(fc.nat({ max: 9_999 })),
  how: fc.constantFrom('replace', 'insert', 'delete', 'double'),
  char: fc.oneof(
    fc.constantFrom('&', '=', '%', '+', '#', '?', ';', '/', '\\', '"', '<', "'", '-', '.', '~', '[', '{'),
    fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  ),
});

const header = fc.constantFrom<Record<string, string>>(
  {},
  { 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'same-site' },
  { 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Dest': '' },
  { 'Sec-Fetch-Mode': 'cors' },
  { Accept: 'application/json' },
  { Accept: '*/*' },
  { Purpose: 'prefetch' },
  { 'Content-Length': '0' },
  { 'Anteroom-Pass': 'x' },
  { 'X-Requested-With': 'XMLHttpRequest' },
  { Cookie: 'other=1; anteroom_lang=de' },
  { Cookie: 'anteroom_ticket_sale=forged' },
  { Cookie: 'anteroom_session=forged' },
  { Cookie: 'anteroom_ticket_sale=left' },
  { 'X-Forwarded-For': '198.51.100.7', 'X-Forwarded-Host': 'evil.example', Host: 'evil.example' },
  { Authorization: 'Basic c2hvcDp4' },
);

function queryOf({ more, ...params }: { more: Record<string, string> } & Record<string, unknown>): string {
  return new URLSearchParams({ response_type: 'code', ...(params as Record<string, string>), ...more }).toString();
}

function mutate(query: string, { where, how, char }: { where: number; how: string; char: string }): string {
  const at = where % query.length;
  const [before, here, after] = [query.slice(0, at), query.slice(at, at + 1), query.slice(at + 1)];
  if (how === 'replace') return before + char + after;
  if (how === 'insert') return before + char + here + after;
  return how === 'delete' ? before + after : before + here + here + after;
}

async function expectSame(...request: Parameters<typeof ask>): Promise<void> {
  const [fast, long] = await ask(...request);
  expect(fast).toEqual(long);
}

async function setMode({ waitingRoom }: RunningService, mode: RoomSettings['mode']): Promise<void> {
  await waitingRoom.operations.upsertRoom('sale', (settings) => ({ ...(settings as RoomSettings), mode }));
}

describe('the fast path of /authorize', { timeout: 120_000 }, () => {
  test('answers plain requests itself, as oidc-provider does', async () => {
    const before = ways.taken();
    await fc.assert(
      fc.asyncProperty(plain, (request) => expectSame(queryOf(request))),
      { numRuns: 150 },
    );
    expect(ways.taken()).toBeGreaterThan(before + 15);
  });

  test('answers as oidc-provider does where one character of a valid request changes', async () => {
    const before = ways.taken();
    const valid = plain.filter(({ client_id }) => ['sale', 'app', 'alb', 'ruled', 'checked'].includes(client_id));
    await fc.assert(
      fc.asyncProperty(valid, mutation, (request, change) => expectSame(mutate(queryOf(request), change))),
      { numRuns: 250 },
    );
    expect(ways.taken()).toBeGreaterThan(before + 15);
  });

  test('answers as oidc-provider does with other parameters, headers and cookies', async () => {
    await fc.assert(
      fc.asyncProperty(plain, oddity, header, (request, odd, headers) =>
        expectSame(queryOf({ ...request, more: { ...request.more, ...odd } }), headers),
      ),
      { numRuns: 200 },
    );
  });

  test('answers as oidc-provider does where a parameter occurs twice', async () => {
    const request = { client_id: 'sale', redirect_uri: REDIRECT_URI, scope: 'openid', state: 's', more: S256 };
    for (const [name, value] of new URLSearchParams(queryOf(request))) {
      await expectSame(`${queryOf(request)}&${name}=${encodeURIComponent(value)}`);
      await expectSame(`${queryOf(request)}&${name}=`);
      await expectSame(`${queryOf(request)}&${name}`);
    }
  });

  test('answers a browser with cookies as oidc-provider does, whatever happened to it since', async () => {
    const before = ways.taken();
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('come' as const), who: fc.integer({ min: 0, max: 3 }) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('raise' as const), by: fc.integer({ min: -2, max: 3 }) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1000, 200_000) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who: fc.integer({ min: 0, max: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const) }) },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant('mode' as const),
          mode: fc.constantFrom(...(['queue', 'paused', 'closed', 'passthrough'] as const)),
        }),
      },
    );
    const query = (client_id: string) =>
      queryOf({ client_id, redirect_uri: REDIRECT_URI, scope: 'openid', state: 's', more: S256 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('sale', 'alb'), fc.array(step, { maxLength: 12 }), async (client, steps) => {
        const browsers = [browser(), browser(), browser(), browser()];
        const services = [ways.fast, ways.long] as const;
        for (const each of services) {
          await setMode(each, 'queue');
          await each.waitingRoom.operations.reset('sale');
        }
        for (const each of steps) {
          const who = browsers['who' in each ? each.who : 0] as BothBrowsers;
          if (each.kind === 'come') await expectSame(query(client), {}, who);
          if (each.kind === 'pass') time.pass(each.ms);
          for (const [i, service] of services.entries()) {
            const { operations, visitors, tickets } = service.waitingRoom;
            if (each.kind === 'raise') await operations.raise('sale', each.by);
            if (each.kind === 'reset') await operations.reset('sale');
            if (each.kind === 'mode') await setMode(service, each.mode);
            if (each.kind === 'leave') {
              const sealed = (i === 0 ? who.fast : who.long).get('anteroom_ticket_sale');
              const ticket = sealed ? tickets.open(sealed, 'sale') : null;
              if (ticket) await visitors.leave(ticket);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(ways.taken()).toBeGreaterThan(before + 15);
  });
});
