import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { freePort } from '#support/ports.ts';
import { arrive, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { startService, type TestService } from '#support/service.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { noEnvoy, startEnvoy } from './envoy.ts';
import { type Site, startSite } from './site.ts';

const [API, OTHER] = ['https://api.shop.example/', 'https://other.example/'];
/** The lifetime of an admission, in seconds. */
const LIFETIME = 3;

const title = noEnvoy ? `Envoy before an API (skipped: ${noEnvoy})` : 'Envoy before an API';
describe.skipIf(noEnvoy !== undefined)(title, () => {
  let opened: OpenedStore;
  let service: TestService;
  let site: Site;
  let envoy: { close(): Promise<void> };
  let api: string;

  beforeAll(async () => {
    opened = await embeddedStore();
    service = await startService({
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
    const { issuer } = service;
    const setting = { issuer, port, sitePort: site.port, documentedPort: 8444, replacements: {} };
    envoy = await startEnvoy('api-gateway/envoy.yaml', setting);
  });
  afterAll(async () => {
    await envoy?.close();
    await site?.close();
    await service?.close();
    await opened?.close();
  });

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

  const call = (token?: string) => fetch(api, { headers: token ? { Authorization: `Bearer ${token}` } : {} });

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
