import { decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { relyingParty } from '#settings/relying-party.ts';
import { room as roomSettings } from '#settings/room.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { SALE, SITE, verified } from './room.ts';

interface Told {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the body of any answer.
  readonly body: any;
}

onEachStore('the tickets API', { rooms: [SALE, { id: 'other' }] }, (service) => {
  beforeEach(async () => {
    await set({});
    await operations().reset('sale');
  });

  const operations = () => service.waitingRoom.operations;
  const set = (more: object) => operations().putRoom(roomSettings.parse({ ...SALE, ...more }));

  async function call(method: string, path: string, ticket?: string, room = 'sale'): Promise<Told> {
    const headers = ticket === undefined ? {} : { Authorization: `Bearer ${ticket}` };
    const answer = await fetch(`${service.issuer}/rooms/${room}/tickets${path}`, { method, headers });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null };
  }

  const join = async (): Promise<string> => (await call('POST', '')).body.ticket;

  test('issues a ticket with the facts, and returns the facts for the ticket', async () => {
    const { status, headers, body } = await call('POST', '');
    const { ticket, ...facts } = body;
    expect(status).toBe(201);
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(ticket).toMatch(/^[\w-]+$/);
    expect(facts).toMatchObject({ state: 'waiting', room: 'sale', number: 1, people_ahead: 0, heartbeat_after: 5 });
    const self = await call('GET', '/self', ticket);
    expect(self.status).toBe(200);
    // The first heartbeat is due soon, the others later.
    expect(self.body).toEqual({ ...facts, heartbeat_after: 30, updated_at: expect.any(String) });
  });

  test('issues a number of their own to everyone who joins', async () => {
    const numbers = (await Promise.all([1, 2, 3].map(() => call('POST', '')))).map(({ body }) => body.number);
    expect(numbers.sort()).toEqual([1, 2, 3]);
  });

  test('issues tokens for a claim: JWTs that the JWKS verifies, valid for the rest of the admission', async () => {
    const ticket = await join();
    const early = await call('POST', '/self/claim', ticket);
    expect([early.status, early.body.code]).toEqual([409, 'not_your_turn']);
    await operations().raise('sale', 1);
    const { status, body } = await call('POST', '/self/claim', ticket);
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'id_token', 'ticket', 'token_type']);
    expect(body.token_type).toBe('Bearer');
    expect(decodeProtectedHeader(body.access_token)).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
    expect(decodeProtectedHeader(body.id_token)).toMatchObject({ alg: 'RS256', typ: 'JWT' });
    for (const token of [body.access_token, body.id_token]) {
      const { payload } = await verified(service, token);
      expect(payload).toMatchObject({ iss: service.issuer, aud: 'sale', room: 'sale', number: 1 });
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(body.expires_in);
    }
    expect(body.expires_in).toBeGreaterThan(595);
    expect(body.expires_in).toBeLessThanOrEqual(600);
  });

  test('admits once: a repeated claim returns the same admission and what is left of it', async () => {
    const ticket = await join();
    await operations().raise('sale', 1);
    const first = (await call('POST', '/self/claim', ticket)).body;
    service.time.pass(100_000);
    const second = (await call('POST', '/self/claim', ticket)).body;
    const [one, two] = [await verified(service, second.id_token), (await operations().counters('sale')).claimed];
    expect(two).toBe(1);
    expect(first.expires_in - second.expires_in).toBeGreaterThanOrEqual(99);
    expect(one.payload.exp).toBe(Number(one.payload.iat) + second.expires_in);
  });

  describe('a ticket that was copied', () => {
    const codes = (answers: readonly { status: number; body: { code?: string } }[]) =>
      answers.map(({ status, body }) => (status === 200 ? 'tokens' : body.code));

    test('gives tokens three times', async () => {
      const ticket = await join();
      await operations().raise('sale', 1);
      const answers = [];
      for (let copy = 0; copy < 200; copy++) answers.push(await call('POST', '/self/claim', ticket));
      expect(codes(answers)).toEqual([...Array(3).fill('tokens'), ...Array(197).fill('admission_in_use')]);
      expect(answers.at(-1)?.status).toBe(409);
    });

    test('gives tokens three times to copies that claim at the same moment', async () => {
      const ticket = await join();
      await operations().raise('sale', 1);
      const answers = await Promise.all(Array.from({ length: 200 }, () => call('POST', '/self/claim', ticket)));
      expect(codes(answers).filter((code) => code === 'tokens')).toHaveLength(3);
    });

    test('gives one app tokens ten more times in a minute, with the ticket of the last claim', async () => {
      let ticket = await join();
      await operations().raise('sale', 1);
      const answers = [];
      for (let more = 0; more <= 11; more++) {
        const answer = await call('POST', '/self/claim', ticket);
        ticket = answer.body.ticket ?? ticket;
        answers.push(answer);
      }
      expect(codes(answers)).toEqual([...Array(11).fill('tokens'), 'too_many_claims']);
      expect(answers.at(-1)?.headers.get('Retry-After')).toBe('60');
      service.time.pass(60_000);
      expect((await call('POST', '/self/claim', ticket)).status).toBe(200);
      expect((await call('GET', '/self', ticket)).body.state).toBe('served');
      expect((await call('DELETE', '/self', ticket)).status).toBe(204);
    });
  });

  test('refuses a claim after the claim window, and lets the ticket rejoin', async () => {
    const ticket = await join();
    await call('GET', '/self', ticket);
    await service.waitingRoom.flush();
    await operations().raise('sale', 1);
    service.time.pass(62_000);
    const late = await call('POST', '/self/claim', ticket);
    expect([late.status, late.body.code]).toEqual([410, 'turn_missed']);
    const rejoined = await call('POST', '/self/rejoin', ticket);
    expect(rejoined.status).toBe(200);
    expect(rejoined.body).toMatchObject({ number: 1, ticket: expect.any(String) });
  });

  test('refuses a claim after the admission has expired', async () => {
    const ticket = await join();
    await operations().raise('sale', 1);
    await call('POST', '/self/claim', ticket);
    service.time.pass(601_000);
    const over = await call('POST', '/self/claim', ticket);
    expect([over.status, over.body.code]).toEqual([410, 'admission_over']);
    expect((await call('POST', '/self/rejoin', ticket)).body.number).toBe(2);
  });

  test('lets a visitor leave, also twice', async () => {
    const ticket = await join();
    for (const _ of [1, 2]) {
      const { status, body } = await call('DELETE', '/self', ticket);
      expect([status, body]).toEqual([204, null]);
    }
    expect(await operations().counters('sale')).toMatchObject({ queue: 1, waiting: 0 });
    expect((await call('POST', '/self/claim', ticket)).body.code).toBe('admission_over');
  });

  test('refuses a request without a ticket of the room', async () => {
    const ticket = await join();
    const cases: [string | undefined, string, string][] = [
      [undefined, 'sale', 'ticket_required'],
      ['made-up', 'sale', 'ticket_invalid'],
      [ticket, 'other', 'ticket_invalid'],
    ];
    for (const [shown, room, code] of cases) {
      for (const [method, path] of [
        ['GET', '/self'],
        ['POST', '/self/claim'],
        ['POST', '/self/rejoin'],
        ['DELETE', '/self'],
      ] as const) {
        const { status, headers, body } = await call(method, path, shown, room);
        expect([status, body.code, method]).toEqual([401, code, method]);
        expect(headers.get('WWW-Authenticate')).toBe('Bearer');
        expect(headers.get('Content-Type')).toContain('application/problem+json');
        expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
      }
    }
  });

  test('refuses tickets from before a reset', async () => {
    const ticket = await join();
    await operations().reset('sale');
    for (const [method, path] of [
      ['GET', '/self'],
      ['POST', '/self/claim'],
    ] as const) {
      const { status, body } = await call(method, path, ticket);
      expect([status, body.code]).toEqual([401, 'ticket_invalid']);
    }
  });

  test('lets nobody join a closed or an unknown room', async () => {
    const ticket = await join();
    await set({ mode: 'closed' });
    const closed = await call('POST', '');
    expect([closed.status, closed.body.code]).toEqual([403, 'room_closed']);
    expect((await call('GET', '/self', ticket)).body.state).toBe('closed');
    expect((await call('POST', '/self/claim', ticket)).body.code).toBe('room_closed');
    const none = await call('POST', '', undefined, 'nowhere');
    expect([none.status, none.body.code]).toEqual([404, 'room_not_found']);
  });

  test("answers preflights from the room's origins", async () => {
    for (const path of ['', '/self', '/self/claim', '/self/rejoin']) {
      const answer = await fetch(`${service.issuer}/rooms/sale/tickets${path}`, {
        method: 'OPTIONS',
        headers: {
          Origin: 'https://shop.example',
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'authorization',
        },
      });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(SITE);
      expect(answer.headers.get('Vary')).toBe('Origin');
      expect(answer.headers.get('Access-Control-Allow-Headers')).toContain('Authorization');
      expect(answer.headers.get('Access-Control-Allow-Methods')).toContain('DELETE');
    }
    const facts = await call('GET', '/self', await join());
    expect(facts.headers.get('Access-Control-Expose-Headers')).toBe('Retry-After');
  });

  test('refuses calls from pages of other origins, and issues no number', async () => {
    const ticket = await join();
    const from = (origin: string, method: string, path: string) =>
      fetch(`${service.issuer}/rooms/sale/tickets${path}`, {
        method,
        headers: { Origin: origin, Authorization: `Bearer ${ticket}` },
      });
    for (const origin of ['https://evil.example', 'null', 'https://shop.example.evil.example', `${SITE}:444`]) {
      for (const [method, path] of [
        ['POST', ''],
        ['GET', '/self'],
        ['POST', '/self/claim'],
        ['DELETE', '/self'],
      ] as const) {
        const answer = await from(origin, method, path);
        expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([403, 'origin_refused']);
        expect(answer.headers.get('Access-Control-Allow-Origin')).toBeNull();
      }
    }
    expect(await operations().counters('sale')).toMatchObject({ queue: 1, waiting: 1 });
  });

  test("opens its answers to the room's origins: those of its settings, or of its return URLs and redirect URIs", async () => {
    const from = async (origin: string) => {
      const headers = { Origin: origin };
      const joined = await fetch(`${service.issuer}/rooms/sale/tickets`, { method: 'POST', headers });
      const opened = joined.headers.get('Access-Control-Allow-Origin');
      expect([joined.status, opened]).toEqual(joined.status === 201 ? [201, origin] : [403, null]);
      return joined.status;
    };
    expect(await from(SITE)).toBe(201);
    expect(await from(service.issuer)).toBe(201);
    expect(await from('https://app.example')).toBe(403);
    await operations().putRelyingParty(
      relyingParty.parse({ client_id: 'app', room: 'sale', redirect_uris: ['https://app.example/back', 'com.app:/x'] }),
    );
    service.time.pass(1000);
    expect(await from('https://app.example')).toBe(201);
    await set({ origins: ['https://only.example'] });
    const statuses = ['https://only.example', SITE, 'https://app.example'].map(from);
    expect(await Promise.all(statuses)).toEqual([201, 403, 403]);
    await operations().deleteRelyingParty('app');
  });

  test('refuses other methods', async () => {
    const { status, headers } = await call('PUT', '/self');
    expect([status, headers.get('Allow')]).toEqual([405, expect.stringContaining('DELETE')]);
  });
});
