/** A room with lanes, as visitors, sites and operators see it. */
import { type JWTPayload, SignJWT } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { enterWith } from '#support/enter.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { ADMIN_TOKEN } from '#support/service.ts';
import { enterUrl, SALE, SITE } from './room.ts';

const ISSUER = 'https://shop.example';
const SHARED = 'a secret that the shop and the line share';
const ROOM = {
  ...SALE,
  lanes: { members: 0.3 },
  passes: { issuer: ISSUER, secret: SHARED },
  limits: { joins_per_address: null },
};
const settings = {
  rooms: [ROOM],
  relying_parties: [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }],
};

onEachStore('a room with lanes', settings, (service) => {
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

  /** As the shop signs it. */
  function pass(sub: string, more: JWTPayload = { lane: 'members' }): Promise<string> {
    const now = Math.floor(service.time.now() / 1000);
    return new SignJWT({ iss: ISSUER, sub, exp: now + 600, ...more })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from(SHARED));
  }

  async function join(brought?: string): Promise<Facts & { readonly ticket: string }> {
    const headers = brought === undefined ? {} : { 'Anteroom-Pass': brought };
    const answer = await fetch(`${service.issuer}/rooms/sale/tickets`, { method: 'POST', headers });
    const joined = (await answer.json()) as Facts & { ticket: string };
    await own('GET', '', joined.ticket);
    await service.waitingRoom.flush();
    return joined;
  }

  async function own(method: string, path: string, ticket: string): Promise<Facts & { status: number }> {
    const headers = { Authorization: `Bearer ${ticket}` };
    const answer = await fetch(`${service.issuer}/rooms/sale/tickets/self${path}`, { method, headers });
    return { status: answer.status, ...((await answer.json()) as Facts) };
  }

  test('puts the visitor of a pass into the lane that it names', async () => {
    await own('GET', '', (await join()).ticket);
    await service.waitingRoom.flush();
    service.waitingRoom.snapshots.expire('sale');
    const [member, other] = [await join(await pass('ada')), await join(await pass('bob', {}))];
    expect(member).toMatchObject({ lane: 'members', number: 1, people_ahead: 0 });
    expect(other).toMatchObject({ lane: 'default', number: 2, people_ahead: 1 });
    expect(await join(await pass('eve', { lane: 'strangers' }))).toMatchObject({ lane: 'default', number: 3 });
    expect(await join(await pass('dan', { lane: 7 }))).toMatchObject({ lane: 'default', number: 4 });
    // The same pass again has the same place.
    expect(await join(await pass('ada'))).toMatchObject({ lane: 'members', number: 1 });
    expect(await own('GET', '', member.ticket)).toMatchObject({ lane: 'members', number: 1, state: 'waiting' });
  });

  test('claims and leaves in the lane of the ticket', async () => {
    await join();
    const [ada, bob] = [await join(await pass('ada')), await join(await pass('bob'))];
    const raised = await admin('POST', '/serving-counter', { people: 1, lane: 'members' });
    expect(raised.body).toMatchObject({
      raised_by: 1,
      serving: 1,
      lanes: { members: { serving: 1 }, default: { serving: 0 } },
    });
    expect((await own('POST', '/claim', bob.ticket)).status).toBe(409);
    const claimed = await own('POST', '/claim', ada.ticket);
    expect(claimed).toMatchObject({ status: 200, token_type: 'Bearer' });
    const exits = await admin('POST', '/exits', { exited: 1, lane: 'members' });
    expect(exits.body).toMatchObject({ unknown: 0, active: 1, lanes: { members: { active: 1 } } });
    expect((await admin('POST', '/exits', { exited: 1, lane: 'vip' })).body).toMatchObject({ code: 'lane_not_found' });
    expect((await admin('POST', '/serving-counter', { people: 1, lane: 'vip' })).status).toBe(404);
  });

  test('shows the lane on the waiting page, whichever door the visitor came through', async () => {
    const visitor = createBrowser();
    const entered = await enterWith(visitor, `${enterUrl(service, `${SITE}/`)}&anteroom_pass=${await pass('ada')}`);
    expect((await visitor.get(entered.location)).text).toContain('data-lane="members"');
    const browser = createBrowser();
    const login = await startLogin(service.issuer, { more: { login_hint: await pass('bob') } });
    const viaLogin = (await browser.get((await browser.get(login.url)).location)).text;
    expect(viaLogin).toMatch(/<p id="lane" class="soft">Lane: <bdi>members<\/bdi><\/p>/);
    const plain = createBrowser();
    const { location } = await enterWith(plain, enterUrl(service, `${SITE}/`));
    expect((await plain.get(location)).text).toContain('General lane');
    await admin('PUT', '', { ...ROOM, lanes: {} }).then(({ status }) => expect(status).toBe(409));
  });

  test('says nothing of lanes in a room without them', async () => {
    await admin('PUT', '', { ...ROOM, lanes: {} });
    const browser = createBrowser();
    const { location } = await enterWith(browser, enterUrl(service, `${SITE}/`));
    expect((await browser.get(location)).text).not.toContain('id="lane"');
    const counters = (await admin('GET', '/counters')).body;
    expect(counters).not.toHaveProperty('lanes');
    expect((await admin('GET', '/statistics')).body).not.toHaveProperty('lanes');
  });

  test('shows each lane in the shared status, the counters and the statistics', async () => {
    await join();
    await join(await pass('ada'));
    service.time.pass(2000);
    const status = (await (await fetch(`${service.issuer}/rooms/sale/status`)).json()) as Body;
    expect(status).toMatchObject({
      ...{
        serving: 0,
        waiting: 2,
        ahead: [
          [1, 0],
          [2, 1],
        ],
      },
      lanes: { default: { waiting: 1 }, members: { waiting: 1, serving: 0, per_minute: null } },
    });
    expect((await admin('GET', '/counters')).body).toMatchObject({
      queue: 2,
      lanes: { default: { queue: 1, size: null }, members: { queue: 1, size: null } },
    });
    expect((await admin('GET', '/statistics')).body).toMatchObject({
      counters: { queue: 2 },
      lanes: { members: { counters: { queue: 1 }, held: 0 } },
    });
  });

  test('refuses to remove a lane that has visitors', async () => {
    const ada = await join(await pass('ada'));
    const refused = await admin('PUT', '', { ...ROOM, lanes: { vip: 0.3 } });
    expect(refused).toMatchObject({ status: 409, body: { code: 'lane_has_visitors' } });
    await fetch(`${service.issuer}/rooms/sale/tickets/self`, {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${ada.ticket}` },
    });
    expect((await admin('PUT', '', { ...ROOM, lanes: { vip: 0.3 } })).status).toBe(200);
  });

  describe('settings of lanes', () => {
    test.each([
      ['together above 1', { lanes: { a: 0.7, b: 0.4 } }, 'lanes'],
      ['with no share', { lanes: { a: 0 } }, 'lanes.a'],
      ['with a share above 1', { lanes: { a: 1.5 } }, 'lanes.a'],
      ['named default', { lanes: { default: 0.5 } }, 'lanes.default'],
      ['with another name', { lanes: { 'VIP guests': 0.5 } }, 'lanes.VIP guests'],
      ['in a room with aws', { lanes: { a: 0.5 }, aws: {}, passes: null }, 'lanes'],
    ])('are refused %s, with the name of the field', async (_, wrong, field) => {
      const { status, body } = await admin('PUT', '', { ...ROOM, ...wrong });
      expect(status).toBe(400);
      expect((body.errors as { field: string }[]).map((each) => each.field)).toContain(field);
    });

    test('keep the passes that alone lead into them', async () => {
      const { passes: _, ...withoutPasses } = ROOM;
      for (const { status, body } of [
        await admin('PATCH', '', { passes: null }),
        await admin('PUT', '', { ...ROOM, passes: null }),
        await admin('PUT', '', withoutPasses),
      ]) {
        expect(status).toBe(400);
        expect((body.errors as { field: string }[]).map((each) => each.field)).toEqual(['passes']);
      }
      const removed = await admin('PATCH', '', { passes: null, lanes: null });
      expect([removed.status, removed.body.passes, removed.body.lanes]).toEqual([200, null, {}]);
    });

    test('come back as they were given', async () => {
      expect((await admin('PUT', '', { ...ROOM, lanes: { members: 0.3, vip: 0.7 } })).body.lanes).toEqual({
        members: 0.3,
        vip: 0.7,
      });
      expect((await admin('GET', '')).body.lanes).toEqual({ members: 0.3, vip: 0.7 });
    });
  });
});

type Body = Record<string, unknown>;
interface Facts {
  readonly state: string;
  readonly lane?: string;
  readonly number: number;
  readonly people_ahead: number;
}
