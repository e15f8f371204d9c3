import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BEFORE_CALLBACK, createBrowser, STAY } from './browser.ts';
import { type Demo, startDemo } from './demo.ts';

let demo: Demo;
beforeEach(async () => {
  demo = await startDemo();
});
afterEach(() => demo.close());

/** Logs in and returns the callback's URL without going there. */
async function toCallback(browser = createBrowser()): Promise<{ browser: typeof browser; callback: URL }> {
  const page = await browser.post(`${demo.shopUrl}/reserve`, BEFORE_CALLBACK);
  const callback = new URL(page.headers.get('location') ?? '');
  expect(callback.origin + callback.pathname).toBe(`${demo.shopUrl}/callback`);
  return { browser, callback };
}

const hasSession = (browser: ReturnType<typeof createBrowser>): boolean => browser.cookies().has('shop_session /');

describe('the callback', () => {
  it('completes one login: a replay is refused', async () => {
    const { browser, callback } = await toCallback();
    expect((await browser.get(callback.href)).url).toBe(`${demo.shopUrl}/checkout`);
    const replay = await browser.get(callback.href);
    expect(replay.status).toBe(400);
    expect(replay.body).toContain('was used already');
    expect(replay.body).toContain('href="/checkout"');
  });

  it('refuses a replay from a browser that kept the transaction cookie', async () => {
    const { browser, callback } = await toCallback();
    const before = browser.cookies();
    await browser.get(callback.href);
    browser.restore(before);
    const replay = await browser.get(callback.href);
    expect(replay.status).toBe(403);
    expect(replay.body).toContain('invalid_grant');
    expect(hasSession(browser)).toBe(false);
  });

  it('refuses a wrong state', async () => {
    const { browser, callback } = await toCallback();
    callback.searchParams.set('state', 'x'.repeat(43));
    expect((await browser.get(callback.href)).status).toBe(400);
    expect(hasSession(browser)).toBe(false);
  });

  it('refuses a code in the transaction of another login', async () => {
    const first = await toCallback();
    const second = await toCallback(first.browser);
    const mixed = new URL(second.callback);
    mixed.searchParams.set('code', first.callback.searchParams.get('code') ?? '');
    const page = await first.browser.get(mixed.href);
    expect(page.status).toBe(403);
    expect(hasSession(first.browser)).toBe(false);
  });

  it('refuses a transaction cookie under the name of another state', async () => {
    const { browser, callback } = await toCallback();
    const cookies = new Map(browser.cookies());
    const [key, cookie] = [...cookies].find(([name]) => name.startsWith('shop_login_')) ?? [];
    if (key === undefined || cookie === undefined) throw new Error('no transaction cookie');
    const state = 'y'.repeat(43);
    cookies.set('moved', { ...cookie, name: `shop_login_${state}` });
    browser.restore(cookies);
    callback.searchParams.set('state', state);
    expect((await browser.get(callback.href)).status).toBe(400);
  });

  it('refuses a browser that did not start the login', async () => {
    const { callback } = await toCallback();
    const victim = createBrowser();
    const page = await victim.get(callback.href);
    expect(page.status).toBe(400);
    expect(page.body).toContain('href="/reserve"');
    expect(hasSession(victim)).toBe(false);
  });

  it('refuses a login that took longer than ten minutes', async () => {
    const { browser, callback } = await toCallback();
    demo.advance(601_000);
    expect((await browser.get(callback.href)).status).toBe(400);
  });

  it('lets two tabs of one browser log in at the same time', async () => {
    const first = await toCallback();
    const second = await toCallback(first.browser);
    expect((await first.browser.get(first.callback.href)).url).toBe(`${demo.shopUrl}/checkout`);
    expect((await first.browser.get(second.callback.href)).url).toBe(`${demo.shopUrl}/checkout`);
  });

  it('shows the checkout to a tab whose session another tab replaced on the way there', async () => {
    const first = await toCallback();
    const { browser } = first;
    const second = await toCallback(browser);
    const checkout = await browser.get(first.callback.href, STAY);
    expect(checkout.headers.get('location')).toBe('/checkout');
    const replaced = browser.cookies();
    await browser.get(second.callback.href, STAY);
    const newest = browser.cookies();

    // The browser sent it before the second callback was answered.
    browser.restore(replaced);
    const again = await browser.get(`${demo.shopUrl}/checkout`, STAY);
    browser.restore(newest);
    const shown = await browser.get(new URL(again.headers.get('location') ?? '', demo.shopUrl).href);
    expect(shown).toMatchObject({ status: 200, url: `${demo.shopUrl}/checkout` });

    // A session that stays replaced gets the shop window.
    browser.restore(replaced);
    expect((await browser.get(`${demo.shopUrl}/checkout`)).url).toBe(`${demo.shopUrl}/`);
  });

  it('shows why the identity provider refused, and a way back', async () => {
    demo.misbehave('refuse');
    const page = await createBrowser().post(`${demo.shopUrl}/reserve`);
    expect(page.status).toBe(403);
    expect(page.body).toContain('access_denied');
    expect(page.body).toContain('the room is closed');
    expect(page.body).toContain('href="/reserve"');
  });

  it('escapes values from the URL, and shows none without a transaction', async () => {
    const browser = createBrowser();
    const reserve = await browser.post(`${demo.shopUrl}/reserve`, STAY);
    const state = new URL(reserve.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const evil = new URLSearchParams({
      error: 'login_required',
      error_description: '<script>alert(1)</script>',
      state,
    });
    evil.set('iss', demo.issuer);
    const known = await browser.get(`${demo.shopUrl}/callback?${evil}`);
    expect(known.status).toBe(403);
    expect(known.body).toContain('login_required');
    expect(known.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(known.body).not.toContain('<script');

    const unknown = await browser.get(`${demo.shopUrl}/callback?${evil}`);
    expect(unknown.status).toBe(400);
    expect(unknown.body).not.toContain('alert(1)');
  });

  it('refuses userinfo of another subject', async () => {
    demo.misbehave('other subject');
    const browser = createBrowser();
    expect((await browser.post(`${demo.shopUrl}/reserve`)).status).toBe(403);
    expect(hasSession(browser)).toBe(false);
  });
});
