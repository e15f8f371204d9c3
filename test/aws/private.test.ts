import { decodeJwt } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { onEachStore } from '#support/on-each-store.ts';
import { ADMIN_TOKEN } from '#support/service.ts';
import { EVENT, publicClient, ROOMS, told, UNKNOWN_ID } from './room.ts';
import { KEY, signHeader } from './signer.ts';

const MINUTE = 60_000;
const namedTokens = [
  { name: 'otto', token: 'a-token-of-an-operator', role: 'operator' as const },
  { name: 'vera', token: 'a-token-of-a-viewer', role: 'viewer' as const },
];

onEachStore("AWS's private API", { rooms: ROOMS, awsCredentials: [KEY], namedTokens }, (service) => {
  const client = publicClient(service);
  const operations = () => service.waitingRoom.operations;
  const url = (route: string) => `${service.issuer}/aws/private/${route}`;

  async function call(method: 'GET' | 'POST', route: string, content: unknown, type = 'application/json') {
    const query = method === 'GET' ? `?${new URLSearchParams(content as Record<string, string>)}` : '';
    const body = typeof content === 'string' ? content : JSON.stringify(content);
    const sent = signHeader({
      ...{ method, url: url(route) + query, now: service.time.now() },
      ...(method === 'POST' ? { body, type } : {}),
    });
    const { status, body: answered } = await told(await fetch(sent.url, sent.init));
    return [status, answered];
  }
  const post = (route: string, content: unknown, type?: string) => call('POST', route, content, type);
  const get = (route: string, content: unknown) => call('GET', route, content);
  const inside = async () => {
    const id = await client.assign();
    await operations().raise('sale', 1);
    await client.generate(id);
    return id;
  };

  beforeEach(() => operations().reset('sale'));

  const invalidBody = [400, { message: 'Invalid request body' }];
  const event_id = EVENT;
  const request_id = UNKNOWN_ID;

  describe('answers, in its words', () => {
    test.each([
      ['generate_token', { event_id: 'Other', request_id }, [400, { error: 'Invalid event or request ID' }]],
      ['generate_token', { event_id, request_id }, [400, { error: 'Invalid request ID' }]],
      ['generate_token', { event_id, request_id, issuer: 7 }, invalidBody],
      ['generate_token', { event_id, request_id, validity_period: '60' }, invalidBody],
      ['generate_token', { event_id, request_id, validity_period: 1.5 }, invalidBody],
      ['generate_token', { event_id, request_id, validity_period: 0 }, invalidBody],
      ['increment_serving_counter', { event_id }, invalidBody],
      ['increment_serving_counter', { event_id, increment_by: '5' }, invalidBody],
      ['increment_serving_counter', { event_id, increment_by: 1.5 }, invalidBody],
      ['increment_serving_counter', { event_id: 'Other', increment_by: 5 }, [400, { error: 'Invalid event ID' }]],
      ['increment_serving_counter', { event_id, increment_by: 5 }, [200, { serving_num: 5 }]],
      ['increment_serving_counter', { event_id, increment_by: -5 }, [200, { serving_num: 0 }]],
      ['update_session', { event_id: 'Other', request_id, status: 1 }, [400, { error: 'Invalid event or request ID' }]],
      ['update_session', { event_id, request_id: 'a', status: 1 }, [400, { error: 'Invalid event or request ID' }]],
      ['update_session', { event_id, request_id, status: '1' }, invalidBody],
      ['update_session', { event_id, request_id, status: 2 }, invalidBody],
      ['update_session', { event_id, request_id, status: 0 }, invalidBody],
      [
        'update_session',
        { event_id, request_id, status: 1 },
        [404, { error: "Request ID doesn't exist or status already set." }],
      ],
      ['reset_initial_state', {}, invalidBody],
    ])('POST %s with %j', async (route, body, expected) => {
      expect(await post(route, body)).toEqual(expected);
    });

    test.each([
      ['num_active_tokens', { event_id: 'Other' }, [400, { error: 'Invalid event ID' }]],
      ['num_active_tokens', { event_id }, [200, { active_tokens: 0 }]],
      ['num_active_tokens', {}, [400, { message: 'Missing required request parameters: [event_id]' }]],
      ['expired_tokens', { event_id: 'Other' }, [400, { error: 'Invalid event ID' }]],
      ['expired_tokens', { event_id }, [200, []]],
      ['serving_num', { event_id }, [403, { message: 'Missing Authentication Token' }]],
    ])('GET %s with %j', async (route, query, expected) => {
      expect(await get(route, query)).toEqual(expected);
    });

    test.each([
      ['generate_token', 'OPTIONS,POST'],
      ['increment_serving_counter', 'OPTIONS,POST'],
      ['update_session', 'OPTIONS,POST'],
      ['num_active_tokens', 'GET,OPTIONS'],
      ['expired_tokens', 'GET,OPTIONS'],
      ['reset_initial_state', 'OPTIONS,POST'],
    ])('OPTIONS %s, unsigned, with %s', async (route, methods) => {
      const answer = await fetch(url(route), { method: 'OPTIONS' });
      expect([answer.status, await answer.text()]).toEqual([200, '']);
      expect(answer.headers.get('Access-Control-Allow-Methods')).toBe(methods);
    });
  });

  test("reads the numbers of AWS's control panel, which sends text/plain", async () => {
    const body = { event_id, increment_by: '100' };
    expect(await post('increment_serving_counter', body, 'text/plain;charset=UTF-8')).toEqual([
      200,
      { serving_num: 100 },
    ]);
  });

  test('raises past the queue, so that newcomers are served at once', async () => {
    await post('increment_serving_counter', { event_id, increment_by: 3 });
    expect((await client.generate(await client.assign())).status).toBe(200);
  });

  test('issues a token with the issuer and validity of the first request, for this visitor only', async () => {
    const [first, second] = [await client.assign(), await client.assign()];
    await operations().raise('sale', 2);
    const wishes = { issuer: 'https://mine.example', validity_period: 90 };
    const [status, body] = await post('generate_token', { event_id, request_id: first, ...wishes });
    expect([status, body.expires_in]).toEqual([200, 90]);
    expect(decodeJwt(body.access_token)).toMatchObject({ iss: 'https://mine.example', queue_position: 1 });
    // A later request changes nothing, also at the other API.
    const again = (await client.generate(first)).body;
    expect(decodeJwt(again.access_token)).toEqual(decodeJwt(body.access_token));
    // AWS's function keeps the validity of one request for all later ones.
    const [, other] = await post('generate_token', { event_id, request_id: second });
    expect(other.expires_in).toBe(3600);
    service.time.pass(91_000);
    expect((await operations().counters('sale')).active).toBe(1);
  });

  describe('sessions', () => {
    test.each([
      [1, { completed: 1, abandoned: 0 }],
      [-1, { completed: 0, abandoned: 1 }],
    ])('end once, with status %i', async (status, counters) => {
      const id = await inside();
      expect(await get('num_active_tokens', { event_id })).toEqual([200, { active_tokens: 1 }]);
      const [answered, body] = await post('update_session', { event_id, request_id: id, status });
      expect([answered, typeof body]).toEqual([200, 'object']);
      const again = await post('update_session', { event_id, request_id: id, status: -status });
      expect(again).toEqual([404, { error: "Request ID doesn't exist or status already set." }]);
      expect(await get('num_active_tokens', { event_id })).toEqual([200, { active_tokens: 0 }]);
      expect(await operations().counters('sale')).toMatchObject({ ...counters, active: 0 });
      expect((await client.generate(id)).status).toBe(410);
    });

    test('may be ended after the token ran out', async () => {
      const id = await inside();
      service.time.pass(61 * MINUTE);
      expect((await post('update_session', { event_id, request_id: id, status: 1 }))[0]).toBe(200);
      expect((await client.generate(id)).status).toBe(410);
    });

    test('of visitors without a token do not exist', async () => {
      const id = await client.assign();
      const [status] = await post('update_session', { event_id, request_id: id, status: 1 });
      expect(status).toBe(404);
    });
  });

  test('lists expired tokens in the order of expiry, whatever their status', async () => {
    const first = await inside();
    service.time.pass(2 * MINUTE);
    const second = await inside();
    expect(await get('expired_tokens', { event_id })).toEqual([200, []]);
    service.time.pass(62 * MINUTE);
    await post('update_session', { event_id, request_id: second, status: -1 });
    expect(await get('expired_tokens', { event_id })).toEqual([200, [first, second]]);
  });

  test('resets at once, for any event, and a wrong one does nothing', async () => {
    const message =
      'It may take a minute or two to reset counters and recreate the database. Verify that token table is available and active in DynamoDB before using the waiting room.';
    const id = await inside();
    expect(await post('reset_initial_state', { event_id: 'Other' })).toEqual([200, { message }]);
    expect((await operations().counters('sale')).queue).toBe(1);
    expect(await post('reset_initial_state', { event_id })).toEqual([200, { message }]);
    expect((await operations().counters('sale')).queue).toBe(0);
    expect((await client.ask('queue_num', id)).status).toBe(202);
    expect(await get('expired_tokens', { event_id })).toEqual([200, []]);
    expect((await client.ask('queue_num', await client.assign())).body.queue_number).toBe(1);
  });

  describe("takes an operator's token", () => {
    const withToken = async (headers: Record<string, string>, route = `num_active_tokens?event_id=${EVENT}`) =>
      told(await fetch(url(route), { headers }));

    test.each([
      ['as a bearer token', { Authorization: `Bearer ${ADMIN_TOKEN}` }, 200],
      ['where Authorization was dropped', { 'X-Anteroom-Admin-Token': ADMIN_TOKEN }, 200],
      ['of an operator', { 'X-Anteroom-Admin-Token': 'a-token-of-an-operator' }, 200],
      ['but not of a viewer', { Authorization: 'Bearer a-token-of-a-viewer' }, 403],
      ['but no other', { Authorization: 'Bearer something-else-entirely' }, 403],
      ['but no other beside a signature', { 'X-Anteroom-Admin-Token': 'something-else' }, 403],
    ])('%s', async (_, headers, status) => {
      expect((await withToken(headers)).status).toBe(status);
    });

    test('of an owner for a reset', async () => {
      const reset = async (token: string) => {
        const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
        const init = { method: 'POST', headers, body: JSON.stringify({ event_id }) };
        return (await fetch(url('reset_initial_state'), init)).status;
      };
      expect(await reset('a-token-of-an-operator')).toBe(403);
      expect(await reset(ADMIN_TOKEN)).toBe(200);
    });
  });

  test('names who raised the counter in the audit log', async () => {
    await post('increment_serving_counter', { event_id, increment_by: 1 });
    const last = service.told.filter(({ type }) => type === 'counter.raised').at(-1);
    expect(last).toMatchObject({ by: `aws:${KEY.accessKeyId}`, from: 0, to: 1 });
  });
});
