/** Malformed requests, generated from a seed: any route with any of these in its path, query, headers and body. */
import type { KnownRoute } from './routes.ts';

export interface GeneratedRequest {
  readonly method: string;
  readonly target: string;
  /** Names and values in turn, as Node sends them. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export type Random = () => number;

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
export function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const deep = (depth: number, open: string, close: string) => `${open.repeat(depth)}1${close.repeat(depth)}`;

/** Values for a path segment or a parameter, percent-encoded where a client has to. */
const TEXTS = [
  '',
  'x',
  'sale',
  'shop',
  '%',
  '%zz',
  '%00',
  '%C3',
  '%ff%fe',
  '..',
  '%2e%2e',
  '..;',
  '%2F%2F',
  "'",
  '"',
  '<b>',
  '`',
  '\\',
  '[',
  ']',
  '{',
  '__proto__',
  'constructor',
  'toString',
  '-1',
  '0',
  '1e999',
  'NaN',
  '99999999999999999999',
  'null',
  'true',
  'a'.repeat(300),
  'a'.repeat(5000),
  '%F0%9F%8E%AB',
  '+',
  '&',
  '=',
  ';',
  '@',
  ':',
  '//',
  'http://[',
  'https://evil.example/',
  'javascript:1',
  'openid',
  'code',
  'S256',
  'self',
  'admin',
  '%0d%0aSet-Cookie:x',
  '{}',
  '[]',
  '1,2',
  '*',
];

const PARAMETERS = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'nonce',
  'prompt',
  'max_age',
  'claims',
  'request',
  'request_uri',
  'id_token_hint',
  'login_hint',
  'code_challenge',
  'code_challenge_method',
  'response_mode',
  'resource',
  'acr_values',
  'ui_locales',
  'return_to',
  'anteroom_token',
  'room',
  'redirect',
  'limit',
  'leave',
  'rejoin',
  'post_logout_redirect_uri',
  'xsrf',
  'logout',
  'grant_type',
  'code',
  'refresh_token',
  'token',
  'client_secret',
  'client_assertion',
  'code_verifier',
  's',
  'at',
  '__proto__',
];

const BODIES = [
  '',
  '{',
  '{}',
  '[]',
  'null',
  '1',
  '"x"',
  'true',
  '\ufeff{}',
  '{"a":1}',
  '{"__proto__":{"mode":"closed"}}',
  '{"constructor":{"prototype":{"x":1}}}',
  deep(10_000, '[', ']'),
  deep(3000, '{"a":', '}'),
  deep(10_000, '{"inlet":', '}'),
  '{"mode":null}',
  '{"mode":7,"title":[],"inlet":"x"}',
  '{"increment_by":1e400}',
  '{"increment_by":-1e15}',
  '{"increment_by":0.1}',
  '{"exited":-1}',
  '{"completed":[{}]}',
  '{"state":"x"}',
  '{"latency_ms":"x"}',
  '\0',
  '\xff\xfe',
  'a=b',
  'leave=1',
  'rejoin=1',
  '='.repeat(200),
  '&'.repeat(2000),
  `x=${'y'.repeat(20_000)}`,
  '%',
  'a[b]=c&a[b]=d',
  'client_id=shop&client_id=x',
  `{"message":"${'m'.repeat(3000)}"}`,
  '{"redirect_uris":["http://["]}',
  '{"events":[{"id":"a","start":"x"}]}',
  '<xml/>',
];

const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  [
    'Content-Type',
    [
      'application/json',
      'application/x-www-form-urlencoded',
      'text/plain',
      'application/json; charset=x',
      ';',
      'multipart/form-data',
      'application/scim+json',
    ],
  ],
  [
    'Authorization',
    [
      'Bearer',
      'Bearer x',
      'Basic',
      'Basic !!!!',
      'Basic Og==',
      'Basic JTp4',
      'Bearer a b',
      'Digest x',
      'Basic c2hvcDolenp6',
    ],
  ],
  [
    'Cookie',
    [
      '=',
      ';',
      'anteroom_visitor=x',
      'anteroom_ticket_sale=x',
      'anteroom_session=x; anteroom_session.sig=y',
      'anteroom_resume=x; anteroom_resume.sig=',
      '__Host-anteroom_visitor=%',
      'a'.repeat(3000),
    ],
  ],
  ['Accept', ['*/*', '', 'application/json', 'text/html', ';q=', 'application/*;q=0.1, */*', ',,,', 'q=0']],
  ['Host', ['[', 'evil.example', 'a:b:c', '%', 'evil.example:99999', '']],
  ['Origin', ['null', 'https://evil.example', 'http://[', 'x']],
  ['Idempotency-Key', ['', 'k', 'é', 'k'.repeat(2000), '"x"']],
  ['If-Match', ['*', '"x"', 'x', '"', ',', 'W/"x"']],
  ['X-Forwarded-For', ['x', '1.2.3.4', ',,', '::1', 'a'.repeat(1000)]],
  ['X-Forwarded-Proto', ['https', 'javascript', '']],
  ['X-Forwarded-Host', ['shop.example', '[', 'evil.example', 'a b']],
  ['X-Forwarded-Uri', ['/', '//evil', 'x', '/%zz', '/?anteroom_token=x', '/\\evil']],
  ['X-Forwarded-Method', ['GET', 'X', '']],
  ['X-Original-URL', ['http://shop.example/', 'x', 'http://[', '//', 'https://shop.example/a?anteroom_token=a.b.c']],
  ['X-Original-Method', ['GET', 'BREW']],
  ['Sec-Fetch-Mode', ['navigate', 'cors', '', 'x']],
  ['Sec-Fetch-Site', ['cross-site', 'same-origin', 'x']],
  ['Range', ['bytes=0-1', 'bytes=-', 'x']],
  ['If-None-Match', ['*', '"x"', 'x']],
  ['If-Modified-Since', ['x', 'Thu, 01 Jan 1970 00:00:00 GMT']],
  ['Upgrade', ['websocket', 'h2c']],
  ['X-HTTP-Method-Override', ['DELETE']],
];

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND', 'TRACE', 'QUERY'];

/** `bearer` is a valid operator token, so that half of the requests to the admin API get past it. */
export function createGenerator(random: Random, routes: readonly KnownRoute[], bearer: string): () => GeneratedRequest {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const chance = (share: number) => random() < share;
  const parameters = () =>
    Array.from({ length: Math.floor(random() * 8) }, () => `${pick(PARAMETERS)}=${pick(TEXTS)}`).join('&');

  /** A login that is right but for what is put behind it. */
  const login = () =>
    `client_id=shop&response_type=code&scope=openid&redirect_uri=${encodeURIComponent('https://shop.example/cb')}&${parameters()}`;

  function target(path: string): string {
    const filled = path.replace(/\{\w+\}/g, () => (chance(0.5) ? pick(['sale', 'shop', 'opening']) : pick(TEXTS)));
    const whole = chance(0.1) ? `${filled}/${pick(TEXTS)}` : chance(0.05) ? `/${filled}` : filled;
    const query = chance(0.3) ? '' : `?${chance(0.3) ? login() : parameters()}`;
    if (chance(0.02))
      return pick([
        'http://[',
        'http://evil.example/wait',
        `http://evil.example${whole}`,
        '*',
        'x:',
        'http:',
        '/',
        '?',
        '#',
      ]);
    return `${whole}${query}`;
  }

  return () => {
    const { method, path } = pick(routes);
    const headers = Array.from({ length: Math.floor(random() * 4) }, () => pick(HEADERS)).map(
      ([name, values]) => [name, pick(values)] as const,
    );
    const signed = path.startsWith('/admin/') && chance(0.7);
    const json = signed && chance(0.7) ? [['Content-Type', 'application/json'] as const] : [];
    const sent = chance(0.15) ? pick(METHODS) : method;
    const hasBody = sent !== 'GET' && sent !== 'HEAD' && sent !== 'TRACE';
    return {
      method: sent,
      target: target(path).replace(/[ \u0080-\uffff]/g, (each) => encodeURIComponent(each)),
      headers: [...(signed ? [['Authorization', `Bearer ${bearer}`] as const] : []), ...json, ...headers],
      body: hasBody && chance(0.8) ? (chance(0.2) ? parameters() : pick(BODIES)) : '',
    };
  };
}
