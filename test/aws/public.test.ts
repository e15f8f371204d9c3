import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { withoutMarkup } from '#aws/markup.ts';
import { room as roomSettings } from '#settings/room.ts';
import { onEachStore } from '#support/on-each-store.ts';
import { verified } from '../public/room.ts';
import { EVENT, publicClient, ROOMS, told, UNKNOWN_ID } from './room.ts';

const MINUTE = 60_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

onEachStore("AWS's public API", { rooms: ROOMS }, (service) => {
  const client = publicClient(service);
  const operations = () => service.waitingRoom.operations;
  const raise = (by: number, room = 'sale') => operations().raise(room, by);
  const serve = async (by = 1) => {
    const id = await client.assign();
    await raise(by);
    return id;
  };

  beforeEach(async () => {
    await operations().putRoom(roomSettings.parse(ROOMS[0]));
    await operations().reset('sale');
    await operations().reset('lasting');
  });

  describe('refuses by shape, in the words of API Gateway', () => {
    const event_id = EVENT;
    const request_id = UNKNOWN_ID;
    const missing = (names: string) => [400, { message: `Missing required request parameters: [${names}]` }];
    test.each([
      ['queue_num', {}, missing('request_id, event_id')],
      ['queue_num', { event_id }, missing('request_id')],
      ['queue_num', { request_id, event_id: ' ' }, missing('event_id')],
      ['serving_num', {}, missing('event_id')],
      ['waiting_num', { event_id: '' }, missing('event_id')],
      ['public_key', {}, missing('event_id')],
      ['queue_pos_expiry', { event_id }, missing('request_id')],
    ])('GET %s with %j', async (route, query, expected) => {
      const { status, body } = await client.get(route, query as Record<string, string>);
      expect([status, body]).toEqual(expected);
    });

    const invalid = [400, { message: 'Invalid request body' }];
    test.each([
      ['assign_queue_num', '{', 'application/json', invalid],
      ['assign_queue_num', '', 'application/json', invalid],
      ['assign_queue_num', '[]', 'application/json', invalid],
      ['assign_queue_num', '{}', 'application/json', invalid],
      ['assign_queue_num', '{"event_id":1}', 'application/json', invalid],
      ['assign_queue_num', '{"event_id":null}', 'application/json', invalid],
      ['assign_queue_num', '{"event_id":"Sample"}', 'text/plain', [415, { message: 'Unsupported Media Type' }]],
      ['assign_queue_num', '{', 'text/plain', [415, { message: 'Unsupported Media Type' }]],
      ['generate_token', '{"event_id":"Sample"}', 'application/json', invalid],
      ['generate_token', '{"event_id":"Sample"}', 'text/plain', invalid],
      ['generate_token', '{"event_id":"Sample","request_id":7}', 'application/json', invalid],
    ])('POST %s with %s as %s', async (route, body, type, expected) => {
      const answer = await client.post(route, body, type);
      expect([answer.status, answer.body]).toEqual(expected);
    });

    test('a body that is too long', async () => {
      const answer = await client.post('assign_queue_num', { event_id: 'x'.repeat(100_000) });
      expect([answer.status, answer.body]).toEqual([413, { message: 'Request Too Long' }]);
    });

    test.each([
      ['GET', 'assign_queue_num'],
      ['POST', 'queue_num'],
      ['GET', ''],
      ['GET', 'constructor'],
      ['GET', 'num_active_tokens'],
      ['PUT', 'generate_token'],
    ])('%s %s is no route', async (method, route) => {
      const answer = await told(await fetch(`${service.issuer}/aws/public/${route}`, { method }));
      expect([answer.status, answer.body]).toEqual([403, { message: 'Missing Authentication Token' }]);
      expect(answer.headers.get('x-amzn-ErrorType')).toBe('MissingAuthenticationTokenException');
    });
  });

  describe('refuses in the words of its functions', () => {
    const other = { event_id: 'Other', request_id: UNKNOWN_ID };
    const noForm = { event_id: EVENT, request_id: 'abc' };
    const unknown = { event_id: EVENT, request_id: UNKNOWN_ID };
    test.each([
      ['queue_num', other, 400, 'Invalid event or request ID'],
      ['queue_num', { ...unknown, event_id: 'sale' }, 400, 'Invalid event or request ID'],
      ['queue_num', { ...unknown, event_id: 'plain' }, 400, 'Invalid event or request ID'],
      ['queue_num', noForm, 400, 'Invalid event or request ID'],
      ['queue_num', unknown, 202, 'Request ID not found'],
      ['queue_num', { ...unknown, request_id: 'zzzzzzzz-____-1234-zzzz-zzzzzzzzzzzz' }, 202, 'Request ID not found'],
      ['queue_num', { ...unknown, request_id: `${UNKNOWN_ID}-and-more` }, 202, 'Request ID not found'],
      ['serving_num', { event_id: 'Other' }, 400, 'Invalid event ID'],
      ['waiting_num', { event_id: 'Other' }, 400, 'Invalid event ID'],
      ['public_key', { event_id: 'Other' }, 400, 'Invalid request ID'],
      ['queue_pos_expiry', other, 400, 'Invalid event or request ID'],
      ['queue_pos_expiry', noForm, 400, 'Invalid event or request ID'],
      ['queue_pos_expiry', unknown, 404, 'Invalid request ID'],
      ['queue_pos_expiry', { ...unknown, event_id: 'lasting' }, 202, 'Queue position expiration not enabled'],
    ])('GET %s with %j', async (route, query, status, error) => {
      const answer = await client.get(route, query as Record<string, string>);
      expect([answer.status, answer.body]).toEqual([status, { error }]);
    });

    test.each([
      [{ event_id: 'Other', request_id: UNKNOWN_ID }, 400, 'Invalid event or request ID'],
      [{ event_id: EVENT, request_id: 'abc' }, 400, 'Invalid event or request ID'],
      [{ event_id: EVENT, request_id: UNKNOWN_ID }, 400, 'Invalid request ID'],
    ])('POST generate_token with %j', async (body, status, error) => {
      const answer = await client.post('generate_token', body);
      expect([answer.status, answer.body]).toEqual([status, { error }]);
    });
  });

  test('answers an assignment at once for any event, and issues numbers for its own only', async () => {
    const other = await client.post('assign_queue_num', { event_id: 'Other', more: true });
    expect([other.status, other.body]).toEqual([200, { api_request_id: expect.stringMatching(UUID) }]);
    expect((await operations().counters('sale')).queue).toBe(0);
    expect((await client.ask('queue_num', other.body.api_request_id)).status).toBe(202);
    expect(await client.assign()).toMatch(UUID);
    expect((await operations().counters('sale')).queue).toBe(1);
  });

  test('gives the number of a request id, and always the same entry time', async () => {
    const before = Math.floor(service.time.now() / 1000);
    const [first, second] = [await client.assign(), await client.assign()];
    service.time.pass(5 * MINUTE);
    const { status, body } = await client.ask('queue_num', second);
    expect(status).toBe(200);
    expect(body).toEqual({ queue_number: 2, entry_time: expect.any(Number), event_id: EVENT, status: 1 });
    expect(body.entry_time - before).toBeGreaterThanOrEqual(0);
    expect(body.entry_time - before).toBeLessThanOrEqual(2);
    expect((await client.ask('queue_num', first)).body.queue_number).toBe(1);
  });

  test('knows numbers and entry times after a restart of the process', async () => {
    const id = await client.assign();
    const { body } = await client.ask('queue_num', id);
    await service.restart();
    expect((await client.ask('queue_num', id)).body).toEqual(body);
  });

  test('counts a client that is silent until it asks for a token as present', async () => {
    const id = await client.assign();
    await client.ask('queue_num', id);
    await service.waitingRoom.flush();
    service.time.pass(5 * 60 * MINUTE);
    expect(await operations().counters('sale')).toMatchObject({ waiting: 1, present: 1 });
    await raise(1);
    expect((await client.generate(id)).status).toBe(200);
    expect((await operations().counters('sale')).present).toBe(0);
  });

  test('takes no markup out of a text that is longer than any id: that takes seconds', () => {
    const long = '<b>'.repeat(1000);
    expect(withoutMarkup(long)).toBe(long);
  });

  test('takes markup out of ids', async () => {
    const id = await client.assign();
    const { body } = await client.get('queue_num', { event_id: `<b>${EVENT}</b>`, request_id: `<i>${id}</i>` });
    expect(body).toMatchObject({ queue_number: 1, event_id: EVENT });
  });

  test('gives the serving counter as a text', async () => {
    await raise(7);
    const { status, body } = await client.get('serving_num', { event_id: EVENT });
    expect([status, body]).toEqual([200, { serving_counter: '7' }]);
  });

  test('counts visitors who are served and have no token among the waiting', async () => {
    const ids = [await client.assign(), await client.assign(), await client.assign()];
    const waiting = async () => (await client.get('waiting_num', { event_id: EVENT })).body;
    await raise(2);
    expect(await waiting()).toEqual({ waiting_num: 3 });
    await client.generate(ids[0] ?? '');
    service.time.pass(1001);
    expect(await waiting()).toEqual({ waiting_num: 2 });
    service.time.pass(15 * MINUTE + 1001);
    expect(await waiting()).toEqual({ waiting_num: 1 });
  });

  test('publishes the key that signs, as one JWK without use, for a minute', async () => {
    const { status, body, headers } = await client.get('public_key', { event_id: EVENT });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...{ kty: 'RSA', alg: 'RS256' },
      ...{ kid: expect.any(String), n: expect.any(String), e: 'AQAB' },
    });
    expect(headers.get('Cache-Control')).toBe('public, max-age=60');
  });

  describe('tokens', () => {
    test('are three JWTs that differ in their use only', async () => {
      const id = await serve();
      const { status, body } = await client.generate(id);
      expect(status).toBe(200);
      expect(Object.keys(body)).toEqual(['access_token', 'refresh_token', 'id_token', 'token_type', 'expires_in']);
      expect([body.token_type, body.expires_in]).toEqual(['Bearer', 3600]);
      const { kid } = (await client.get('public_key', { event_id: EVENT })).body;
      for (const use of ['access', 'refresh', 'id']) {
        const token = body[`${use}_token`];
        expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256', kid, typ: 'JWT' });
        const { payload } = await verified(service, token, EVENT);
        const { iat = 0 } = payload;
        expect(payload).toEqual({
          ...{ aud: EVENT, sub: id, queue_position: 1, token_use: use, iss: service.issuer },
          ...{ iat, nbf: iat, exp: iat + 3600 },
        });
      }
    });

    test('have equal claims when they are asked for again, and expires_in is what is left', async () => {
      const id = await serve();
      const first = (await client.generate(id)).body;
      service.time.pass(10 * MINUTE);
      const again = (await client.generate(id)).body;
      expect(decodeJwt(again.access_token)).toEqual(decodeJwt(first.access_token));
      expect(again.expires_in).toBeGreaterThanOrEqual(2998);
      expect(again.expires_in).toBeLessThanOrEqual(3000);
      expect((await operations().counters('sale')).claimed).toBe(1);
    });

    test('come again with 0 after they ran out', async () => {
      const id = await serve();
      const first = (await client.generate(id)).body;
      service.time.pass(61 * MINUTE);
      const { status, body } = await client.generate(id);
      expect([status, body.expires_in]).toEqual([200, 0]);
      expect(decodeJwt(body.id_token)).toEqual(decodeJwt(first.id_token));
    });

    test('are refused after an exit, whichever door reported it', async () => {
      const id = await serve();
      await client.generate(id);
      await operations().exits('sale', { exited: 0, completed: [id], abandoned: [] });
      const refused = [410, { error: 'Token corresponding to request id has expired' }];
      const { status, body } = await client.generate(id);
      expect([status, body]).toEqual(refused);
      service.time.pass(61 * MINUTE);
      await expect.poll(async () => (await client.generate(id)).status).toBe(410);
    });

    test('are one claim, however many requests ask for them at once', async () => {
      const id = await serve();
      const answers = await Promise.all(Array.from({ length: 20 }, () => client.generate(id)));
      const claims = answers.map(({ body }) => JSON.stringify(decodeJwt(body.access_token)));
      expect(new Set(claims).size).toBe(1);
      expect((await operations().counters('sale')).claimed).toBe(1);
    });

    test('are not given before the number is served, nor while the counter is lowered', async () => {
      const id = await client.assign();
      const early = [202, { error: 'Request ID not being served yet' }];
      const generated = async () => {
        const { status, body } = await client.generate(id);
        return [status, body];
      };
      expect(await generated()).toEqual(early);
      await raise(1);
      expect((await generated())[0]).toBe(200);
      await raise(-1);
      expect(await generated()).toEqual(early);
    });

    test('ignore issuer and validity_period of a public request', async () => {
      const request_id = await serve();
      const wishes = { issuer: 'https://evil.example', validity_period: 9 };
      const { body } = await client.post('generate_token', { event_id: EVENT, request_id, ...wishes });
      expect(body.expires_in).toBe(3600);
      expect(decodeJwt(body.access_token).iss).toBe(service.issuer);
    });

    test('have the issuer and the validity of the settings', async () => {
      const aws = { event_id: EVENT, issuer: { public: 'https://a.example/api', private: 'https://b.example/api' } };
      await operations().putRoom(roomSettings.parse({ id: 'sale', aws: { ...aws, validity_period: '2m' } }));
      const { body } = await client.generate(await serve());
      expect(body.expires_in).toBe(120);
      expect(decodeJwt(body.access_token)).toMatchObject({ iss: 'https://a.example/api', aud: EVENT });
      expect((await operations().counters('sale')).active).toBe(1);
      service.time.pass(2 * MINUTE + 1001);
      expect((await operations().counters('sale')).active).toBe(0);
    });

    test('are unknown after a reset', async () => {
      const id = await serve();
      await client.generate(id);
      await operations().reset('sale');
      expect((await client.ask('queue_num', id)).status).toBe(202);
      const { status, body } = await client.generate(id);
      expect([status, body]).toEqual([400, { error: 'Invalid request ID' }]);
    });
  });

  describe('positions', () => {
    test('expire when the period has passed since the raise that covered them', async () => {
      const id = await client.assign();
      const expiry = async () => {
        const { status, body } = await client.ask('queue_pos_expiry', id);
        return [status, body];
      };
      expect(await expiry()).toEqual([202, { error: 'Request ID not being served yet' }]);
      service.time.pass(20 * MINUTE);
      await raise(1);
      const [status, body] = await expiry();
      expect(status).toBe(200);
      expect((body as { expires_in: number }).expires_in).toBeGreaterThanOrEqual(899);
      expect((body as { expires_in: number }).expires_in).toBeLessThanOrEqual(901);
      service.time.pass(14 * MINUTE);
      expect((await expiry())[0]).toBe(200);
      service.time.pass(MINUTE + 1001);
      expect(await expiry()).toEqual([410, { error: 'Queue position has expired' }]);
      const late = await client.generate(id);
      expect([late.status, late.body]).toEqual([410, { error: 'Queue position has expired' }]);
    });

    test('expire when the period has passed since the entry, for numbers that were served before', async () => {
      await raise(5);
      service.time.pass(20 * MINUTE);
      const id = await client.assign();
      service.time.pass(14 * MINUTE);
      expect((await client.ask('queue_pos_expiry', id)).status).toBe(200);
      expect((await client.generate(id)).status).toBe(200);
    });

    test('have time left for a visitor who has a token', async () => {
      const id = await serve();
      await client.generate(id);
      service.time.pass(1001);
      const { status, body } = await client.ask('queue_pos_expiry', id);
      expect([status, body]).toEqual([200, { expires_in: expect.any(Number) }]);
      expect(body.expires_in).toBeGreaterThan(890);
    });

    test.each([
      [true, 3],
      [false, 2],
    ])('that expire raise the counter, if raise_on_expiry is %s', async (raise_on_expiry, serving) => {
      const { advance } = service.waitingRoom;
      await operations().putRoom(
        roomSettings.parse({ ...ROOMS[0], inlet: { strategy: 'manual' }, aws: { event_id: EVENT, raise_on_expiry } }),
      );
      const ids = [await client.assign(), await client.assign(), await client.assign()];
      await raise(2);
      await advance.room('sale');
      expect((await client.generate(ids[0] ?? '')).status).toBe(200);
      service.time.pass(15 * MINUTE + 1001);
      await advance.room('sale');
      await advance.room('sale');
      expect((await operations().counters('sale')).serving).toBe(serving);
      expect((await client.generate(ids[2] ?? '')).status).toBe(raise_on_expiry ? 200 : 202);
    });

    test('never expire where expiry is off', async () => {
      const lasting = publicClient(service, 'lasting');
      const id = await lasting.assign();
      await raise(1, 'lasting');
      service.time.pass(25 * 60 * MINUTE);
      const { status, body } = await lasting.generate(id);
      expect([status, body.expires_in]).toEqual([200, 600]);
    });
  });

  describe('every answer', () => {
    const answers = (path: string) => fetch(`${service.issuer}/aws/public/${path}`);
    test.each(['serving_num?event_id=Sample', 'serving_num?event_id=Other', 'serving_num', 'nothing'])(
      'is open to any origin, JSON, and says nothing about caches: %s',
      async (path) => {
        const { headers } = await answers(path);
        expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
        expect(headers.get('Content-Type')).toBe('application/json');
        expect(headers.get('Cache-Control')).toBeNull();
      },
    );

    test.each([
      ['assign_queue_num', 'OPTIONS,POST'],
      ['queue_num', 'GET,OPTIONS'],
      ['serving_num', 'GET,OPTIONS'],
      ['waiting_num', 'GET,OPTIONS'],
      ['generate_token', 'OPTIONS,POST'],
      ['public_key', 'GET,OPTIONS'],
      ['queue_pos_expiry', 'GET,OPTIONS'],
    ])('OPTIONS %s allows %s', async (route, methods) => {
      const answer = await fetch(`${service.issuer}/aws/public/${route}`, { method: 'OPTIONS' });
      expect([answer.status, await answer.text()]).toEqual([200, '']);
      expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*');
      expect(answer.headers.get('Access-Control-Allow-Methods')).toBe(methods);
      expect(answer.headers.get('Access-Control-Allow-Headers')?.split(',').sort()).toEqual(
        ['Content-Type', 'X-Amz-Date', 'Authorization', 'X-Api-Key', 'X-Amz-Security-Token'].sort(),
      );
    });
  });

  test('asks for the API key of a room before it looks at anything else', async () => {
    const aws = { event_id: EVENT, api_key: 'a-key-of-the-cdn-1' };
    await operations().putRoom(roomSettings.parse({ id: 'sale', aws }));
    const url = `${service.issuer}/aws/public/queue_num?event_id=${EVENT}`;
    const without = await told(await fetch(url));
    expect([without.status, without.body]).toEqual([403, { message: 'Forbidden' }]);
    const wrong = await told(await fetch(url, { headers: { 'x-api-key': 'a-key-of-nobody-22' } }));
    expect(wrong.status).toBe(403);
    const right = await told(await fetch(url, { headers: { 'x-api-key': aws.api_key } }));
    expect(right.body).toEqual({ message: 'Missing required request parameters: [request_id]' });
  });

  test('lets an address join as often as a room with a challenge allows', async () => {
    const limits = { joins_per_address: '2/1m' };
    await operations().putRoom(roomSettings.parse({ ...ROOMS[0], challenge: 'auto', limits }));
    const joins = [];
    for (let n = 0; n < 3; n++) joins.push(await client.post('assign_queue_num', { event_id: EVENT }));
    expect(joins.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(joins[2]?.body).toEqual({ message: 'Too Many Requests' });
    expect(Number(joins[2]?.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect((await operations().counters('sale')).queue).toBe(2);
  });

  test('refuses newcomers of a closed room, and keeps its numbers', async () => {
    const id = await client.assign();
    await operations().putRoom(roomSettings.parse({ ...ROOMS[0], mode: 'closed' }));
    const { status, body } = await client.post('assign_queue_num', { event_id: EVENT });
    expect([status, body]).toEqual([403, { error: 'The room is closed' }]);
    expect((await client.ask('queue_num', id)).body.queue_number).toBe(1);
  });

  test('shares one counter with all other doors', async () => {
    await client.assign();
    const other = await fetch(`${service.issuer}/rooms/sale/tickets`, { method: 'POST' });
    expect(((await other.json()) as { number: number }).number).toBe(2);
    expect((await client.ask('queue_num', await client.assign())).body.queue_number).toBe(3);
  });
});

onEachStore('a service without a room for AWS', { rooms: [{ id: 'plain' }] }, (service) => {
  test.each(['public/serving_num?event_id=plain', 'private/num_active_tokens?event_id=plain'])(
    'has nothing at /aws/%s',
    async (path) => {
      const answer = await fetch(`${service.issuer}/aws/${path}`);
      expect(answer.status).toBe(404);
      expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
    },
  );
});
