/** The site and the service on one host over https: what the one must not do to the other. */
import { beforeEach, describe, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { SECRET } from '#support/relying-party.ts';
import { embeddedStore } from '#support/stores.ts';

const SHOP = 'https://shop.example';
const ISSUER = `${SHOP}/line`;
const rooms = [{ id: 'sale', title: 'Spring sale', return_urls: [`${SHOP}/`] }];
const relying_parties = [
  {
    client_id: 'shop',
    client_secret: SECRET,
    room: 'sale',
    redirect_uris: [`${SHOP}/callback`],
    landing_url: `${SHOP}/landing`,
  },
];

const service = serviceOn(embeddedStore, { rooms, relying_parties, issuer: ISSUER });
/** A public address at the process, as the proxy maps it. */
const here = (url: string) => url.replace(SHOP, service.listensOn);
const letIn = () => service.waitingRoom.operations.raise('sale', 1);
const enter = (to: string) => here(`${ISSUER}/rooms/sale/enter?return_to=${encodeURIComponent(to)}`);
const authorize = (more: Record<string, string> = {}) => {
  const request = { client_id: 'shop', response_type: 'code', scope: 'openid', redirect_uri: `${SHOP}/callback` };
  return here(`${ISSUER}/authorize?${new URLSearchParams({ ...request, ...more })}`);
};

beforeEach(async () => {
  await service.waitingRoom.operations.reset('sale');
  service.time.pass(2_000);
});

describe('cookies', () => {
  test('are locked to the host by name, so no other host can plant one', async () => {
    const set: string[] = [];
    const browser = createBrowser(({ headers }) => set.push(...(headers['set-cookie'] ?? [])));
    const waiting = await browser.get(authorize());
    expect(waiting.location).toContain('/line/rooms/sale/wait?');
    await letIn();
    const claimed = await browser.post(here(waiting.location));
    expect((await browser.get(here(claimed.location))).location).toContain(`${SHOP}/callback?code=`);
    for (const name of ['visitor', 'ticket_sale', 'session', 'answered_shop']) {
      expect(set.some((cookie) => cookie.startsWith(`__Host-anteroom_${name}`))).toBe(true);
    }
    for (const cookie of set) {
      expect(cookie).toMatch(/^__Host-anteroom_[^;]*;.*path=\/(?:;|$)/i);
      expect(cookie).not.toMatch(/; domain=/i);
    }
  });
});

test('browsers get no HSTS: it would hold for the whole site', async () => {
  const { headers } = await createBrowser().get(authorize());
  expect(headers).not.toHaveProperty('strict-transport-security');
  expect(headers).toHaveProperty('content-security-policy');
});

describe('an address of the service is no page of the site', () => {
  test.each([
    `${ISSUER}/rooms/sale/enter?return_to=${encodeURIComponent(`${SHOP}/`)}`,
    `${ISSUER}/end-session`,
    ISSUER,
    `${SHOP}/line/`,
  ])('/enter does not return to %s', async (to) => {
    const { status, text, location } = await createBrowser().get(enter(to));
    expect([status, location]).toEqual([400, '']);
    expect(text).toContain('return_url_refused');
  });

  test('/enter returns to a page with a similar path', async () => {
    await letIn();
    const browser = createBrowser();
    const named = await browser.get(enter(`${SHOP}/lines?x`));
    const { location } = await browser.get(here(named.location));
    expect(location).toContain(`${SHOP}/lines?x&anteroom_token=`);
  });

  test('the gate says so, instead of redirecting for ever', async () => {
    const answer = await createBrowser().get(here(`${ISSUER}/rooms/sale/gate/check`), {
      'X-Original-Method': 'GET',
      'X-Original-URL': `${ISSUER}/rooms/sale/enter?return_to=x`,
    });
    expect([answer.status, answer.location]).toEqual([403, '']);
    expect(answer.json()).toMatchObject({
      code: 'return_url_refused',
      detail: '/line/ is the waiting room itself: do not put it behind the gate.',
    });
  });

  test.each([
    ['the site', `${SHOP}/tickets`, `${SHOP}/tickets`],
    ['the service', `${ISSUER}/authorize?client_id=shop`, `${SHOP}/landing`],
  ])('a login that took too long restarts at the page of %s: %s → %s', async (_whose, target_link_uri, at) => {
    const browser = createBrowser();
    const { location } = await browser.get(authorize({ target_link_uri }));
    service.time.pass(11 * 60_000);
    await letIn();
    const claimed = await browser.post(here(location));
    expect(claimed.location).toBe(at);
  });
});
