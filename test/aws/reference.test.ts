/** Rows of AWS's API, and faults of AWS's solution that must not come back, which the tests of single routes leave out. */
import { request } from 'node:http';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { type RoomInput, room as roomSettings } from '#settings/room.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { EVENT, publicClient, ROOMS, told, UNKNOWN_ID } from './room.ts';
import { KEY, signHeader } from './signer.ts';

const MINUTE = 60_000;
const service = serviceOn(embeddedStore, { rooms: ROOMS, awsCredentials: [KEY] });
const client = publicClient(service);
const operations = () => service.waitingRoom.operations;
const counters = () => operations().counters('sale');
const set = (changes: Partial<RoomInput>) => operations().putRoom(roomSettings.parse({ ...ROOMS[0], ...changes }));
const event_id = EVENT;

/** A signed request to the private API. */
async function sign(route: string, content: Record<string, unknown> | null, type = 'application/json') {
  const url = `${service.issuer}/aws/private/${route}`;
  const body = content === null ? {} : { method: 'POST', body: JSON.stringify(content), type };
  const sent = signHeader({ url, now: service.time.now(), ...body });
  const { status, body: answered } = await told(await fetch(sent.url, sent.init));
  return [status, answered];
}

/** A request with exactly these headers: fetch always adds a Content-Type. */
function bare(method: string, path: string, body = '', headers: Record<string, string> = {}) {
  return new Promise<[number | undefined, unknown]>((resolve, reject) => {
    const length = { 'Content-Length': Buffer.byteLength(body) };
    const sent = request(`${service.issuer}/aws/${path}`, { method, headers: { ...length, ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve([answer.statusCode, text === '' ? null : JSON.parse(text)]));
    });
    sent.on('error', reject).end(body);
  });
}

async function serve(): Promise<string> {
  const id = await client.assign();
  await operations().raise('sale', 1);
  return id;
}

beforeEach(async () => {
  await set({});
  await operations().reset('sale');
});

describe('both APIs', () => {
  const invalid = [400, { message: 'Invalid request body' }];
  const noRoute = [403, { message: 'Missing Authentication Token' }];
  const unknown = JSON.stringify({ event_id, request_id: UNKNOWN_ID });

  test.each([
    ['compares a body without a type with its model', 'generate_token', `{"event_id":7}`, {}, invalid],
    ['takes one that fits', 'generate_token', unknown, {}, [400, { error: 'Invalid request ID' }]],
    [
      'reads a body of another type without the model',
      'generate_token',
      unknown,
      { 'Content-Type': 'text/plain' },
      [400, { error: 'Invalid request ID' }],
    ],
    [
      'refuses a form at assign_queue_num',
      'assign_queue_num',
      'event_id=Sample',
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      [415, { message: 'Unsupported Media Type' }],
    ],
    [
      'takes a type with a charset for JSON',
      'assign_queue_num',
      '{"event_id":7}',
      { 'Content-Type': 'Application/JSON; charset=utf-8' },
      invalid,
    ],
  ])('%s', async (_, route, body, headers, expected) => {
    expect(await bare('POST', `public/${route}`, body, headers as Record<string, string>)).toEqual(expected);
  });

  test('assigns to a client that sends no type', async () => {
    const [status, body] = await bare('POST', 'public/assign_queue_num', JSON.stringify({ event_id }));
    expect([status, Object.keys(body as object)]).toEqual([200, ['api_request_id']]);
  });

  test.each([
    ['an unknown path of the private API, unsigned', 'GET', 'private/nothing', noRoute],
    ['another method of the private API, unsigned', 'DELETE', 'private/num_active_tokens', noRoute],
    ['a path below a route', 'GET', 'public/serving_num/1', noRoute],
    ['a route in capitals', 'GET', 'public/SERVING_NUM', noRoute],
  ])('has no route for %s', async (_, method, path, expected) => {
    expect(await bare(method, path)).toEqual(expected);
  });

  test('looks at credentials before the body', async () => {
    expect(await bare('POST', 'private/update_session', '{')).toEqual(noRoute);
    expect(await sign('update_session', {})).toEqual(invalid);
  });

  test('takes markup out of what is posted', async () => {
    const id = await serve();
    const marked = { event_id: `<b>${EVENT}</b>`, request_id: `<i>${id}</i>` };
    expect((await client.post('generate_token', marked)).status).toBe(200);
    expect((await sign('update_session', { ...marked, status: 1 }))[0]).toBe(200);
  });

  test.each(['generate_token', 'update_session', 'num_active_tokens', 'reset_initial_state'])(
    'OPTIONS of the private %s allows the headers of its clients from anywhere',
    async (route) => {
      const { headers } = await fetch(`${service.issuer}/aws/private/${route}`, { method: 'OPTIONS' });
      expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
      expect(headers.get('Access-Control-Allow-Headers')?.split(',').sort()).toEqual(
        ['Content-Type', 'X-Amz-Date', 'Authorization', 'X-Api-Key', 'X-Amz-Security-Token'].sort(),
      );
    },
  );

  test('answers errors of the private API to any origin, as JSON, without a word about caches', async () => {
    const { headers } = await fetch(`${service.issuer}/aws/private/expired_tokens`);
    expect([headers.get('Access-Control-Allow-Origin'), headers.get('Content-Type')]).toEqual([
      '*',
      'application/json',
    ]);
    expect(headers.get('Cache-Control')).toBeNull();
  });
});

describe('tokens', () => {
  test('of a session that has ended say first that the counter was lowered', async () => {
    const id = await serve();
    await client.generate(id);
    await sign('update_session', { event_id, request_id: id, status: 1 });
    await operations().raise('sale', -1);
    const { status, body } = await client.generate(id);
    expect([status, body]).toEqual([202, { error: 'Request ID not being served yet' }]);
  });

  test('come again, also when their position would be too late', async () => {
    const id = await serve();
    const first = (await client.generate(id)).body;
    service.time.pass(30 * MINUTE);
    const { status, body } = await client.generate(id);
    expect(status).toBe(200);
    expect(decodeJwt(body.refresh_token)).toEqual(decodeJwt(first.refresh_token));
  });

  test.each([
    ['for each API its own', { public: 'https://a.example/api', private: 'https://b.example/api' }],
    ['one for both', 'https://a.example/api'],
  ])('of the private API have its issuer: %s', async (_, issuer) => {
    await set({ aws: { event_id, issuer } });
    const [status, body] = await sign('generate_token', { event_id, request_id: await serve() });
    expect(status).toBe(200);
    const expected = typeof issuer === 'string' ? issuer : issuer.private;
    expect(decodeJwt(body.access_token)).toMatchObject({ iss: expected, aud: EVENT, token_use: 'access' });
    const { kid } = (await client.get('public_key', { event_id })).body;
    expect(decodeProtectedHeader(body.access_token)).toEqual({ alg: 'RS256', kid, typ: 'JWT' });
  });

  test.each([
    ['public', 'public', true, true],
    ['public', 'private', true, false],
    ['private', 'public', true, true],
    ['private', 'private', true, false],
  ])('of the %s API name their key; made again by the %s API: %s, %s', async (first, second, named, namedAgain) => {
    const request_id = await serve();
    const generate = async (api: string) => {
      if (api === 'public') return (await client.generate(request_id)).body;
      return (await sign('generate_token', { event_id, request_id }))[1];
    };
    const { kid } = (await client.get('public_key', { event_id })).body;
    const expected = (isNamed: boolean) => ({ alg: 'RS256', typ: 'JWT', ...(isNamed ? { kid } : {}) });
    for (const [api, isNamed] of [
      [first, named],
      [second, namedAgain],
    ] as const) {
      const body = await generate(api);
      for (const use of ['access', 'refresh', 'id']) {
        expect(decodeProtectedHeader(body[`${use}_token`])).toEqual(expected(isNamed));
      }
    }
  });

  test('of the private API name no key after they ran out, either', async () => {
    const request_id = await serve();
    await client.generate(request_id);
    service.time.pass(61 * MINUTE);
    const [status, body] = await sign('generate_token', { event_id, request_id });
    expect([status, body.expires_in]).toEqual([200, 0]);
    expect(decodeProtectedHeader(body.access_token)).toEqual({ alg: 'RS256', typ: 'JWT' });
  });

  test('are active until they expire, and expired from then on', async () => {
    const id = await serve();
    await sign('generate_token', { event_id, request_id: id, validity_period: 120 });
    service.time.pass(118_000);
    expect(await sign(`num_active_tokens?event_id=${EVENT}`, null)).toEqual([200, { active_tokens: 1 }]);
    expect(await sign(`expired_tokens?event_id=${EVENT}`, null)).toEqual([200, []]);
    service.time.pass(4_000);
    expect(await sign(`num_active_tokens?event_id=${EVENT}`, null)).toEqual([200, { active_tokens: 0 }]);
    expect(await sign(`expired_tokens?event_id=${EVENT}`, null)).toEqual([200, [id]]);
  });
});

describe('positions that have expired (max_queue_position_expired)', () => {
  const late = [410, { error: 'Queue position has expired' }];
  const expired = async () => {
    const ids = [await client.assign(), await client.assign(), await client.assign()];
    await operations().raise('sale', 2);
    service.time.pass(15 * MINUTE + 1001);
    await service.waitingRoom.advance.room('sale');
    return ids;
  };
  const generate = async (api: string, request_id = '') => {
    if (api === 'private') return sign('generate_token', { event_id, request_id });
    const { status, body } = await client.generate(request_id);
    return [status, body];
  };

  test.each(['public', 'private'])('get no token from the %s API, nor after later raises', async (api) => {
    const [first, second, third] = await expired();
    for (const id of [first, second]) expect(await generate(api, id)).toEqual(late);
    await operations().raise('sale', 1);
    for (const id of [first, second]) expect(await generate(api, id)).toEqual(late);
    expect((await generate(api, third))[0]).toBe(200);
  });

  test('have no time left, and those behind them have their own', async () => {
    const [first, second, third] = await expired();
    await operations().raise('sale', 1);
    for (const id of [first, second]) {
      const { status, body } = await client.ask('queue_pos_expiry', id ?? '');
      expect([status, body]).toEqual(late);
    }
    expect((await client.ask('queue_pos_expiry', third ?? '')).status).toBe(200);
  });

  test('take no token from a visitor at or below them', async () => {
    const [first, second] = [await client.assign(), await client.assign()];
    await operations().raise('sale', 2);
    await client.generate(first);
    service.time.pass(15 * MINUTE + 1001);
    await service.waitingRoom.advance.room('sale');
    expect((await client.generate(first)).status).toBe(200);
    expect((await client.generate(second)).status).toBe(410);
  });
});

describe('what the CDN may keep', () => {
  // AWS's CDN keeps an answer without Cache-Control as long as its own rules say. 5 s or a day where nothing is said.
  test.each([
    ['GET', 'serving_num', 200, null],
    ['GET', 'waiting_num', 200, null],
    ['GET', 'queue_num', 200, null],
    ['GET', 'queue_pos_expiry', 200, null],
    ['GET', 'public_key', 200, 'public, max-age=60'],
    ['HEAD', 'serving_num', 403, null],
    ['OPTIONS', 'serving_num', 200, null],
    ['OPTIONS', 'public_key', 200, null],
    ['POST', 'assign_queue_num', 200, null],
    ['POST', 'generate_token', 200, null],
  ])('%s %s, answered with %i, has Cache-Control %s', async (method, route, status, control) => {
    const request_id = await serve();
    const query = new URLSearchParams({ event_id, request_id });
    const answer = await fetch(`${service.issuer}/aws/public/${route}?${query}`, {
      method,
      ...(method === 'POST'
        ? { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ event_id, request_id }) }
        : {}),
    });
    expect([answer.status, answer.headers.get('Cache-Control')]).toEqual([status, control]);
    // Nothing makes the key of a cache longer, and no answer sets a cookie.
    expect([answer.headers.get('Vary'), answer.headers.get('Set-Cookie')]).toEqual([null, null]);
  });

  test.each([
    ['public_key', { event_id: 'Other' }, 400],
    ['public_key', {}, 400],
    ['queue_num', { event_id, request_id: UNKNOWN_ID }, 202],
    ['queue_pos_expiry', { event_id, request_id: UNKNOWN_ID }, 404],
  ])('%s with %j, refused with %i, has none', async (route, query, status) => {
    const answer = await client.get(route, query as Record<string, string>);
    expect([answer.status, answer.headers.get('Cache-Control')]).toEqual([status, null]);
  });
});

describe('faults that must not come back', () => {
  test('a status that does not exist is not written', async () => {
    const id = await serve();
    await client.generate(id);
    for (const status of [2, 0, -2]) {
      expect((await sign('update_session', { event_id, request_id: id, status }))[0]).toBe(400);
    }
    expect(await counters()).toMatchObject({ active: 1, completed: 0, abandoned: 0 });
    expect((await sign('update_session', { event_id, request_id: id, status: 1 }))[0]).toBe(200);
  });

  test('a fraction changes no counter', async () => {
    expect((await sign('increment_serving_counter', { event_id, increment_by: 1.5 }))[0]).toBe(400);
    expect((await sign('increment_serving_counter', { event_id, increment_by: '1.5' }, 'text/plain'))[0]).toBe(400);
    expect((await counters()).serving).toBe(0);
  });

  test('a raise whose last number nobody holds does not stop the expiry of those before it', async () => {
    const { advance } = service.waitingRoom;
    await set({ inlet: { strategy: 'manual' }, aws: { event_id, raise_on_expiry: true } });
    const early = [await client.assign(), await client.assign()];
    const joined = await fetch(`${service.issuer}/rooms/sale/tickets`, { method: 'POST' });
    const { ticket } = (await joined.json()) as { ticket: string };
    const left = await fetch(`${service.issuer}/rooms/sale/tickets/self`, {
      ...{ method: 'DELETE', headers: { Authorization: `Bearer ${ticket}` } },
    });
    expect(left.status).toBe(204);
    const late = [await client.assign(), await client.assign()];
    await operations().raise('sale', 3);
    await advance.room('sale');
    service.time.pass(15 * MINUTE + 1001);
    await advance.room('sale');
    await advance.room('sale');
    expect((await counters()).serving).toBe(5);
    for (const id of early) expect((await client.generate(id)).status).toBe(410);
    for (const id of late) expect((await client.generate(id)).status).toBe(200);
  });

  test('visitors whose turn has expired are not among the waiting, also without raise_on_expiry', async () => {
    for (let n = 0; n < 3; n++) await client.assign();
    await operations().raise('sale', 2);
    service.time.pass(15 * MINUTE + 1001);
    await service.waitingRoom.advance.room('sale');
    expect((await client.get('waiting_num', { event_id })).body).toEqual({ waiting_num: 1 });
  });

  describe('of the MaxSize inlet', () => {
    const inlet = { strategy: 'max-size', size: 3 } as const;
    const fill = async (size: number, waiting: number) => {
      await set({ inlet: { ...inlet, size } });
      const ids = [];
      for (let n = 0; n < size + waiting; n++) ids.push(await client.assign());
      await service.waitingRoom.flush();
      await service.waitingRoom.advance.room('sale');
      return ids;
    };
    const exit = async (exited: number) => {
      await operations().exits('sale', { exited, completed: [], abandoned: [] });
      await service.waitingRoom.advance.room('sale');
      return (await counters()).serving;
    };

    test('as many exits as there are places free all of them', async () => {
      const ids = await fill(3, 5);
      for (const id of ids.slice(0, 3)) await client.generate(id);
      expect((await counters()).serving).toBe(3);
      expect(await exit(3)).toBe(6);
    });

    test('the counter never falls when more are inside than there are places', async () => {
      const ids = await fill(3, 2);
      for (const id of ids.slice(0, 3)) await client.generate(id);
      await set({ inlet: { ...inlet, size: 1 } });
      expect(await exit(1)).toBe(3);
      expect(await exit(1)).toBe(3);
      expect(await exit(1)).toBe(4);
    });

    test('one report after the other admits one visitor for each who left', async () => {
      const ids = await fill(3, 5);
      for (const id of ids.slice(0, 3)) await client.generate(id);
      expect([await exit(1), await exit(1), await exit(0)]).toEqual([4, 5, 5]);
    });

    test('visitors who are served and have not come yet hold their places', async () => {
      await fill(2, 4);
      expect((await counters()).serving).toBe(2);
      expect(await exit(0)).toBe(2);
    });
  });
});
