/** The script for nginx is this project's code: these tests check what it must refuse. */
import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { freePort } from '#support/ports.ts';
import { missing, startNjs } from './njs.ts';
import { serve } from './stand-ins/http.ts';
import { CLIENT_ID, type RunningRelyingParty, SECRET } from './tour.ts';

const KEY = 'a-key-that-only-this-test-knows-of';
const SESSION = '__Host-session';
const soon = () => Math.floor(Date.now() / 1000) + 60;

describe.skipIf(missing !== undefined)(`nginx with njs${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let issuer: string;
  let origin: string;
  let line: RunningRelyingParty;
  let nginx: RunningRelyingParty;
  let browser: Browser;
  /** What the provider answers at /token, and the request that it got. */
  let answer: { status: number; claims: Record<string, unknown> };
  let asked: { body: URLSearchParams; authorization: string };

  beforeAll(async () => {
    const [linePort, port] = [await freePort(), await freePort()];
    issuer = `http://127.0.0.1:${linePort}`;
    origin = `http://127.0.0.1:${port}`;
    line = await serve(linePort, async ({ req, res }) => {
      let body = '';
      for await (const chunk of req) body += String(chunk);
      asked = { body: new URLSearchParams(body), authorization: req.headers.authorization ?? '' };
      res.writeHead(answer.status, { 'Content-Type': 'application/json' });
      const payload = Buffer.from(JSON.stringify(answer.claims)).toString('base64url');
      res.end(JSON.stringify({ id_token: `e30.${payload}.c2ln` }));
    });
    nginx = await startNjs({ issuer, port, origin }, KEY);
  });
  afterAll(async () => {
    await nginx?.close();
    await line?.close();
  });
  beforeEach(() => {
    browser = createBrowser();
  });

  async function begin(page = '/seats?row=1') {
    const { location } = await browser.get(`${origin}${page}`);
    const request = new URL(location).searchParams;
    const claims = { iss: issuer, aud: CLIENT_ID, exp: soon(), nonce: request.get('nonce'), number: 7 };
    return { request, claims };
  }

  const comeBack = (state: string | null, code = 'c') =>
    browser.get(`${origin}/oauth2/callback?${new URLSearchParams({ code, state: state ?? '' })}`);

  const isInside = async () => (await browser.get(`${origin}/`)).text.startsWith('inside');

  test("admits with the provider's tokens, and sends the site the number and nothing that the visitor wrote", async () => {
    const { request, claims } = await begin();
    answer = { status: 200, claims };
    expect((await comeBack(request.get('state'))).location).toBe(`${origin}/seats?row=1`);
    const inside = await browser.get(`${origin}/`, { 'X-Anteroom-Number': '1' });
    expect(inside.text).toBe('inside with 7');
  });

  test('sends the provider the verifier of its challenge, and its secret', async () => {
    const { request, claims } = await begin();
    answer = { status: 200, claims };
    await comeBack(request.get('state'), 'the-code');
    const verifier = asked.body.get('code_verifier') ?? '';
    expect(createHash('sha256').update(verifier).digest('base64url')).toBe(request.get('code_challenge'));
    expect(asked.body.get('code')).toBe('the-code');
    expect(atob(asked.authorization.slice('Basic '.length))).toBe(`${CLIENT_ID}:${SECRET}`);
  });

  test.each([
    ['is of another issuer', { iss: 'https://other.example' }],
    ['is for another audience', { aud: 'other' }],
    ['is for further audiences', { aud: [CLIENT_ID, 'other'] }],
    ['has no audience', { aud: undefined }],
    ['expired', { exp: soon() - 120 }],
    ['never expires', { exp: undefined }],
    ['has another nonce', { nonce: 'other' }],
    ['has no nonce', { nonce: undefined }],
  ])('refuses an ID token that %s', async (_what, change) => {
    const { request, claims } = await begin();
    answer = { status: 200, claims: { ...claims, ...change } };
    const refused = await comeBack(request.get('state'));
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('The login failed.')]);
    expect(await isInside()).toBe(false);
  });

  test('refuses a code that the provider does not know', async () => {
    const { request, claims } = await begin();
    answer = { status: 400, claims };
    expect((await comeBack(request.get('state'))).status).toBe(403);
    expect(await isInside()).toBe(false);
  });

  test("refuses a callback of another browser's login, of a completed login, and of none", async () => {
    const { request, claims } = await begin();
    answer = { status: 200, claims };
    const own = browser;
    browser = createBrowser();
    for (const state of [request.get('state'), '', 'undefined', 'session', '../x']) {
      expect((await comeBack(state)).status, `state ${state}`).toBe(403);
    }
    expect(await isInside()).toBe(false);
    browser = own;
    expect((await comeBack(request.get('state'))).status).toBe(302);
    expect((await comeBack(request.get('state'))).status).toBe(403);
  });

  test('redirects only to the site, whatever page was requested', async () => {
    const { request, claims } = await begin('//other.example/x');
    answer = { status: 200, claims };
    expect((await comeBack(request.get('state'))).location).toMatch(new RegExp(`^${origin}/`));
  });

  test('refuses a session that it did not sign, or that expired', async () => {
    const signed = (text: string, key: string) =>
      `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
    const tries = [
      ['with its key', signed(`${soon()}.7`, KEY), true],
      ['over', signed(`${soon() - 120}.7`, KEY), false],
      ['by another key', signed(`${soon()}.7`, 'x'), false],
      ['longer than it was signed for', signed(`${soon()}.7`, KEY).replace(/^\d+/, String(soon() + 999)), false],
      ['without a signature', `${soon()}.7`, false],
      ['of the word for nothing', 'undefined.undefined.undefined', false],
      ['empty', '', false],
    ] as const;
    for (const [what, value, inside] of tries) {
      browser.cookies.set(SESSION, value);
      expect(await isInside(), what).toBe(inside);
    }
  });

  test('answers a script and a POST with 401, without a login', async () => {
    const answers = [await browser.get(`${origin}/api`, { Accept: '*/*' }), await browser.post(`${origin}/cart`)];
    for (const { status, headers } of answers) expect([status, headers['set-cookie']]).toEqual([401, undefined]);
  });

  test('answers 500 with a key that is too short', async () => {
    const port = await freePort();
    const shop = `http://127.0.0.1:${port}`;
    const short = await startNjs({ issuer, port, origin: shop }, 'change-me-too');
    const { status } = await browser.get(`${shop}/`);
    await short.close();
    expect(status).toBe(500);
  });
});
