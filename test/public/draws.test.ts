import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { arrive, facts, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { createTime, type Time } from '#support/time.ts';

const MINUTE = 60_000;
const PREQUEUE = 2 * MINUTE;
const START = 4 * MINUTE;
const ENTRANTS = 12;

const relying_parties = [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }];

/**
 * The draw, written from its specification with big integers and without shared code: a permutation of 0 … n−1.
 */
function recomputedPlace(seed: Buffer, entrants: number, entrant: number): number {
  let a = 1;
  while (a * a < entrants) a += 1;
  let b = 1;
  while (a * b < entrants) b += 1;
  const pseudorandom = (round: number, half: number, modulus: number) => {
    const input = Buffer.concat([seed, Buffer.of(round, half >>> 24, half >>> 16, half >>> 8, half)]);
    const digits = createHash('sha256').update(input).digest('hex').slice(0, 12);
    return Number(BigInt(`0x${digits}`) % BigInt(modulus));
  };
  for (let place = entrant; ; ) {
    let [left, right] = [place % a, (place - (place % a)) / a];
    for (let round = 0; round < (entrants < 1000 ? 24 : 12); round++) {
      if (round % 2 === 0) left = (left + pseudorandom(round, right, a)) % a;
      else right = (right + pseudorandom(round, left, b)) % b;
    }
    place = right * a + left;
    if (place < entrants) return place;
  }
}

interface Report {
  readonly seed: string | null;
  readonly seed_hash: string;
  readonly committed_at: string;
  readonly entrants: number | null;
  readonly [field: string]: unknown;
}

onEachStore('the draw of an event', {}, (service) => {
  let time: Time;
  let began: number;

  beforeEach(async () => {
    for (const { id } of await service.store.settings.rooms()) await service.store.settings.deleteRoom(id);
    time = createTime();
    began = time.now();
    const iso = (after: number) => new Date(began + after).toISOString();
    const opening = { id: 'opening', prequeue_start: iso(PREQUEUE), start: iso(START), end: null };
    const rooms = [
      { id: 'sale', title: { en: 'Spring sale', de: 'Frühlingsverkauf' }, events: [opening] },
      { id: 'orderly', events: [{ ...opening, order: 'arrival' }] },
    ];
    await service.restart({ time, rooms, relying_parties });
    await tick();
  });

  async function tick(): Promise<void> {
    await service.waitingRoom.flush();
    await service.waitingRoom.advance.all();
    time.pass(1000);
  }
  async function at(after: number): Promise<void> {
    time.pass(began + after - time.now());
    await tick();
  }

  async function report(event = 'opening', room = 'sale'): Promise<Report> {
    const answer = await fetch(`${service.issuer}/rooms/${room}/draws/${event}`);
    expect(answer.status).toBe(200);
    return (await answer.json()) as Report;
  }

  async function entrants(): Promise<{ browser: Browser; page: string }[]> {
    const people: { browser: Browser; page: string }[] = [];
    for (let n = 0; n < ENTRANTS; n++) {
      const browser = createBrowser();
      people.push({ browser, page: (await arrive(browser, service.issuer)).page });
    }
    return people;
  }

  test('publishes the hash of the seed before the first entrant, and nothing else', async () => {
    const promised = await report();
    expect(promised).toEqual({
      event: 'opening',
      algorithm: 'anteroom-draw-v1',
      seed_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      committed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      entrants: null,
      seed: null,
      drawn_at: null,
    });
    expect(Date.parse(promised.committed_at)).toBeLessThan(began + PREQUEUE);
    await at(PREQUEUE);
    await entrants();
    time.pass(1000);
    expect(await report()).toEqual(promised);
  });

  test('publishes the seed afterwards, from which every number follows', async () => {
    const promised = await report();
    await at(START - MINUTE);
    const people = await entrants();
    await at(START);

    const drawn = await report();
    expect(drawn).toEqual({
      ...promised,
      entrants: ENTRANTS,
      seed: expect.stringMatching(/^[0-9a-f]{64}$/),
      drawn_at: expect.any(String),
    });
    const seed = Buffer.from(drawn.seed ?? '', 'hex');
    expect(createHash('sha256').update(seed).digest('hex')).toBe(promised.seed_hash);
    const since = Date.parse(String(drawn.drawn_at)) - began - START;
    expect(since).toBeGreaterThanOrEqual(0);
    expect(since).toBeLessThan(1000);

    for (const [arrival, { browser, page }] of people.entries()) {
      const { number } = (await facts(browser, page)).json();
      expect(number).toBe(1 + recomputedPlace(seed, ENTRANTS, arrival));
    }
  });

  test('has a page that shows entrants their own place only', async () => {
    await at(START - MINUTE);
    const people = await entrants();
    const url = `${service.issuer}/rooms/sale/draws/opening`;
    const before = await people[0]?.browser.get(url);
    expect(before?.text).toContain('How the draw will be made');
    expect(before?.text).not.toContain('Your place');
    await at(START);

    for (const [arrival, { browser, page }] of people.entries()) {
      const { number } = (await facts(browser, page)).json();
      const { text, headers } = await browser.get(url);
      expect(/data-entrant="(\d+)"/.exec(text)?.[1]).toBe(`${arrival}`);
      expect(/data-number="(\d+)"/.exec(text)?.[1]).toBe(`${number}`);
      expect(headers['cache-control']).toBe('no-store');
    }
    const stranger = (await createBrowser().get(url)).text;
    expect(stranger).toContain('How the draw was made');
    expect(stranger).not.toContain('Your place');
  });

  test('has a page like the others of its room: with the title in the visitor’s language, and what is stored', async () => {
    await at(START - MINUTE);
    const headers = { Accept: 'text/html', 'Accept-Language': 'de' };
    const answer = await fetch(`${service.issuer}/rooms/sale/draws/opening`, { headers });
    const text = await answer.text();
    expect(text).toContain('<p class="room"><bdi>Frühlingsverkauf</bdi></p>');
    expect(text).toMatch(/<title>[^<]* &middot; Frühlingsverkauf<\/title>/);
    expect(text).toContain('href="/rooms/sale/storage"');
  });

  test('can be read by anyone: CDNs and scripts of other sites included', async () => {
    const { headers } = await fetch(`${service.issuer}/rooms/sale/draws/opening`);
    expect(headers.get('Content-Type')).toContain('application/json');
    expect(headers.get('Cache-Control')).toBe('public, max-age=1');
    expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(headers.get('Vary')).toContain('Accept');
  });

  test('says that nothing is drawn if the order is that of arrival', async () => {
    expect(await report('opening', 'orderly')).toMatchObject({ event: 'opening', algorithm: 'arrival', seed: null });
  });

  test.each([
    ['an unknown event', '/rooms/sale/draws/encore'],
    ['an unknown room', '/rooms/nowhere/draws/opening'],
  ])('answers 404 for %s', async (_what, path) => {
    const answer = await fetch(`${service.issuer}${path}`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('Content-Type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ code: expect.stringMatching(/not_found$/) });
  });
});
