/** Newcomers whom a rule challenges, at every door: no number before the proof, and one with it. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Challenge } from '#challenges/challenge.ts';
import { room as roomSettings } from '#settings/room.ts';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { solve } from '#support/solve.ts';
import { enter, enterUrl, SALE, SITE } from './room.ts';

const CURL = { 'User-Agent': 'curl/8' };
const CHALLENGES = { rules: [{ match: { user_agent: '*curl*' }, action: 'challenge' }] };
const REFUSES = { rules: [{ match: { user_agent: '*curl*' }, action: 'refuse' }] };
const SCRIPT = { Accept: 'application/json' };

const settings = {
  rooms: [SALE],
  relying_parties: [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }],
};

onEachStore('a rule that challenges', settings, (service) => {
  const operations = () => service.waitingRoom.operations;
  const set = (more: object) => operations().putRoom(roomSettings.parse({ ...SALE, ...more }));
  const issued = async () => (await operations().counters('sale')).queue;

  beforeEach(async () => {
    await set(CHALLENGES);
    await operations().reset('sale');
  });

  /** Navigates as curl does, to the first answer of the service that is no redirect. */
  async function navigate(browser: Browser, url: string) {
    for (let at = url, steps = 0; steps < 8; steps++) {
      const answer = await browser.get(at, CURL);
      if (answer.location === '') return { url: at, ...answer };
      at = answer.location;
    }
    throw new Error(`redirects without end from ${url}`);
  }
  const challengeIn = async (browser: Browser) =>
    (await browser.get(`${service.issuer}/rooms/sale/challenge`, CURL)).json() as unknown as Challenge;

  describe.each<[string, () => Promise<string>]>([
    ['/authorize', async () => (await startLogin(service.issuer)).url],
    ['/enter', async () => enterUrl(service, `${SITE}/`)],
  ])('at %s', (_door, urlOf) => {
    test('shows a page that checks the browser, and gives a number for the proof', async () => {
      const browser = createBrowser();
      const page = await navigate(browser, await urlOf());
      expect(page.status).toBe(200);
      expect(page.text).toMatch(/data-challenge="[^"]*\/rooms\/sale\/challenge"/);
      expect(page.text).toContain('This page first checks your browser');
      expect(await issued()).toBe(0);
      const proof = await solve(await challengeIn(browser));
      const joined = await browser.post(page.url, { proof }, { ...CURL, ...SCRIPT });
      expect(joined.json()).toMatchObject({ number: 1, proven: true });
      const later = await navigate(browser, await urlOf());
      expect(later.text).toContain('data-number="1"');
      expect(await issued()).toBe(1);
    });

    test('gives no number for a proof that was used, or to a newcomer whom the rules refuse by then', async () => {
      const [one, other] = [createBrowser(), createBrowser()];
      const [page, another] = [await navigate(one, await urlOf()), await navigate(other, await urlOf())];
      const proof = await solve(await challengeIn(one));
      await set(REFUSES);
      const refused = await one.post(page.url, { proof }, { ...CURL, ...SCRIPT });
      expect([refused.status, refused.json().code]).toEqual([403, 'entry_refused']);
      const shown = await one.post(page.url, { proof }, CURL);
      expect([shown.status, shown.text.includes('entry_refused')]).toEqual([403, true]);
      expect(await issued()).toBe(0);
      await set(CHALLENGES);
      expect((await one.post(page.url, { proof }, { ...CURL, ...SCRIPT })).status).toBe(200);
      const again = await other.post(another.url, { proof }, { ...CURL, ...SCRIPT });
      expect([again.status, again.json().code]).toEqual([400, 'proof_invalid']);
      expect(await issued()).toBe(1);
    });
  });

  test('at the gate, sends a navigation to /enter, which challenges it', async () => {
    const browser = createBrowser();
    const sent = await browser.get(`${service.listensOn}/rooms/sale/gate/check`, {
      ...{ 'X-Original-Method': 'GET', 'X-Original-URL': `${SITE}/buy`, ...CURL },
    });
    expect([sent.status, sent.location.startsWith(`${service.issuer}/rooms/sale/enter?`)]).toEqual([302, true]);
    expect((await navigate(browser, sent.location)).text).toContain('This page first checks your browser');
    expect(await issued()).toBe(0);
  });

  test('at the waiting page, asks a visitor for a proof who rejoins at the back', async () => {
    const browser = createBrowser();
    const { location } = await enter(service, browser, `${SITE}/`);
    await operations().raise('sale', 1);
    service.time.pass(61_000);
    const asked = await browser.post(location, { rejoin: '1' }, CURL);
    expect(asked.location).toContain('anteroom_entry=challenge');
    expect((await browser.get(asked.location, CURL)).text).toContain('This page first checks your browser');
    expect(await issued()).toBe(1);
    const proof = await solve(await challengeIn(browser));
    const rejoined = await browser.post(asked.location, { proof }, { ...CURL, ...SCRIPT });
    expect(rejoined.json()).toMatchObject({ number: 2, proven: true });
  });

  describe('at the tickets API', () => {
    type Answered = { ticket: string; number: number } & Challenge;

    async function call(path: string, { ticket, proof }: { ticket?: string; proof?: string } = {}) {
      const answer = await fetch(`${service.issuer}/rooms/sale${path}`, {
        method: path === '/challenge' ? 'GET' : 'POST',
        headers: {
          ...CURL,
          ...(proof === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(ticket === undefined ? {} : { Authorization: `Bearer ${ticket}` }),
        },
        ...(proof === undefined ? {} : { body: JSON.stringify({ proof }) }),
      });
      const retryAfter = answer.headers.get('Retry-After');
      return { status: answer.status, retryAfter, body: (await answer.json()) as Answered };
    }
    const refused = () => ({
      status: 429,
      retryAfter: '1',
      body: { code: 'challenge_required', challenge: `${service.issuer}/rooms/sale/challenge` },
    });

    test('answers 429 with the address of a challenge, and 201 for its proof, once', async () => {
      expect(await call('/tickets')).toMatchObject(refused());
      expect(await issued()).toBe(0);
      const proof = await solve((await call('/challenge')).body);
      expect(await call('/tickets', { proof })).toMatchObject({ status: 201, body: { number: 1, proven: true } });
      expect(await call('/tickets', { proof })).toMatchObject({ status: 400, body: { code: 'proof_invalid' } });
      expect(await issued()).toBe(1);
    });

    test('asks for another proof to rejoin at the back', async () => {
      const { body } = await call('/tickets', { proof: await solve((await call('/challenge')).body) });
      const { ticket } = body;
      await operations().raise('sale', 1);
      await call('/tickets/self/claim', { ticket });
      const headers = { Authorization: `Bearer ${ticket}` };
      await fetch(`${service.issuer}/rooms/sale/tickets/self`, { method: 'DELETE', headers });
      expect(await call('/tickets/self/rejoin', { ticket })).toMatchObject(refused());
      const proof = await solve((await call('/challenge')).body);
      expect(await call('/tickets/self/rejoin', { ticket, proof })).toMatchObject({
        status: 200,
        body: { number: 2, proven: true },
      });
    });
  });
});
