/** Which agents signed a request: Web Bot Auth over HTTP Message Signatures (RFC 9421). */
import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createAgentCheck } from '#agents/index.ts';
import { type SignedRequest, signatureBase } from '#agents/signature-base.ts';
import { isInnerList, parseDictionary } from '#agents/structured-fields.ts';
import type { OutboundAnswer } from '#outbound/index.ts';
import { createSigningAgent, type SigningOptions } from './signing.ts';

const ORIGIN = 'https://agent.example';
const NOW = 1_800_000_000;
const me = createSigningAgent();
const other = createSigningAgent();

const lower = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const requestWith = (headers: Record<string, string>, url = 'https://shop.example/buy?x=1'): SignedRequest => ({
  ...{ method: 'GET', url },
  headers: lower(headers),
});

/** Answers to requests for directories, and what was asked for. */
function checking(answer: () => string | null) {
  const asked: string[] = [];
  let seconds = NOW;
  const check = createAgentCheck({
    now: () => seconds * 1000,
    outbound: {
      async send(target) {
        asked.push(target);
        const body = answer();
        if (body === null) throw new Error('no connection');
        return { ok: true, discard: () => undefined, text: async () => body } as unknown as OutboundAnswer;
      },
    },
  });
  return {
    asked,
    pass: (more: number) => {
      seconds += more;
    },
    /** As a room's rules ask: first what is claimed, then whether it is true. */
    async of(agents: readonly string[], request: SignedRequest) {
      const claimed = check.claimed(agents, request);
      return claimed.length === 0 ? null : check.verified(claimed, request);
    },
  };
}

const publishing = () => checking(() => JSON.stringify(me.directory));
const signed = (options: SigningOptions = {}) =>
  me.headers('shop.example', { created: NOW, agent: ORIGIN, ...options });

/** Of the drafts: https://github.com/cloudflare/web-bot-auth, web_bot_auth_architecture_v2.json. */
const VECTORS: readonly (readonly [string, Record<string, string>])[] = [
  [
    'without an agent',
    {
      signature: 'sig1=:QKN4fTdIYfh82fvoZCQiQA1weuozfCS/Led2zTMbewMMqH8PI2Wsy/5c4ao6B6D09nraNQdBNOADg8aM1MqfCg==:',
      'signature-input':
        'sig1=("@authority");created=1735689600;keyid="poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U";alg="ed25519";expires=4889289600;nonce="zIW8+cdmA3vdYagbxojpONwa/l0EKJ/O3/wD486VvsQjO/RxPaSt6ZxvQaMcQzNnqKN/mQ6hpGiFro2L2qkz5A==";tag="web-bot-auth"',
    },
  ],
  [
    'with one',
    {
      signature: 'sig2=:RdNFx5Bj6au3YgAMQL/RzmUlZE8QZLIaXGRpw985hWnwPfMxT228NMk6ehRS1PSl4e8PhbNZACSanGdhEwYCCg==:',
      'signature-input':
        'sig2=("@authority" "signature-agent";key="agent2");created=1735689600;keyid="poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U";alg="ed25519";expires=4889289600;nonce="n9p433xm+NJ3ph3upfBIGmsuwHw387YV7Q/F+6BSpGCVjYCqQw6rznNA8PVVLySrAWsv0hQtFioQb6E1YsauiA==";tag="web-bot-auth"',
      'signature-agent': 'agent2="https://signature-agent.test"',
    },
  ],
];

test.each(VECTORS)('the base of a signature of the drafts is what was signed, %s', (_, headers) => {
  const [label = '', input] = [...(parseDictionary(headers['signature-input'] ?? '') ?? [])][0] ?? [];
  if (!input || !isInnerList(input)) throw new Error('no signature');
  const base = signatureBase(input, { method: 'GET', url: 'https://example.com/path/to/resource', headers });
  const x = 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs';
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const bytes = Buffer.from((headers.signature ?? '').slice(label.length + 2, -1), 'base64');
  expect(base && verify(null, Buffer.from(base), key, bytes)).toBe(true);
});

describe('a request is signed by an agent', () => {
  test('whose directory has the key', async () => {
    const check = publishing();
    expect(await check.of([ORIGIN, 'https://other.example'], requestWith(signed()))).toEqual([ORIGIN]);
    expect(check.asked).toEqual(['https://agent.example/.well-known/http-message-signatures-directory']);
  });

  test('whose key the rule names, and nothing is fetched', async () => {
    const check = checking(() => null);
    const headers = me.headers('shop.example', { created: NOW });
    expect(await check.of([me.x, other.x], requestWith(headers))).toEqual([me.x]);
    expect(check.asked).toEqual([]);
  });

  test('that names itself by one string, as in earlier drafts', async () => {
    const headers = signed({
      components: '("@authority" "signature-agent")',
      lines: ['"@authority": shop.example', `"signature-agent": "${ORIGIN}"`],
    });
    const asBefore = { ...headers, 'Signature-Agent': `"${ORIGIN}"` };
    expect(await publishing().of([ORIGIN], requestWith(asBefore))).toEqual([ORIGIN]);
  });

  test('that covers more of the request', async () => {
    const headers = signed({
      components:
        '("@method" "@target-uri" "@path" "@query" "@scheme" "@request-target" "accept" "signature-agent";key="me")',
      lines: [
        '"@method": GET',
        '"@target-uri": https://shop.example/buy?x=1',
        '"@path": /buy',
        '"@query": ?x=1',
        '"@scheme": https',
        '"@request-target": /buy?x=1',
        '"accept": text/html',
        `"signature-agent";key="me": "${ORIGIN}"`,
      ],
    });
    const request = (accept: string) => requestWith({ ...headers, Accept: accept });
    expect(await publishing().of([ORIGIN], request('text/html'))).toEqual([ORIGIN]);
    expect(await publishing().of([ORIGIN], request('text/css'))).toEqual([]);
  });
});

describe('a request is not signed by an agent', () => {
  test.each<[string, SigningOptions]>([
    ['expired', { created: NOW - 400 }],
    ['is of tomorrow', { created: NOW + 120 }],
    ['is good for longer than a day', { expires: NOW + 90_000 }],
    ['is for another purpose', { tag: 'payment' }],
    ['is by another algorithm', { alg: 'rsa-pss-sha512' }],
    ['names another agent', { agent: 'https://evil.example' }],
    ['names none', { agent: null }],
    ['names a path of the agent', { agent: `${ORIGIN}/user` }],
    ['covers no host', { components: '("@method" "signature-agent";key="me")', lines: [] }],
    ['does not cover the agent', { components: '("@authority")', lines: ['"@authority": shop.example'] }],
  ])('whose signature %s, and nothing is fetched', async (_, options) => {
    const check = publishing();
    expect(await check.of([ORIGIN], requestWith(signed(options)))).toBeNull();
    expect(check.asked).toEqual([]);
  });

  test.each<[string, Record<string, string>, string?]>([
    ['was made for another host', signed(), 'https://bank.example/buy'],
    ['is by another key', other.headers('shop.example', { created: NOW, agent: ORIGIN })],
    ['names a key that is not the one that signed', signed({ keyid: 'poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U' })],
    [
      'by another key names a key of the agent',
      {
        ...other.headers('shop.example', { created: NOW, agent: ORIGIN }),
        'Signature-Input': signed()['Signature-Input'] ?? '',
      },
    ],
    ['names a component twice', signed({ components: '("@authority" "@authority" "signature-agent";key="me")' })],
    ['covers what is not known', signed({ components: '("@authority" "@status" "signature-agent";key="me")' })],
    ['is cut short', { ...signed(), Signature: 'sig=:AAAA:' }],
  ])('whose signature %s', async (_, headers, url) => {
    expect(await publishing().of([ORIGIN], requestWith(headers, url))).toEqual([]);
  });

  test.each([
    ['Signature-Input', 'sig=('],
    ['Signature-Input', 'sig=("@authority";created=1'],
    ['Signature-Input', 'sig="text"'],
    ['Signature-Input', `sig=(${'"@authority" '.repeat(500)})`],
    ['Signature', 'sig="text"'],
    ['Signature', 'sig'],
    ['Signature', 'other=:AAAA:'],
    ['Signature-Agent', ORIGIN],
    ['Signature-Agent', 'me="javascript:alert(1)"'],
    ['Signature-Agent', `you="${ORIGIN}"`],
  ])('where %s is %j', async (name, value) => {
    const check = publishing();
    expect((await check.of([ORIGIN], requestWith({ ...signed(), [name]: value }))) ?? []).toEqual([]);
    expect(check.asked).toEqual([]);
  });

  test.each([
    ['is no document', 'oops'],
    ['has no keys', '{}'],
    [
      'has none that can be used',
      JSON.stringify({ keys: [null, 7, { kty: 'OKP', crv: 'Ed25519', x: '!' }, { kty: 'RSA' }] }),
    ],
    ['has the key for earlier', JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: me.x, exp: NOW - 1 }] })],
    [
      'has the key for later',
      JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: me.x, nbf: (NOW + 9) * 1000 }] }),
    ],
  ])('whose directory %s', async (_, document) => {
    expect(await checking(() => document).of([ORIGIN], requestWith(signed()))).toEqual([]);
  });
});

describe('the directory of an agent', () => {
  test('is asked for once in ten minutes, and by a key that it lacks twice a minute at most', async () => {
    const check = publishing();
    const mine = () => check.of([ORIGIN], requestWith(signed({ expires: NOW + 5000 })));
    await Promise.all(Array.from({ length: 20 }, mine));
    expect(check.asked).toHaveLength(1);
    const unknown = () =>
      check.of(
        [ORIGIN],
        requestWith(other.headers('shop.example', { created: NOW, expires: NOW + 900, agent: ORIGIN })),
      );
    for (let n = 0; n < 20; n++) expect(await unknown()).toEqual([]);
    expect(check.asked).toHaveLength(1);
    check.pass(31);
    await Promise.all(Array.from({ length: 20 }, unknown));
    expect(check.asked).toHaveLength(2);
    check.pass(601);
    expect(await mine()).toEqual([ORIGIN]);
    expect(check.asked).toHaveLength(3);
  });

  test('counts for a day while the agent does not answer, and then no longer', async () => {
    let isAway = false;
    const check = checking(() => (isAway ? null : JSON.stringify(me.directory)));
    const mine = (created: number) => check.of([ORIGIN], requestWith(signed({ created })));
    expect(await mine(NOW)).toEqual([ORIGIN]);
    isAway = true;
    check.pass(23 * 3600);
    expect(await mine(NOW + 23 * 3600)).toEqual([ORIGIN]);
    check.pass(2 * 3600);
    expect(await mine(NOW + 25 * 3600)).toEqual([]);
  });
});
