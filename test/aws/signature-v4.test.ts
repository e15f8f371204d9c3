import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { canonicalRequests, signatureOf } from '#aws/sigv4/canonical-request.ts';
import { createVerify } from '#aws/sigv4/verify.ts';
import { onEachStore } from '#support/on-each-store.ts';
import vectors from './botocore-vectors.json' with { type: 'json' };
import { ROOMS, told } from './room.ts';
import { KEY, type Signed, type SignOptions, signHeader, signQuery } from './signer.ts';

describe('examples that AWS published', () => {
  const scope = { date: '20150830', region: 'us-east-1', service: 'service' };
  const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
  const time = '20150830T123600Z';
  const plain = ['Host', 'example.amazonaws.com', 'X-Amz-Date', time];
  const form = ['Content-Type', 'application/x-www-form-urlencoded', ...plain];

  test.each([
    ['get-vanilla', 'GET', '', '', plain, '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      'Param2=value2&Param1=value1',
      '',
      plain,
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    ['post-vanilla', 'POST', '', '', plain, '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'post-x-www-form-urlencoded',
      'POST',
      '',
      'Param1=value1',
      form,
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ])('%s', (_, method, query, body, rawHeaders, expected) => {
    const names = rawHeaders.filter((_each, i) => i % 2 === 0).map((name) => name.toLowerCase());
    const sent = { method, path: '/', query, rawHeaders, body: Buffer.from(body) };
    const signatures = canonicalRequests(sent, names, ['example.amazonaws.com']).map((canonical) =>
      signatureOf(canonical, secret, time, scope),
    );
    expect(signatures).toContain(expected);
  });

  test('the request to ListUsers in the documentation', () => {
    const rawHeaders = [
      ...['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'],
      ...['Host', 'iam.amazonaws.com', 'X-Amz-Date', time],
    ];
    const query = 'Action=ListUsers&Version=2010-05-08';
    const sent = { method: 'GET', path: '/', query, rawHeaders, body: Buffer.alloc(0) };
    const [canonical = ''] = canonicalRequests(sent, ['content-type', 'host', 'x-amz-date'], ['iam.amazonaws.com']);
    expect(signatureOf(canonical, secret, time, { ...scope, service: 'iam' })).toBe(
      '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    );
  });
});

describe('requests that botocore signed', () => {
  const { requests } = vectors;
  const verify = createVerify({
    credentials: [KEY],
    publicHost: 'room.example',
    now: () => Date.parse('2026-11-28T09:00:30Z'),
  });
  const received = ({ method, url, headers, body }: (typeof requests)[number]) => {
    const { pathname, search, host } = new URL(url);
    const rawHeaders = [...Object.entries(headers).flat(), 'Host', host].map(String);
    return { method, path: pathname, query: search.slice(1), rawHeaders, body: Buffer.from(body) };
  };

  test.each(requests.map((each) => [each.name, each] as const))('%s', (_, signed) => {
    expect(verify(received(signed))).toEqual({ ok: true, accessKeyId: KEY.accessKeyId });
    expect(verify({ ...received(signed), body: Buffer.from('{}') }).ok).toBe(false);
    expect(verify({ ...received(signed), method: 'PUT' }).ok).toBe(false);
  });
});

const MINUTE = 60_000;

onEachStore("AWS's private API", { rooms: ROOMS, awsCredentials: [KEY] }, (service) => {
  const url = (path: string) => `${service.issuer}/aws/private/${path}`;
  const ACTIVE = 'num_active_tokens?event_id=Sample';
  const RAISE = { method: 'POST', body: JSON.stringify({ event_id: 'Sample', increment_by: 1 }) };
  const now = () => service.time.now();
  const send = async ({ url, init }: Signed) => told(await fetch(url, init));
  const signed = (path: string, more: Partial<SignOptions> = {}) => signHeader({ url: url(path), now: now(), ...more });
  const message = async (sent: Signed) => {
    const { status, body } = await send(sent);
    return [status, body.message];
  };
  const WRONG = [403, expect.stringMatching(/^The request signature we calculated does not match/)];

  describe('answers what is signed', () => {
    test.each([
      ['in the header', () => signed(ACTIVE)],
      ['with a session token', () => signed(ACTIVE, { token: 'FwoGZXIvYXdzEA//////////wEa' })],
      ['in the query', () => signQuery({ url: url(ACTIVE), now: now() })],
      ['in the query, with an end', () => signQuery({ url: url(ACTIVE), now: now(), expires: 60 })],
      ['in the query, with a session token', () => signQuery({ url: url(ACTIVE), now: now(), token: 'a/b+c=' })],
      ['four minutes ago', () => signed(ACTIVE, { now: now() - 4 * MINUTE })],
      ['by a clock that is four minutes ahead', () => signed(ACTIVE, { now: now() + 4 * MINUTE })],
    ])('%s', async (_, sent) => {
      const { status, body } = await send(sent());
      expect([status, body]).toEqual([200, { active_tokens: 0 }]);
    });

    test.each(['text/plain;charset=UTF-8', 'application/json'])('with a body as %s', async (type) => {
      const { status, body } = await send(signed('increment_serving_counter', { ...RAISE, type }));
      expect(status).toBe(200);
      expect(body).toEqual({ serving_num: expect.any(Number) });
    });
  });

  describe('refuses', () => {
    test.each([
      ['what is not signed', () => ({ url: url(ACTIVE), init: { headers: {} } }), 'Missing Authentication Token'],
      [
        'an unknown key',
        () => signed(ACTIVE, { key: { ...KEY, accessKeyId: 'AKIDNOBODYNOBODYNO' } }),
        'The security token included in the request is invalid.',
      ],
      ['what was signed six minutes ago', () => signed(ACTIVE, { now: now() - 6 * MINUTE }), /^Signature expired: /],
      ['a clock that is six minutes ahead', () => signed(ACTIVE, { now: now() + 6 * MINUTE }), /^Signature expired: /],
      [
        'a signed URL after its end',
        () => signQuery({ url: url(ACTIVE), now: now() - 61_000, expires: 60 }),
        /^Signature expired: /,
      ],
      ['another service', () => signed(ACTIVE, { service: 's3' }), /scoped to correct service: 'execute-api'/],
      [
        'a header that is no signature',
        () => ({ url: url(ACTIVE), init: { headers: { Authorization: 'Basic YTpi' } } }),
        /^Authorization header requires 'Credential' parameter/,
      ],
    ])('%s', async (_, sent, expected) => {
      const [status, text] = await message(sent() as Signed);
      expect(status).toBe(403);
      if (typeof expected === 'string') expect(text).toBe(expected);
      else expect(text).toMatch(expected);
    });

    test.each([
      ['a wrong secret', () => signed(ACTIVE, { key: { ...KEY, secretAccessKey: 'x'.repeat(40) } })],
      ['another host', () => signed(ACTIVE, { host: 'other.example' })],
      ['another path', () => ({ ...signed(ACTIVE), url: url('expired_tokens?event_id=Sample') })],
      ['another query', () => ({ ...signed(ACTIVE), url: url('num_active_tokens?event_id=lasting') })],
      ['a further parameter', () => ({ ...signed(ACTIVE), url: `${url(ACTIVE)}&a=b` })],
      ['UNSIGNED-PAYLOAD', () => signed('increment_serving_counter', { ...RAISE, hash: 'UNSIGNED-PAYLOAD' })],
      [
        'a hash that is not of the body',
        () => signed(ACTIVE, { headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }),
      ],
      [
        'another body',
        () => {
          const sent = signed('increment_serving_counter', RAISE);
          return { ...sent, init: { ...sent.init, body: JSON.stringify({ event_id: 'Sample', increment_by: 999 }) } };
        },
      ],
      [
        'another time',
        () => {
          const sent = signed(ACTIVE);
          const time = sent.init.headers['x-amz-date']?.replace(/\dZ$/, (end) => (end === '9Z' ? '8Z' : '9Z')) ?? '';
          return { ...sent, init: { ...sent.init, headers: { ...sent.init.headers, 'x-amz-date': time } } };
        },
      ],
    ])('%s', async (_, sent) => {
      expect(await message(sent() as Signed)).toEqual(WRONG);
    });

    test('a URL that was signed for longer than a week', async () => {
      const [status] = await message(signQuery({ url: url(ACTIVE), now: now(), expires: 604_801 }));
      expect(status).toBe(403);
    });

    test('everything with the type of the error', async () => {
      const { headers } = await send(signed(ACTIVE, { now: now() - 6 * MINUTE }));
      expect(headers.get('x-amzn-ErrorType')).toBe('InvalidSignatureException');
      expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
    });
  });

  test('credentials come before the shape of the request, and the shape before the function', async () => {
    expect((await told(await fetch(url('num_active_tokens')))).status).toBe(403);
    expect(await message(signed('num_active_tokens'))).toEqual([
      400,
      'Missing required request parameters: [event_id]',
    ]);
  });
});

test('a signature holds for the host of the issuer behind a proxy that replaces Host', async () => {
  const at = Date.now();
  const verify = createVerify({ credentials: [KEY], publicHost: 'room.example', now: () => at });
  const { init } = signHeader({ url: 'https://room.example/aws/private/expired_tokens?event_id=a%20b', now: at });
  const rawHeaders = [...Object.entries(init.headers).flat(), 'Host', '10.0.0.7:3000'];
  const sent = { method: 'GET', path: '/aws/private/expired_tokens', body: Buffer.alloc(0), rawHeaders };
  expect(verify({ ...sent, query: 'event_id=a%20b' })).toEqual({ ok: true, accessKeyId: KEY.accessKeyId });
  expect(verify({ ...sent, query: 'event_id=a+b' }).ok).toBe(true);
  expect(verify({ ...sent, query: 'event_id=a%2Bb' }).ok).toBe(false);
});

onEachStore("AWS's private API below a path", { rooms: ROOMS, awsCredentials: [KEY], path: '/line' }, (service) => {
  test('verifies the path that the client signed', async () => {
    const sent = signHeader({
      url: `${service.issuer}/aws/private/expired_tokens?event_id=Sample`,
      now: service.time.now(),
    });
    expect(new URL(sent.url).pathname).toBe('/line/aws/private/expired_tokens');
    const status = await new Promise((resolve) =>
      request(sent.url, { headers: sent.init.headers }, (res) => resolve(res.resume().statusCode)).end(),
    );
    expect(status).toBe(200);
  });
});
