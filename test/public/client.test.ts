import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { SignJWT } from 'jose';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { room as roomSettings } from '#settings/room.ts';
import { createBrowser } from '#support/browser.ts';
import { onEachStore } from '#support/on-each-store.ts';
import type { Facts } from '../../assets/client.js';
import { AnteroomError, join, resume } from '../../assets/client.js';
import { SALE, verified } from './room.ts';

/** A claim window of four seconds makes polls a second apart, so the tests are quick. */
const QUICK = { ...SALE, admission: { claim_window: '4s', lifetime: '10m' } };

async function until(facts: AsyncIterable<Facts>, state: Facts['state']): Promise<Facts> {
  for await (const each of facts) if (each.state === state) return each;
  throw new Error(`the facts ended before ${state}`);
}

onEachStore('client.js', { rooms: [QUICK] }, (service) => {
  let room: string;

  beforeAll(() => {
    room = `${service.issuer}/rooms/sale`;
  });
  beforeEach(async () => {
    await operations().putRoom(roomSettings.parse(QUICK));
    await operations().reset('sale');
  });

  const operations = () => service.waitingRoom.operations;

  /** Joins, and sends the first heartbeat. */
  async function joinAndLoad() {
    const visit = await join(room);
    await resume(room, visit.ticket).facts().next();
    await service.waitingRoom.flush();
    service.waitingRoom.snapshots.expire('sale');
    return visit;
  }

  test('joins, follows the facts until the turn, and claims', async () => {
    await joinAndLoad();
    const visit = await join(room);
    const seen: Facts[] = [];
    for await (const facts of visit.facts()) {
      seen.push(facts);
      if (seen.length === 1) await operations().raise('sale', 2);
      if (facts.state === 'served') break;
    }
    expect(seen[0]).toMatchObject({ state: 'waiting', number: 2, people_ahead: 1 });
    const tokens = await visit.claim();
    expect((await verified(service, tokens.access_token)).payload.number).toBe(2);
    expect((await visit.claim()).expires_in).toBeLessThanOrEqual(tokens.expires_in);
  });

  test('follows the people ahead by the shared status, and fetches the own facts when a heartbeat is due', async () => {
    const first = await joinAndLoad();
    const paths: string[] = [];
    const visit = await join(room, {
      fetch: (input, init) => {
        paths.push(String(input).slice(room.length));
        return fetch(input, init);
      },
    });
    for await (const { people_ahead } of visit.facts()) {
      if (people_ahead === 0) break;
      await first.leave();
    }
    expect(paths.filter((path) => path === '/status').length).toBeGreaterThan(0);
    expect(paths.filter((path) => path === '/tickets/self')).toEqual([]);
  });

  test('resumes with a stored ticket', async () => {
    const { ticket } = await join(room);
    const facts = await resume(room, ticket).facts().next();
    expect(facts.value).toMatchObject({ number: 1 });
  });

  test('rejects a claim before the turn with a code', async () => {
    const refused = (await join(room)).claim();
    await expect(refused).rejects.toBeInstanceOf(AnteroomError);
    await expect(refused).rejects.toMatchObject({ code: 'not_your_turn', status: 409 });
  });

  test('rejoins after a missed turn', async () => {
    const visit = await joinAndLoad();
    await operations().raise('sale', 1);
    service.time.pass(30_000);
    await expect(visit.claim()).rejects.toMatchObject({ code: 'turn_missed' });
    expect(await visit.rejoin()).toMatchObject({ number: 1 });
  });

  test('has the former number again where a reset is undone after the visitor rejoined', async () => {
    await join(room);
    const visit = await join(room);
    await visit.facts().next();
    await operations().reset('sale');
    await expect(visit.facts().next()).rejects.toMatchObject({ code: 'ticket_invalid' });
    expect(await visit.rejoin()).toMatchObject({ number: 1 });
    const { ticket, former } = visit;
    await operations().undoReset('sale', (await operations().undoableReset('sale'))?.id ?? 'none');
    for (const each of [visit, resume(room, ticket, { former })]) {
      expect((await each.facts().next()).value).toMatchObject({ number: 2, state: 'waiting' });
      expect(each.former).toBe(ticket);
    }
    await expect(resume(room, ticket).facts().next()).rejects.toMatchObject({ code: 'ticket_invalid' });
  });

  test('rejoins again where the former ticket does not count either', async () => {
    const visit = await join(room);
    await visit.facts().next();
    for (const _ of [1, 2]) {
      await operations().reset('sale');
      await expect(visit.facts().next()).rejects.toMatchObject({ code: 'ticket_invalid' });
      expect(await visit.rejoin()).toMatchObject({ number: 1 });
    }
  });

  test('leaves the line', async () => {
    const visit = await join(room);
    await visit.leave();
    expect((await operations().counters('sale')).waiting).toBe(0);
  });

  test('follows a draw through the start of an event', async () => {
    const start = service.time.now() + 1500;
    const events = [{ id: 'opening', start: new Date(start).toISOString(), order: 'arrival' }];
    const prequeue_start = new Date(start - 60_000).toISOString();
    await operations().putRoom(roomSettings.parse({ ...QUICK, events: [{ ...events[0], prequeue_start }] }));
    // Announces the draw: a visitor who joins before that would get a number.
    await service.waitingRoom.advance.room('sale');
    const visit = await join(room);
    const { value: early } = await visit.facts().next();
    expect(early).toMatchObject({ state: 'before_start', number: null });
    const drawn = (async () => until(visit.facts(), 'waiting'))();
    while (service.time.now() < start) await delay(50);
    // The visitor is present, so the draw waits for no heartbeat.
    await service.waitingRoom.flush();
    await service.waitingRoom.advance.room('sale');
    expect(await drawn).toMatchObject({ number: 1 });
    expect((await service.waitingRoom.snapshots.get('sale')).view.draws).toMatchObject([{ entrants: 1 }]);
  });

  test('follows the start of an event that moves, before a heartbeat is due', async () => {
    const planned = (start: number) => {
      const [prequeue_start, at] = [start - 7_200_000, start].map((time) => new Date(time).toISOString());
      const presence = { timeout: '90s' };
      const events = [{ id: 'opening', prequeue_start, start: at }];
      return operations().putRoom(roomSettings.parse({ ...QUICK, presence, events }));
    };
    await planned(service.time.now() + 3_600_000);
    await service.waitingRoom.advance.room('sale');
    const visit = await join(room);
    const facts = visit.facts();
    const first = async (is: (facts: Facts) => boolean) => {
      for (;;) {
        const { value } = await facts.next();
        if (!value || is(value)) return value as Facts;
      }
    };
    const early = await first(({ heartbeat_after }) => heartbeat_after === 30);
    expect(early.state).toBe('before_start');
    await planned(service.time.now() + 1_800_000);
    const moved = await first(({ starts_at }) => starts_at !== early.starts_at);
    expect(moved).toMatchObject({ state: 'before_start', moved_from: early.starts_at });
  });

  test('finds the place of a pass again', async () => {
    const secret = 'a secret that the shop and the line share';
    await operations().putRoom(roomSettings.parse({ ...QUICK, passes: { issuer: 'shop', secret, required: true } }));
    const pass = await new SignJWT({ iss: 'shop', sub: 'ada', exp: 99_999_999_999 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from(secret));
    await expect(join(room)).rejects.toMatchObject({ code: 'pass_required', status: 403 });
    const numbers = [await join(room, { pass }), await join(room, { pass })].map(async (visit) => {
      const { value } = await visit.facts().next();
      return value?.number;
    });
    expect(await Promise.all(numbers)).toEqual([1, 1]);
  });

  test('ends the facts of a ticket that is no longer valid', async () => {
    const visit = await join(room);
    const facts = visit.facts();
    await facts.next();
    await operations().reset('sale');
    await operations().putRoom(roomSettings.parse({ ...QUICK, mode: 'paused' }));
    await expect(until(facts, 'served')).rejects.toMatchObject({ code: 'ticket_invalid' });
  });

  test('stops when its signal is aborted, also during a pause', async () => {
    const visit = await join(room);
    const stop = new AbortController();
    const ended = (async () => {
      let count = 0;
      for await (const _ of visit.facts({ signal: stop.signal })) count += 1;
      return count;
    })();
    await delay(50);
    stop.abort();
    expect(await ended).toBe(1);
  });

  test('is served to any origin with its types: a module of less than 13 kB that needs no document', async () => {
    const answer = await fetch(`${service.issuer}/client.js`);
    expect(answer.headers.get('Content-Type')).toBe('text/javascript; charset=utf-8');
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*');
    const source = await answer.text();
    expect(source).toBe(readFileSync('assets/client.js', 'utf8'));
    expect(Buffer.byteLength(source)).toBeLessThan(13_000);
    expect(source).not.toMatch(/\b(?:document|window|localStorage|process)\b/);
    expect((await fetch(`${service.issuer}/client.d.ts`)).status).toBe(200);
    const etag = answer.headers.get('ETag') ?? '';
    const again = await createBrowser().get(`${service.issuer}/client.js`, { 'If-None-Match': etag });
    expect(again.status).toBe(304);
  });
});

onEachStore('client.js and proofs', { rooms: [{ ...QUICK, limits: { joins_per_address: '2/1h' } }] }, (service) => {
  test('proves its visitor in the background, beyond the limit of the address before it joins', async () => {
    const room = `${service.issuer}/rooms/sale`;
    const visits = [await join(room), await join(room), await join(room), await join(room)];
    const first = await Promise.all(visits.map(async (visit) => (await visit.facts().next()).value));
    expect(first.map((facts) => facts?.proven)).toEqual([false, false, true, true]);
    expect(first.map((facts) => facts?.number)).toEqual([1, 2, 3, 4]);

    const [visit] = visits;
    if (!visit) throw new Error('nobody joined');
    const unproven = visit.ticket;
    const facts = visit.facts();
    void facts.next();
    while (visit.ticket === unproven) await delay(20);
    await facts.return();
    expect((await resume(room, visit.ticket).facts().next()).value).toMatchObject({ number: 1, proven: true });
  });
});
