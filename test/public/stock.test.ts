/** A room with a stock, as visitors, sites and operators see it. */
import { beforeEach, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { enterWith } from '#support/enter.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { ADMIN_TOKEN } from '#support/service.ts';
import { enterUrl, SALE, SITE } from './room.ts';

const ROOM = { ...SALE, limits: { joins_per_address: null }, challenge: 'off' as const };
const LANDING = 'https://shop.example/welcome';
const settings = {
  rooms: [ROOM],
  relying_parties: [
    {
      ...{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] },
      landing_url: LANDING,
    },
  ],
};

onEachStore('a room with a stock', settings, (service) => {
  beforeEach(async () => {
    await admin('PUT', '', ROOM);
    await admin('POST', '/reset');
  });

  async function admin(method: string, path: string, body?: object): Promise<{ status: number; body: Body }> {
    const answer = await fetch(`${service.issuer}/admin/v1/rooms/sale${path}`, {
      method,
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: answer.status, body: (await answer.json()) as Body };
  }

  const left = async () => (await admin('GET', '/stock')).body.left;
  const modeNow = async () => {
    const { mode, closed_reason } = (await admin('GET', '')).body;
    return { mode, closed_reason };
  };

  async function join(): Promise<Body & { readonly ticket: string }> {
    const answer = await fetch(`${service.issuer}/rooms/sale/tickets`, { method: 'POST' });
    return (await answer.json()) as Body & { ticket: string };
  }

  async function facts(ticket: string): Promise<Body> {
    const headers = { Authorization: `Bearer ${ticket}` };
    return (await (await fetch(`${service.issuer}/rooms/sale/tickets/self`, { headers })).json()) as Body;
  }

  const statusOf = async () => (await (await fetch(`${service.issuer}/rooms/sale/status`)).json()) as Body;

  /** So many visitors take their turn and complete their visit, behind one who may wait already. */
  async function sell(count: number): Promise<void> {
    await admin('POST', '/serving-counter', { increment_by: count + 1 });
    const visitors = Array.from({ length: count }, (_, i) => `buyer-${i}-${service.time.now()}`);
    const entrants = visitors.map((visitor) => ({ visitor, claim: true, confirmed: true }));
    await service.store.line.join('sale', entrants, service.time.now());
    await admin('POST', '/exits', { completed: visitors });
  }

  test('what was sold in a lane stays sold when the lane is removed', async () => {
    await admin('PATCH', '', { stock: 10, lanes: { members: 0.5 } });
    await admin('POST', '/serving-counter', { increment_by: 3, lane: 'members' });
    const visitors = ['mia', 'max'].map((visitor) => ({ visitor, claim: true, confirmed: true }));
    await service.store.line.join('sale/members', visitors, service.time.now());
    await admin('POST', '/exits', { completed: ['mia', 'max'] });
    expect(await left()).toBe(8);
    expect((await admin('PATCH', '', { lanes: { members: null } })).status).toBe(200);
    expect(await left()).toBe(8);
    await sell(1);
    expect(await left()).toBe(7);
    await admin('PATCH', '', { title: 'Sale' });
    expect(await left()).toBe(7);
  });

  test('counts down with each completed visit, and not with an abandoned one', async () => {
    await admin('PATCH', '', { stock: 10 });
    expect(await left()).toBe(10);
    await sell(3);
    expect(await left()).toBe(7);
    await admin('POST', '/exits', { exited: 2, abandoned: ['nobody'] });
    expect(await left()).toBe(7);
    expect((await admin('GET', '')).body.stock).toBe(10);
  });

  test('shows what is left in the facts and the shared status, and nothing in a room without a stock', async () => {
    const { ticket } = await join();
    expect(await facts(ticket)).not.toHaveProperty('stock');
    expect(await statusOf()).not.toHaveProperty('stock');
    await admin('POST', '/stock', { left: 400 });
    service.time.pass(2000);
    expect(await facts(ticket)).toMatchObject({ stock: 400 });
    expect(await statusOf()).toMatchObject({ stock: 400 });
  });

  test('counts what was sold from the moment it is set, also where it is the same number again', async () => {
    await sell(4);
    await admin('PATCH', '', { stock: 10 });
    expect(await left()).toBe(10);
    await sell(3);
    // The settings as they came back change nothing.
    await admin('PUT', '', (await admin('GET', '')).body);
    expect(await left()).toBe(7);
    expect((await admin('POST', '/stock', { left: 10 })).body).toEqual({ left: 10 });
    expect(await left()).toBe(10);
    await admin('POST', '/stock', { left: null });
    expect(await left()).toBeNull();
  });

  test('begins again with the line after a reset', async () => {
    await admin('PATCH', '', { stock: 10 });
    await sell(4);
    await admin('POST', '/reset');
    expect(await left()).toBe(10);
  });

  test('closes the line when nothing is left, and says why', async () => {
    const { ticket } = await join();
    await admin('PATCH', '', { stock: 2 });
    await sell(2);
    await expect.poll(modeNow).toEqual({ mode: 'closed', closed_reason: 'sold_out' });
    expect(await facts(ticket)).toMatchObject({ state: 'closed', closed_reason: 'sold_out', stock: 0 });
    expect((await fetch(`${service.issuer}/rooms/sale/tickets`, { method: 'POST' })).status).toBe(403);
    // More to sell alone opens nothing: that is the operator's decision.
    await admin('POST', '/stock', { left: 5 });
    await service.waitingRoom.advance.all();
    expect(await modeNow()).toEqual({ mode: 'closed', closed_reason: 'sold_out' });
    await admin('PATCH', '', { mode: 'queue', closed_reason: null });
    await service.waitingRoom.advance.all();
    expect(await modeNow()).toMatchObject({ mode: 'queue' });
  });

  test('tells visitors on the waiting page that not all of them may get one', async () => {
    await admin('PATCH', '', { stock: 2 });
    for (let i = 0; i < 3; i++) await facts((await join()).ticket);
    await service.waitingRoom.flush();
    service.waitingRoom.snapshots.expire('sale');
    const browser = createBrowser();
    const { location } = await enterWith(browser, enterUrl(service, `${SITE}/`));
    const page = (await browser.get(location)).text;
    expect(page).toMatch(/About <b id="stock">2<\/b> tickets left, <b id="rivals">3<\/b> people ahead of you\./);
    expect(page).toMatch(/<span id="scarce" *>You may not get one\.<\/span>/);
    await admin('POST', '/stock', { left: 50 });
    service.time.pass(2000);
    expect((await browser.get(location)).text).toMatch(/<span id="scarce" hidden>/);
  });

  test('leads visitors of a sold-out room to the landing page', async () => {
    const browser = createBrowser();
    const login = await startLogin(service.issuer, {});
    const { location } = await browser.get(login.url);
    await admin('PATCH', '', { stock: 0 });
    await expect.poll(modeNow).toMatchObject({ mode: 'closed' });
    service.time.pass(2000);
    const page = (await browser.get(location)).text;
    expect(page).toContain('Sold out');
    expect(page).toContain(`href="${LANDING}"`);
  });

  test.each([[-1], [1.5], ['10']])('refuses the stock %j', async (stock) => {
    expect((await admin('PATCH', '', { stock })).status).toBe(400);
    expect((await admin('POST', '/stock', { left: stock })).status).toBe(400);
  });
});

type Body = Record<string, unknown>;
