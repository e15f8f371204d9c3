import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BEFORE_CALLBACK, createBrowser, STAY } from './browser.ts';
import { type Demo, NUMBER, startDemo } from './demo.ts';

let demo: Demo;
beforeEach(async () => {
  demo = await startDemo();
});
afterEach(() => demo.close());

const receiptIn = (body: string): string | undefined => /SPRING-[0-9A-F-]+/.exec(body)?.[0];
const numberIn = (body: string): string | undefined => /id="number">(\d+)</.exec(body)?.[1];

describe('a visit to the shop', () => {
  it('goes from the shop window through the login to the checkout, the receipt, and the logout', async () => {
    const browser = createBrowser();
    const window = await browser.get(`${demo.shopUrl}/`);
    expect(window.body).toContain('<button>Reserve</button>');
    expect(window.body).toContain(`href="${demo.issuer}/admin/"`);

    const checkout = await browser.post(`${demo.shopUrl}/reserve`);
    expect(checkout.url).toBe(`${demo.shopUrl}/checkout`);
    expect(numberIn(checkout.body)).toBe(String(NUMBER));
    expect(checkout.body).toMatch(/<strong>(10 min 0|9 min 5\d) s<\/strong>/);
    const authorize = new URL(checkout.way.find((url) => url.startsWith(`${demo.issuer}/auth?`)) ?? '');
    expect(Object.fromEntries(authorize.searchParams)).toMatchObject({
      client_id: 'shop',
      scope: 'openid',
      response_type: 'code',
      redirect_uri: `${demo.shopUrl}/callback`,
      code_challenge_method: 'S256',
      state: expect.stringMatching(/./),
      nonce: expect.stringMatching(/./),
    });

    const receipt = await browser.post(`${demo.shopUrl}/purchase`);
    expect(receipt.url).toBe(`${demo.shopUrl}/receipt`);
    expect(receiptIn(receipt.body)).toBeDefined();
    expect(receipt.body).toContain(`with number ${NUMBER}`);

    const logout = await browser.post(`${demo.shopUrl}/leave`);
    const target = new URL(logout.url);
    expect(target.origin + target.pathname).toBe(`${demo.issuer}/session/end`);
    expect(target.searchParams.get('post_logout_redirect_uri')).toBe(`${demo.shopUrl}/`);
    expect(target.searchParams.get('id_token_hint')).toMatch(/^ey/);
    expect(logout.status).toBe(200);
    expect((await browser.get(`${demo.shopUrl}/checkout`)).url).toBe(`${demo.shopUrl}/`);
  });

  it('gives the same receipt for a repeated purchase and after another login', async () => {
    const browser = createBrowser();
    await browser.post(`${demo.shopUrl}/reserve`);
    const first = receiptIn((await browser.post(`${demo.shopUrl}/purchase`)).body);
    expect(first).toBeDefined();
    expect(receiptIn((await browser.post(`${demo.shopUrl}/purchase`)).body)).toBe(first);
    await browser.get(`${demo.shopUrl}/reserve`);
    expect(receiptIn((await browser.post(`${demo.shopUrl}/purchase`)).body)).toBe(first);
  });

  it('hides its cookies from scripts and limits its login transactions to the callback', async () => {
    const browser = createBrowser();
    const reserve = await browser.post(`${demo.shopUrl}/reserve`, STAY);
    expect(reserve.status).toBe(303);
    expect(reserve.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^shop_login_.*; path=\/callback; expires=.*; samesite=lax; httponly$/i),
    ]);
    const callback = await browser.get(
      reserve.headers.get('location') ?? '',
      ({ pathname }) => pathname === '/checkout',
    );
    expect(callback.headers.getSetCookie()).toContainEqual(
      expect.stringMatching(/^shop_session=.*; path=\/; expires=.*; samesite=lax; httponly$/i),
    );
  });

  it('ends when the ID token ends', async () => {
    const browser = createBrowser();
    await browser.post(`${demo.shopUrl}/reserve`);
    demo.advance(595_000);
    expect((await browser.get(`${demo.shopUrl}/checkout`)).url).toBe(`${demo.shopUrl}/checkout`);
    demo.advance(6_000);
    expect((await browser.get(`${demo.shopUrl}/checkout`)).url).toBe(`${demo.shopUrl}/`);
    expect((await browser.post(`${demo.shopUrl}/purchase`)).status).toBe(401);
  });

  it('can be started by the identity provider, but by no other', async () => {
    const browser = createBrowser();
    const here = await browser.get(`${demo.shopUrl}/reserve?iss=${encodeURIComponent(demo.issuer)}`);
    expect(here.url).toBe(`${demo.shopUrl}/checkout`);
    const elsewhere = await browser.get(`${demo.shopUrl}/reserve?iss=${encodeURIComponent('https://evil.example')}`);
    expect(elsewhere.status).toBe(400);
  });
});

describe('when the identity provider is unavailable', () => {
  it('the shop says so, and works again as soon as the provider is back', async () => {
    const browser = createBrowser();
    await demo.stopProvider();
    const window = await browser.get(`${demo.shopUrl}/`);
    expect(window.status).toBe(200);
    expect(window.body).toContain('does not answer');
    expect(window.body).toContain('Try again');
    expect(window.body).not.toContain('<button>Reserve</button>');
    expect((await browser.post(`${demo.shopUrl}/reserve`)).status).toBe(503);

    await demo.startProvider();
    expect((await browser.post(`${demo.shopUrl}/reserve`)).url).toBe(`${demo.shopUrl}/checkout`);
  });

  it('a callback can be tried again with the same URL', async () => {
    const browser = createBrowser();
    const atTheDoor = await browser.post(`${demo.shopUrl}/reserve`, BEFORE_CALLBACK);
    const callback = atTheDoor.headers.get('location') ?? '';
    expect(callback).toContain('/callback?');
    await demo.stopProvider();
    const refused = await browser.get(callback);
    expect(refused.status).toBe(503);
    expect(refused.body).toContain('Try again');
    await demo.startProvider();
    expect((await browser.get(callback)).url).toBe(`${demo.shopUrl}/checkout`);
  });

  it('a visitor who leaves is out of the shop and reads that the place stays taken', async () => {
    const browser = createBrowser();
    await browser.post(`${demo.shopUrl}/reserve`);
    await demo.stopProvider();
    demo.advance(6_000);
    expect((await browser.post(`${demo.shopUrl}/leave`)).status).toBe(503);
    expect((await browser.post(`${demo.shopUrl}/purchase`)).status).toBe(401);
  });
});
