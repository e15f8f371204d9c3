import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowser, STAY } from './browser.ts';
import { type Demo, NUMBER, startDemo } from './demo.ts';

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());

const buy = (headers: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(`${demo.shopUrl}/purchase`, { method: 'POST', headers });
const buyWith = (token: string): Promise<Response> => buy({ authorization: `Bearer ${token}` });

async function expectRefused(response: Response): Promise<void> {
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(await response.json()).toMatchObject({ status: 401, code: 'token_invalid' });
}

describe('a purchase without an admission', () => {
  it('is refused with a page', async () => {
    const page = await createBrowser().post(`${demo.shopUrl}/purchase`);
    expect(page.status).toBe(401);
    expect(page.body).toContain('you have no admission');
  });

  it('is refused with problem details for a program', async () => {
    const response = await buy({ accept: 'application/json' });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'admission_required' });
  });

  it('is refused with a made-up session', async () => {
    expect((await buy({ cookie: 'shop_session=made-up' })).status).toBe(401);
  });

  it('redirects from the checkout and the receipt to the shop window', async () => {
    for (const path of ['/checkout', '/receipt']) {
      expect((await createBrowser().get(`${demo.shopUrl}${path}`)).url).toBe(`${demo.shopUrl}/`);
    }
  });

  it('is refused if another site sent the form, with or without an admission', async () => {
    const browser = createBrowser();
    await browser.post(`${demo.shopUrl}/reserve`);
    for (const path of ['/purchase', '/leave']) {
      const page = await browser.post(`${demo.shopUrl}${path}`, STAY, { 'sec-fetch-site': 'same-site' });
      expect(page.status).toBe(403);
    }
    expect((await browser.get(`${demo.shopUrl}/receipt`)).url).toBe(`${demo.shopUrl}/checkout`);
  });
});

describe('a purchase with a bearer token', () => {
  it('is made with a valid ID token, once for each number', async () => {
    const response = await buyWith(await demo.idToken());
    expect(response.status).toBe(200);
    const sold: unknown = await response.json();
    expect(sold).toMatchObject({ number: NUMBER, receipt: expect.stringMatching(/^SPRING-/) });
    expect(await (await buyWith(await demo.idToken())).json()).toEqual(sold);
    const next: unknown = await (await buyWith(await demo.idToken({ number: NUMBER + 1 }))).json();
    expect(next).not.toHaveProperty('receipt', (sold as { receipt: string }).receipt);
  });

  it('is refused with an expired ID token', async () => {
    await expectRefused(await buyWith(await demo.idToken({ exp: Math.floor(Date.now() / 1000) - 1 })));
  });

  it('is refused with a token for another audience or of another issuer', async () => {
    await expectRefused(await buyWith(await demo.idToken({ aud: 'demo' })));
    await expectRefused(await buyWith(await demo.idToken({ iss: 'https://elsewhere.example' })));
  });

  it('is refused with a token of another signer', async () => {
    await expectRefused(await buyWith(await demo.idToken({}, { forged: true })));
  });

  it('is refused with a token of another kind', async () => {
    await expectRefused(await buyWith(await demo.idToken({}, { typ: 'logout+jwt' })));
  });

  it('is refused without a token, with a broken one, or with another scheme, even with a session cookie', async () => {
    const browser = createBrowser();
    await browser.post(`${demo.shopUrl}/reserve`);
    for (const authorization of ['Bearer', 'Bearer x.y.z', 'Bearer <b>', 'Basic c2hvcDpzZWNyZXQ=']) {
      const page = await browser.post(`${demo.shopUrl}/purchase`, STAY, { authorization });
      expect(page.status).toBe(401);
      expect(JSON.parse(page.body)).toMatchObject({ code: 'token_invalid' });
    }
  });
});
