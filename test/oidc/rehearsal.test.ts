import * as client from 'openid-client';
import request from 'supertest';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { ADMIN_TOKEN } from '#support/service.ts';

const LANDING = 'http://127.0.0.1:9/';
const rooms = [
  // Nobody could come in: a rehearsal works all the same.
  {
    id: 'sale',
    title: 'Spring sale',
    mode: 'paused',
    admission: { lifetime: '10m' },
    inlet: { strategy: 'manual', size: 1 },
  },
  { id: 'gate', title: 'Gate', return_urls: ['http://127.0.0.1:9/site/'] },
  { id: 'empty', title: 'Empty' },
  { id: 'full', title: 'Full' },
  { id: 'free', title: 'Free' },
];
const relying_parties = [
  { client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI], landing_url: LANDING },
  { client_id: 'kiosk', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI], confirm_login: true },
];

onEachStore(
  'a rehearsal',
  { rooms, relying_parties, namedTokens: [{ name: 'vera', role: 'viewer', token: 'veras-token-of-16' }] },
  (service) => {
    const api = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object, token = ADMIN_TOKEN) => {
      const verb = method.toLowerCase() as Lowercase<typeof method>;
      const sent = request(service.issuer)[verb](`/admin/v1${path}`).set('Authorization', `Bearer ${token}`);
      return body ? sent.send(body) : sent;
    };
    const begin = async (room = 'sale', body: object = room === 'sale' ? { relying_party: 'shop' } : {}) =>
      (await api('POST', `/rooms/${room}/rehearsal`, body)).body;
    const steps = async (id: string, room = 'sale') =>
      (await api('GET', `/rooms/${room}/rehearsal/${id}`)).body.steps.map(({ step }: { step: string }) => step);
    const counters = async (room = 'sale') => (await api('GET', `/rooms/${room}/counters`)).body;
    const isInside = async () =>
      (await browser.follow((await startLogin(service.issuer)).url, service.issuer)).location.includes('code=');
    const lastStep = (url: string) => `${url}&step=10`;

    let browser: Browser;
    beforeEach(() => {
      browser = createBrowser();
    });

    test('shows every state under a banner, without a script that asks the line', async () => {
      const { url, relying_party } = await begin();
      expect(relying_party).toBe('shop');
      const states: string[] = [];
      let next = url;
      while (next) {
        const page = await browser.get(next);
        expect(page.status).toBe(200);
        expect(page.text).toContain('<aside class="rehearsal"');
        expect(page.text).not.toMatch(/<script[^>]+src=|http-equiv="refresh"/);
        states.push(/data-state="(\w+)"/.exec(page.text)?.[1] ?? '');
        const link = /<a href="([^"]+)">Next page</.exec(page.text)?.[1];
        next = link ? new URL(link.replaceAll('&amp;', '&'), url).href : '';
      }
      expect(states).toEqual([
        ...['before_start', 'full', 'challenge', 'waiting', 'paused', 'expired'],
        ...['sold_out', 'ended', 'maintenance', 'served'],
      ]);
    });

    test('ends with a login at the real relying party, and touches no counter', async () => {
      const before = await counters();
      const { id, url } = await begin();
      await browser.get(url);
      const entered = await browser.post(lastStep(url));
      expect([entered.status, entered.location]).toEqual([303, LANDING]);
      const login = await startLogin(service.issuer);
      const back = await browser.follow(login.url, service.issuer);
      expect(back.location).toMatch(REDIRECT_URI);
      const tokens = await login.exchange(back.location);
      const claims = tokens.claims();
      expect(claims).toMatchObject({ room: 'sale', number: 0 });
      expect(tokens.expires_in).toBeGreaterThan(590);
      expect(tokens.expires_in).toBeLessThanOrEqual(600);
      expect(await client.fetchUserInfo(login.config, tokens.access_token, claims?.sub ?? '')).toMatchObject({
        number: 0,
      });
      await expect.poll(() => steps(id)).toEqual(['opened', 'entered', 'code_issued', 'tokens_issued']);
      expect(await counters()).toEqual(before);
      // It is inside again without another number, also in another tab.
      const again = await browser.follow((await startLogin(service.issuer)).url, service.issuer);
      expect(again.location).toMatch(REDIRECT_URI);
      expect(await counters()).toEqual(before);
      // The site may report that the visitor has left. The line has nobody of that name.
      await api('POST', '/rooms/sale/exits', { completed: [claims?.sub] });
      expect(await counters()).toEqual(before);
      expect(await isInside()).toBe(false);
    });

    test.each<[what: string, end: (id: string, token: string) => unknown]>([
      ['a reset of its room', () => api('POST', '/rooms/sale/reset')],
      ['an operator', (id) => api('DELETE', `/rooms/sale/rehearsal/${id}`).expect(204)],
      [
        'a revocation',
        async (_id, token) => {
          const { config } = await startLogin(service.issuer);
          await client.tokenRevocation(config, token);
        },
      ],
    ])('is ended by %s', async (_what, end) => {
      const { id, url } = await begin();
      await browser.post(lastStep(url));
      const login = await startLogin(service.issuer);
      const back = await browser.follow(login.url, service.issuer);
      const { access_token } = await login.exchange(back.location);
      expect(await isInside()).toBe(true);
      await end(id, access_token);
      expect(await isInside()).toBe(false);
    });

    test('lets its browser in again after a reset of the room', async () => {
      const { url } = await begin();
      await browser.post(lastStep(url));
      await api('POST', '/rooms/sale/reset').expect(200);
      expect((await browser.post(lastStep(url))).status).toBe(303);
      expect(await isInside()).toBe(true);
    });

    test('that an operator ended has no link, and makes room for another', async () => {
      const { id, url } = await begin('free');
      expect((await api('DELETE', `/rooms/free/rehearsal/${id}`, undefined, 'veras-token-of-16')).status).toBe(403);
      expect((await api('DELETE', `/rooms/free/rehearsal/${id}`)).status).toBe(204);
      expect((await browser.get(url)).status).toBe(410);
      expect((await api('DELETE', `/rooms/free/rehearsal/${id}`)).status).toBe(404);
      const all = await Promise.all(Array.from({ length: 20 }, () => api('POST', '/rooms/free/rehearsal', {})));
      expect(all.every(({ status }) => status === 201)).toBe(true);
    });

    test('authenticates its visitor when it lets them in', async () => {
      const { url } = await begin('sale', { relying_party: 'kiosk' });
      await browser.post(lastStep(url));
      const login = await startLogin(service.issuer, { clientId: 'kiosk', more: { max_age: '600' } });
      const back = await browser.follow(login.url, service.issuer);
      expect(back.location).toContain('code=');
      const claims = (await login.exchange(back.location)).claims();
      expect(claims?.auth_time).toBeGreaterThan(Date.now() / 1000 - 300);
    });

    test('is over when its admission is, and when its hour is', async () => {
      const { id, url } = await begin();
      await browser.post(lastStep(url));
      service.time.pass(10 * 60_000 + 1000);
      const late = await browser.get((await startLogin(service.issuer)).url);
      expect(late.location).toMatch(/\/rooms\/sale\/wait\?/);
      service.time.pass(50 * 60_000);
      expect((await browser.get(url)).status).toBe(410);
      expect((await api('GET', `/rooms/sale/rehearsal/${id}`)).status).toBe(404);
    });

    test('lets in one browser', async () => {
      const { url } = await begin();
      expect((await browser.post(lastStep(url))).status).toBe(303);
      expect((await browser.post(lastStep(url))).status).toBe(303);
      const other = createBrowser();
      const used = await other.post(`${lastStep(url)}&lang=de`);
      expect(used.status).toBe(409);
      expect(used.text).toContain('Mit dieser Probe ist schon ein anderer Browser drin.');
      const outside = await other.get((await startLogin(service.issuer)).url);
      expect(outside.location).toMatch(/\/rooms\/sale\/wait\?/);
    });

    test('lets in no more copies of the browser than the room allows', async () => {
      const { url } = await begin();
      await browser.post(lastStep(url));
      const inside = [...browser.cookies].filter(([name]) => name.startsWith('anteroom_inside_sale'));
      expect(inside).toHaveLength(1);
      const gotCode: boolean[] = [];
      for (let i = 0; i < 4; i += 1) {
        const copy = createBrowser();
        for (const [name, value] of inside) copy.cookies.set(name, value);
        const back = await copy.follow((await startLogin(service.issuer)).url, service.issuer);
        gotCode.push(back.location.startsWith(REDIRECT_URI) && back.location.includes('code='));
      }
      expect(gotCode).toEqual([true, true, true, false]);
    });

    test('lets a browser in again after its admission', async () => {
      const { url } = await begin();
      expect((await browser.post(lastStep(url))).status).toBe(303);
      service.time.pass(10 * 60_000 + 1000);
      expect((await browser.post(lastStep(url))).status).toBe(303);
      expect((await createBrowser().post(lastStep(url))).status).toBe(409);
      service.time.pass(10 * 60_000 + 1000);
      browser = createBrowser();
      expect((await browser.post(lastStep(url))).status).toBe(303);
      expect(await isInside()).toBe(true);
    });

    test('says why the relying party got no tokens', async () => {
      const { id, url } = await begin();
      await browser.post(lastStep(url));
      const login = await startLogin(service.issuer, { auth: client.ClientSecretBasic('another secret') });
      const back = await browser.follow(login.url, service.issuer);
      await expect(login.exchange(back.location)).rejects.toThrow();
      await expect.poll(() => steps(id)).toEqual(['entered', 'code_issued', 'tokens_refused']);
      const { body } = await api('GET', `/rooms/sale/rehearsal/${id}`);
      expect(body.steps[2].detail).toContain('invalid_client');
      expect(JSON.stringify(body)).not.toContain('another secret');
    });

    test('says why the authorization request was refused', async () => {
      const { id, url } = await begin();
      await browser.post(lastStep(url));
      const login = await startLogin(service.issuer, { redirectUri: 'http://127.0.0.1:9/other' });
      expect((await browser.get(login.url)).status).toBe(400);
      await expect.poll(() => steps(id)).toEqual(['entered', 'request_refused']);
      expect((await api('GET', `/rooms/sale/rehearsal/${id}`)).body.steps[1].detail).toContain('redirect_uri');
    });

    test('leads through the gate where the room has no relying party', async () => {
      const before = await counters('gate');
      const { url, return_to } = await begin('gate');
      expect(return_to).toBe('http://127.0.0.1:9/site/');
      const entered = await browser.post(lastStep(url));
      const back = await browser.follow(entered.location, service.issuer);
      expect(back.location).toMatch(/^http:\/\/127\.0\.0\.1:9\/site\/\?anteroom_token=/);
      expect(await counters('gate')).toEqual(before);
    });

    test('says that it ends where nothing leads on', async () => {
      const { url, relying_party, return_to } = await begin('empty');
      expect([relying_party, return_to]).toEqual([null, null]);
      const page = await browser.get(lastStep(url));
      expect(page.text).toContain('no relying party leads to this room');
      expect((await browser.post(lastStep(url))).location).toContain('step=10');
    });

    test('changes nothing by the other buttons of its pages', async () => {
      const before = await counters();
      const { url } = await begin();
      for (const [step, form] of [
        [4, { leave: '1' }],
        [6, { rejoin: '1' }],
        [10, { leave: '1' }],
      ] as const) {
        const answer = await browser.post(`${url}&step=${step}`, form);
        expect([answer.status, answer.location]).toEqual([303, `${url}&step=${step}`]);
      }
      expect(await counters()).toEqual(before);
    });

    describe('refuses', () => {
      test('a pass of another room, and what is no pass', async () => {
        const { url } = await begin();
        expect((await browser.get(url.replace('/sale/', '/gate/'))).status).toBe(410);
        expect((await browser.get(`${service.issuer}/rooms/sale/rehearsal?pass=nonsense`)).status).toBe(410);
        expect((await browser.get(`${service.issuer}/rooms/sale/rehearsal`)).status).toBe(410);
        const over = await browser.get(`${service.issuer}/rooms/sale/rehearsal`, { 'Accept-Language': 'ar' });
        expect(over.text).toContain('انتهت هذه التجربة');
        const nowhere = await browser.get(`${service.issuer}/rooms/nowhere/rehearsal?lang=de`);
        expect(nowhere.text).toContain('<html lang="de"');
      });

      test('to begin for a viewer, for an unknown room, and for a relying party of another room', async () => {
        expect((await api('POST', '/rooms/sale/rehearsal', {}, 'veras-token-of-16')).body.code).toBe('forbidden');
        expect((await api('POST', '/rooms/none/rehearsal', {})).body.code).toBe('room_not_found');
        const { body } = await api('POST', '/rooms/gate/rehearsal', { relying_party: 'shop' });
        expect(body.code).toBe('relying_party_not_found');
        expect((await begin('sale', { relying_party: 'kiosk' })).relying_party).toBe('kiosk');
      });

      test('to begin where the room has as many as it may have, until an hour later', async () => {
        const all = await Promise.all(Array.from({ length: 21 }, () => api('POST', '/rooms/full/rehearsal', {})));
        expect(all.filter(({ status }) => status === 201)).toHaveLength(20);
        expect(all.find(({ status }) => status !== 201)?.body).toMatchObject({
          status: 409,
          code: 'too_many_rehearsals',
        });
      });

      test('a form that another site sent', async () => {
        const { url } = await begin();
        const answer = await browser.post(lastStep(url), {}, { Origin: 'https://evil.example' });
        expect(answer.location).toContain('step=10');
      });
    });

    test('is in the audit log, without the link', async () => {
      const { url } = await begin();
      await expect
        .poll(async () => (await api('GET', '/audit?limit=1')).body[0])
        .toMatchObject({
          action: 'rehearsal.begun',
          subject: 'sale',
          detail: { kind: 'relying_party', clientId: 'shop' },
        });
      const pass = new URL(url).searchParams.get('pass') ?? 'none';
      expect(JSON.stringify((await api('GET', '/audit')).body)).not.toContain(pass);
      expect(service.logged.join('\n')).not.toContain(pass);
    });
  },
);
