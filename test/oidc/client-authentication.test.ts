import { describe, expect, test } from 'vitest';
import { settingsFile } from '#settings/file.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { rooms } from './visit.ts';

/** As `openssl rand -base64 32` makes them, and others that the two forms write differently. */
const SECRETS = [
  'a-b_c',
  "it's~(ok)*!.",
  'a+b/c==',
  '+',
  '%',
  '100%',
  '100%25',
  'a%2Bb',
  'a b',
  '%zz',
  'a:b',
  '&=?#',
  '"\\',
  '~'.repeat(256),
];

const service = serviceOn(embeddedStore, {
  rooms,
  relying_parties: SECRETS.map((client_secret, i) => ({
    ...{ client_id: `client-${i}`, client_secret, room: 'sale' },
    redirect_uris: ['https://shop.example/callback'],
  })),
});

/** RFC 6749 appendix B. */
const formEncoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);

/** The status and error of a request with these credentials in a Basic header. */
async function authenticate(credentials: string, path = '/introspect') {
  const answer = await fetch(`${service.issuer}${path}`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: new URLSearchParams({ token: 'none' }),
  });
  const text = await answer.text();
  return [answer.status, text === '' ? undefined : (JSON.parse(text) as { error?: string }).error];
}

describe.each(SECRETS.map((secret, i) => [secret, `client-${i}`] as const))('the secret %j', (secret, id) => {
  test('is accepted in a Basic header form-encoded (RFC 6749 §2.3.1) and as it is', async () => {
    expect(await authenticate(`${id}:${formEncoded(secret)}`)).toEqual([200, undefined]);
    expect(await authenticate(`${id}:${secret}`)).toEqual([200, undefined]);
  });

  test('is refused with a character added or missing, in either form', async () => {
    for (const wrong of [`${secret}x`, secret.slice(0, -1)]) {
      const refused = wrong === '' ? [400, 'invalid_request'] : [401, 'invalid_client'];
      expect(await authenticate(`${id}:${wrong}`)).toEqual(refused);
      expect(await authenticate(`${id}:${formEncoded(wrong)}`)).toEqual(refused);
    }
  });
});

test('a plain secret works at every endpoint that authenticates clients', async () => {
  expect(await authenticate('client-2:a+b/c==', '/revoke')).toEqual([200, undefined]);
  expect(await authenticate('client-2:a+b/c==', '/token')).toEqual([400, 'invalid_request']);
  expect(await authenticate('client-2:a+b/c==', '/par')).toEqual([400, 'invalid_request']);
});

test.each(['client-0:a-b_c', 'client-2:a+b/c=='])('%s may come without the padding of Base64', async (credentials) => {
  const answer = await fetch(`${service.issuer}/introspect`, {
    method: 'POST',
    headers: { Authorization: `basic ${Buffer.from(credentials).toString('base64').replaceAll('=', '')}` },
    body: new URLSearchParams({ token: 'none' }),
  });
  expect(answer.status).toBe(200);
});

test('an unknown client, a public client and a malformed header are refused as before', async () => {
  const [party] = settingsFile.parse({
    relying_parties: [{ client_id: 'public', room: 'sale', redirect_uris: ['https://shop.example/callback'] }],
  }).relying_parties;
  if (party) await service.waitingRoom.operations.putRelyingParty(party);
  expect(await authenticate('nobody:a+b')).toEqual([401, 'invalid_client']);
  expect(await authenticate('public:a+b')).toEqual([401, 'invalid_client']);
  expect(await authenticate('no colon')).toEqual([400, 'invalid_request']);
  expect(await authenticate('%:a+b')).toEqual([400, 'invalid_request']);
});
