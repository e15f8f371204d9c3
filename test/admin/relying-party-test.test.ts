import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkDiscovery } from '#admin/relying-party-test.ts';
import { createOutbound } from '#outbound/index.ts';
import { type AdminServer, OPERATORS_TOKEN, startAdmin, VIEWERS_TOKEN } from '#support/admin.ts';
import { say } from '#support/say.ts';

let admin: AdminServer;
let server: Server | undefined;
beforeAll(async () => {
  admin = await startAdmin();
  await admin.as('put', '/rooms/sale').send({});
});
afterEach(async () => {
  await new Promise((done) => (server ? server.close(done) : done(null)));
  server = undefined;
});
afterAll(() => admin.close());

async function site(answer: RequestListener): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Check {
  readonly check: string;
  readonly result: string;
  readonly words: string;
}

async function checksOf(settings: object, token = OPERATORS_TOKEN): Promise<Record<string, Check>> {
  await admin.as('put', '/relying-parties/shop').send({ room: 'sale', ...settings });
  const { body } = await admin.as('post', '/relying-parties/shop/test', token).expect(200);
  return Object.fromEntries(body.checks.map((each: Check) => [each.check, each]));
}

const authorize = (client: string, uri: string) =>
  `http://localhost:3000/authorize?${new URLSearchParams({ client_id: client, redirect_uri: uri, response_type: 'code' })}`;

test('a relying party whose pages answer, and begin a login here, passes', async () => {
  const url = await site((req, res) => {
    if (req.url === '/') res.writeHead(302, { Location: authorize('shop', `${url}/callback`) }).end();
    else res.writeHead(400).end();
  });
  const checks = await checksOf({ redirect_uris: [`${url}/callback`], landing_url: `${url}/` });
  expect(checks.redirect_uri).toMatchObject({ result: 'pass' });
  expect(checks.login_start).toMatchObject({ result: 'pass' });
});

test.each([
  ['as another client', authorize('other', 'http://shop.example/callback'), 'fail', 'as client other, not shop'],
  ['with another redirect URI', authorize('shop', 'http://shop.example/other'), 'fail', 'which is not registered'],
  ['elsewhere', 'https://login.example/authorize', 'warn', 'begins no login here'],
])('a landing page that begins a login %s is named', async (_, location, result, words) => {
  const url = await site((_req, res) => res.writeHead(302, { Location: location }).end());
  const checks = await checksOf({ redirect_uris: ['http://shop.example/callback'], landing_url: `${url}/` });
  expect(checks.login_start?.result).toBe(result);
  expect(checks.login_start?.words).toContain(words);
});

test('a landing page that leads to the start of the login at its own site passes', async () => {
  const url = await site((req, res) => {
    const location = req.url === '/oauth2/start?rd=%2F' ? authorize('shop', `${url}/callback`) : '/oauth2/start?rd=%2F';
    res.writeHead(302, { Location: location }).end();
  });
  const checks = await checksOf({ redirect_uris: [`${url}/callback`], landing_url: `${url}/` });
  expect(checks.login_start).toMatchObject({ result: 'pass' });
});

test('a landing page that leads round its own site is asked twice at most', async () => {
  const asked: unknown[] = [];
  const url = await site((req, res) => {
    asked.push(req.url);
    res.writeHead(302, { Location: `/${asked.length}` }).end();
  });
  const checks = await checksOf({ redirect_uris: ['http://shop.example/callback'], landing_url: `${url}/` });
  expect(checks.login_start).toMatchObject({ result: 'warn' });
  expect(asked).toEqual(['/', '/1']);
});

test.each([
  ['a page', '<!doctype html><title>Shop</title>'],
  ['other JSON', '{"status":"ok"}'],
  ['null', 'null'],
  ['a long page', `<!doctype html>${'<p>Shop</p>'.repeat(10_000)}`],
])('a public URL that answers with %s instead of the metadata fails', async (_, body) => {
  const issuer = await site((_req, res) => res.writeHead(200).end(body));
  const check = await checkDiscovery(createOutbound({ allowPrivateTargets: true }), issuer);
  expect(check.result).toBe('fail');
  expect(say(check.words)).toContain('something other than metadata');
});

test('a public URL on this machine is asked, as the environment names it', async () => {
  const issuer = await site((req, res) => {
    res.writeHead(req.url === '/.well-known/openid-configuration' ? 200 : 404).end(JSON.stringify({ issuer }));
  });
  const outbound = createOutbound({ allowPrivateTargets: false, trusted: [issuer] });
  expect(await checkDiscovery(outbound, issuer)).toMatchObject({ result: 'pass' });
});

test('a relying party that is not up is named, and what cannot be asked', async () => {
  const url = await site((req, res) => res.writeHead(req.url === '/gone' ? 404 : 502).end());
  const found = await checksOf({ redirect_uris: [`${url}/callback`] });
  expect(found.redirect_uri).toMatchObject({ result: 'warn' });
  expect(found.redirect_uri?.words).toContain('502');
  expect(found.login_start?.words).toContain('landing_url is not set');
  expect((await checksOf({ redirect_uris: [`${url}/gone`] })).redirect_uri?.words).toContain('404');
  const closed = await checksOf({ redirect_uris: ['http://127.0.0.1:9/callback'] });
  expect(closed.redirect_uri?.words).toContain('cannot reach');
});

test('only operators test a relying party, and one that exists', async () => {
  await admin.as('post', '/relying-parties/shop/test', VIEWERS_TOKEN).expect(403);
  const { body } = await admin.as('post', '/relying-parties/none/test').expect(404);
  expect(body.code).toBe('relying_party_not_found');
});
