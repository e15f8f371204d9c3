import { describe, expect, test } from 'vitest';
import { type Answer, createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { comeBack, fromGateUrl, SALE, SITE } from './room.ts';

const service = serviceOn(embeddedStore, { rooms: [SALE] }, 'test');

/** A check of Caddy or Traefik, of a navigation by default. */
function check(uri: string, { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {}) {
  return createBrowser().get(`${service.issuer}/rooms/sale/gate/check${query}`, {
    'X-Forwarded-Method': 'GET',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'shop.example',
    'X-Forwarded-Uri': uri,
    ...headers,
  });
}

const FETCH = { headers: { 'Sec-Fetch-Mode': 'cors' } };
const cookieOf = ({ headers }: Answer) => headers['set-cookie']?.[0]?.split(';')[0] ?? '';

test('each check is counted by its outcome', async () => {
  const uri = (await comeBack(service, createBrowser())).slice(SITE.length);
  const cookie = cookieOf(await check(uri));
  for (const _ of [1, 2, 3]) await check('/', { headers: { Cookie: cookie } });
  await check(uri);
  await check('/?anteroom_token=x', { headers: { Cookie: cookie } });
  await check('/', { query: '?redirect=401' });
  await check('/', FETCH);
  await check('/', { headers: { 'X-Forwarded-Host': 'evil.example' } });
  await check('/', { headers: { 'X-Forwarded-Proto': 'none' } });
  await service.store.close();
  service.time.pass(11_000);
  await check('/');
  const metrics = await (await fetch(`${service.issuer}/metrics`)).text();
  const counted = [...metrics.matchAll(/^anteroom_gate_checks_total\{outcome="(\w+)"\} (\d+)$/gm)];
  expect(Object.fromEntries(counted.map(([, outcome, count]) => [outcome, Number(count)]))).toEqual({
    inside: 3,
    bypassed: 0,
    entered: 1,
    redirected: 3,
    refused: 3,
    failed: 1,
  });
});

describe('while the store is unavailable', () => {
  /** Returns a URI with an unused token. The process still knows the room for some seconds. */
  async function closeStoreWithToken(): Promise<string> {
    const uri = (await comeBack(service, createBrowser())).slice(SITE.length);
    await service.store.close();
    return uri;
  }

  async function closeStore(): Promise<void> {
    await service.store.close();
    service.time.pass(11_000);
  }

  function expectUnavailablePage({ status, headers, text }: Answer): void {
    expect([status, headers['content-type']]).toEqual([503, 'text/html; charset=utf-8']);
    expect(headers).toMatchObject({ 'retry-after': '5', refresh: '5', 'cache-control': 'no-store' });
    expect(text).toContain('<h1>One moment, please</h1>');
  }

  test('a navigation gets a page that reloads, styled without help from the site’s host', async () => {
    await closeStore();
    const answer = await check('/a');
    expectUnavailablePage(answer);
    const [, style = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec(answer.text) ?? [];
    expect(style.startsWith(`${service.issuer}/assets/style.`)).toBe(true);
    expect((await fetch(style)).status).toBe(200);
  });

  test('a navigation with a token gets the page too, and keeps its token', async () => {
    const uri = await closeStoreWithToken();
    const answer = await check(uri);
    expectUnavailablePage(answer);
    expect(cookieOf(answer)).toBe('');
  });

  test('a request that is not a navigation gets a problem', async () => {
    await closeStore();
    const { status, headers, json } = await check('/a', FETCH);
    expect([status, json().code]).toEqual([503, 'store_unavailable']);
    expect([headers['retry-after'], headers.location]).toEqual(['2', undefined]);
  });

  test('a proxy that can only pass on a 401 sends navigations to the page, and only those', async () => {
    await closeStore();
    const query = '?redirect=401';
    const sent = await check('/a?b=c&anteroom_token=x', { query });
    expect([sent.status, sent.headers['x-anteroom-redirect']]).toEqual([401, fromGateUrl(service, `${SITE}/a?b=c`)]);
    expectUnavailablePage(await createBrowser().get(sent.headers.location ?? ''));
    const fetched = await check('/a', { ...FETCH, query });
    expect([fetched.status, fetched.headers['x-anteroom-redirect']]).toEqual([503, undefined]);
  });

  test('a visitor who is inside stays inside', async () => {
    const uri = (await comeBack(service, createBrowser())).slice(SITE.length);
    const cookie = cookieOf(await check(uri));
    await closeStore();
    expect((await check('/a', { headers: { Cookie: cookie } })).status).toBe(204);
  });
});
