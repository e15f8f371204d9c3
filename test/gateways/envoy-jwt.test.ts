import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { type Authority, type Certificate, createAuthority } from '#support/certificates.ts';
import { freePort } from '#support/ports.ts';
import { arrive, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { startService, type TestService } from '#support/service.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { startTlsTerminator, type TlsTerminator } from '#support/tls-terminator.ts';
import { noEnvoy, startEnvoy, trusting } from './envoy.ts';
import { type Site, startSite } from './site.ts';

const [API, OTHER] = ['https://api.shop.example/', 'https://other.example/'];
/** The lifetime of an admission, in seconds. */
const LIFETIME = 3;

const title = noEnvoy ? `Envoy before an API (skipped: ${noEnvoy})` : 'Envoy before an API';
describe.skipIf(noEnvoy !== undefined)(title, () => {
  let authority: Authority;
  let certificate: Certificate;
  let terminator: TlsTerminator;
  let opened: OpenedStore;
  let service: TestService;
  let site: Site;
  let envoy: { close(): Promise<void> };
  let api: string;

  beforeAll(async () => {
    authority = await createAuthority();
    await authority.trustHere();
    certificate = await authority.issue('127.0.0.1');
    const servicePort = await freePort();
    terminator = await startTlsTerminator(certificate, servicePort);
    opened = await embeddedStore();
    service = await startService({
      port: servicePort,
      issuer: terminator.url,
      store: opened.store,
      rooms: [
        { id: 'spring-sale', title: 'Sale', admission: { lifetime: '10m' } },
        { id: 'elsewhere', title: 'Elsewhere' },
        { id: 'brief', title: 'Brief', admission: { lifetime: `${LIFETIME}s` } },
      ],
      relying_parties: [
        {
          client_id: 'shop',
          client_secret: SECRET,
          room: 'spring-sale',
          profile: 'api-gateway',
          redirect_uris: [REDIRECT_URI],
          resources: [API, OTHER],
        },
        {
          client_id: 'brief',
          client_secret: SECRET,
          room: 'brief',
          profile: 'api-gateway',
          redirect_uris: [REDIRECT_URI],
          resources: [API],
        },
      ],
    });
    site = await startSite();
    const port = await freePort();
    api = `http://127.0.0.1:${port}/orders?day=2`;
    envoy = await startBefore(site, port);
  });
  afterAll(async () => {
    await envoy?.close();
    await site?.close();
    await service?.close();
    await terminator?.close();
    await opened?.close();
    await authority?.remove();
  });

  function startBefore({ port: sitePort }: Site, port: number) {
    const replacements = trusting(authority.caFile);
    const setting = { issuer: service.issuer, port, sitePort, documentedPort: 8444, replacements };
    return startEnvoy('api-gateway/envoy.yaml', setting);
  }

  /** The tokens of a visitor who logged in at an application. */
  async function logIn({ clientId = 'shop', room = 'spring-sale', more = {} } = {}) {
    const browser = createBrowser();
    const { login, page } = await arrive(browser, service.issuer, { clientId, more });
    await service.waitingRoom.operations.raise(room, 1);
    const back = await browser.follow((await browser.post(page)).location, service.issuer);
    return login.exchange(back.location);
  }

  /** The access token of a visitor who waited by the API. */
  async function claimByApi(room: string): Promise<string> {
    const tickets = `${service.issuer}/rooms/${room}/tickets`;
    const { ticket } = (await (await fetch(tickets, { method: 'POST' })).json()) as { ticket: string };
    await service.waitingRoom.operations.raise(room, 1);
    const headers = { Authorization: `Bearer ${ticket}` };
    const claimed = await fetch(`${tickets}/self/claim`, { method: 'POST', headers });
    return ((await claimed.json()) as { access_token: string }).access_token;
  }

  const call = (token?: string, url = api) =>
    fetch(url, { headers: token ? { Authorization: `Bearer ${token}` } : {} });

  test('lets a token for the API pass, and sends the API its subject', async () => {
    const tokens = await logIn();
    const answer = await call(tokens.access_token);
    expect(answer.status).toBe(200);
    const { url, headers } = (await answer.json()) as { url: string; headers: Record<string, string> };
    expect(url).toBe('/orders?day=2');
    expect(headers).toMatchObject({
      'x-anteroom-subject': tokens.claims()?.sub,
      'x-anteroom-number': String(tokens.claims()?.number),
    });
  });

  test('lets the access token of a claim by the API pass', async () => {
    expect((await call(await claimByApi('spring-sale'))).status).toBe(200);
  });

  test('refuses no token, a forged one, and one for another API or room', async () => {
    expect((await call()).status).toBe(401);
    const { access_token } = await logIn();
    const [head, payload] = access_token.split('.');
    expect((await call(`${head}.${payload}.${'A'.repeat(342)}`)).status).toBe(401);
    const { access_token: forOther } = await logIn({ more: { resource: OTHER } });
    expect((await call(forOther)).status).toBe(403);
    expect((await call(await claimByApi('elsewhere'))).status).toBe(403);
  });

  test('trusts no keys that it gets from another host', async () => {
    const { access_token } = await logIn();
    await terminator.present(await authority.issue('other.example'));
    const port = await freePort();
    const misled = await startBefore(site, port);
    const answer = await call(access_token, `http://127.0.0.1:${port}/orders`);
    await misled.close();
    await terminator.present(certificate);
    expect(answer.status).toBe(401);
    expect((await call(access_token)).status).toBe(200);
  });

  test('answers a CORS preflight', async () => {
    expect((await fetch(api, { method: 'OPTIONS' })).status).toBe(200);
  });

  test('refuses a token after the admission expired', async () => {
    const { access_token } = await logIn({ clientId: 'brief', room: 'brief' });
    expect((await call(access_token)).status).toBe(200);
    await delay((LIFETIME + 2) * 1000);
    expect((await call(access_token)).status).toBe(401);
  });
});
