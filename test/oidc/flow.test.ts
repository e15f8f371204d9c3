import * as client from 'openid-client';
import { beforeAll, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { arrive, facts, REDIRECT_URI, SECRET } from '#support/relying-party.ts';

const rooms = [
  { id: 'sale', title: 'Spring sale', admission: { lifetime: '10m' } },
  { id: 'open', inlet: { strategy: 'max-size', size: 1000 } },
];
const relying_parties = [
  { client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] },
  { client_id: 'app', room: 'sale', redirect_uris: [REDIRECT_URI] },
  { client_id: 'open', client_secret: SECRET, room: 'open', redirect_uris: [REDIRECT_URI] },
];

onEachStore('a visitor at a relying party', { rooms, relying_parties }, (service) => {
  let issuer: string;

  beforeAll(async () => {
    issuer = service.issuer;
  });

  const letIn = (people = 1000) => service.waitingRoom.operations.raise('sale', people);

  test('waits, is served, claims, and returns with tokens that live as long as the admission', async () => {
    const browser = createBrowser();
    const { login, answer, page } = await arrive(browser, issuer);
    expect(answer.status).toBe(303);
    expect(page).toMatch(`${issuer}/rooms/sale/wait?`);

    const html = await browser.get(page);
    expect(html.status).toBe(200);
    expect(html.text).toContain('You are in line');
    const waiting = (await facts(browser, page)).json();
    expect(waiting).toMatchObject({ state: 'waiting', room: 'sale', people_ahead: 0, estimated_wait: null });

    const early = await browser.post(page);
    expect([early.status, early.location]).toEqual([303, page]);

    await letIn(1);
    expect((await facts(browser, page)).json()).toMatchObject({ state: 'served', number: waiting.number });
    const claimed = await browser.post(page);
    const back = await browser.follow(claimed.location, issuer);
    expect(back.location).toMatch(REDIRECT_URI);

    const tokens = await login.exchange(back.location);
    expect(tokens.expires_in).toBeGreaterThan(590);
    expect(tokens.expires_in).toBeLessThanOrEqual(600);
    const claims = tokens.claims();
    expect(claims).toMatchObject({ room: 'sale', number: waiting.number });
    expect((claims?.exp ?? 0) - (claims?.iat ?? 0)).toBeLessThanOrEqual(600);
    const info = await client.fetchUserInfo(login.config, tokens.access_token, claims?.sub ?? '');
    expect(info).toMatchObject({ sub: claims?.sub, room: 'sale', number: waiting.number });
  });

  test('can exchange the code with client_secret_post, and a public client without a secret', async () => {
    for (const [clientId, auth] of [
      ['open', client.ClientSecretPost(SECRET)],
      ['app', client.None()],
    ] as const) {
      const browser = createBrowser();
      const { login, answer, page } = await arrive(browser, issuer, { clientId, auth });
      await letIn();
      const back = page.startsWith(issuer) ? await browser.post(page) : answer;
      const last = back.location.startsWith(issuer) ? await browser.follow(back.location, issuer) : back;
      await expect(login.exchange(last.location)).resolves.toHaveProperty('id_token');
    }
  });

  test('passes at once without a page if there is a free place', async () => {
    await service.waitingRoom.advance.all();
    const browser = createBrowser();
    const { answer } = await arrive(browser, issuer, { clientId: 'open' });
    expect(answer.location).toMatch(`${REDIRECT_URI}?code=`);
  });
});
