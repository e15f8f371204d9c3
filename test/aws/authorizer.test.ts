/** The Lambda authorizers, as sources and as the bundles that are uploaded. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { serviceOn } from '#support/on-each-store.ts';
import { embeddedStore } from '#support/stores.ts';
import { buildAuthorizers } from '../../deploy/aws/authorizer/build.ts';
import { createRequestHandler } from '../../deploy/aws/authorizer/request.ts';
import { createTokenHandler } from '../../deploy/aws/authorizer/token.ts';
import { createVerifyToken, settingsFrom } from '../../deploy/aws/authorizer/verify-token.ts';
import { EVENT, publicClient, ROOMS } from './room.ts';

const ARN = 'arn:aws:execute-api:eu-west-1:123456789012:abc123/store/GET/checkout';
const ISSUER = 'https://line.example/api';
const NOW = 1_800_000_000_000;
const SECONDS = NOW / 1000;

async function keyPair(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256' } as JWK };
}
const [first, second, foreign] = await Promise.all([keyPair('first'), keyPair('second'), keyPair('foreign')]);

const CLAIMS = {
  ...{ aud: EVENT, sub: 'request-1', iss: ISSUER, queue_position: 7, token_use: 'access' },
  ...{ iat: SECONDS, nbf: SECONDS, exp: SECONDS + 60 },
};
type Claims = { readonly [C in keyof typeof CLAIMS]?: (typeof CLAIMS)[C] | undefined };
const sign = (
  claims: Claims = CLAIMS,
  { kid, privateKey }: { readonly kid: string | undefined; readonly privateKey: typeof first.privateKey } = first,
) =>
  new SignJWT(claims as JWTPayload)
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .sign(privateKey);

/** A JWKS endpoint that counts its requests. */
function jwks(...keys: JWK[]) {
  const served = { keys, fetches: 0, isAway: false };
  const fetch = async () => {
    served.fetches += 1;
    if (served.isAway) throw new TypeError('fetch failed');
    return Response.json({ keys: served.keys });
  };
  const settings = { jwksUri: 'https://line.example/jwks', eventId: EVENT, issuer: ISSUER };
  return { served, verify: createVerifyToken(settings, { fetch, now: () => NOW }) };
}

const policy = (principalId: string, Effect: string) => ({
  principalId,
  policyDocument: {
    Version: '2012-10-17',
    Statement: [
      {
        Action: 'execute-api:Invoke',
        Effect,
        Resource: 'arn:aws:execute-api:eu-west-1:123456789012:abc123/*/*/*',
      },
    ],
  },
});
const ALLOWED = policy('request-1', 'Allow');
const DENIED = policy('denied', 'Deny');

describe('the TOKEN authorizer', () => {
  const handler = createTokenHandler(jwks(first.jwk).verify);
  const ask = (authorizationToken: string) => handler({ authorizationToken, methodArn: ARN });

  test('lets a raw token and a bearer token in', async () => {
    const token = await sign();
    expect(await ask(token)).toEqual(ALLOWED);
    expect(await ask(`Bearer ${token}`)).toEqual(ALLOWED);
    expect(await ask(`bearer ${token}`)).toEqual(ALLOWED);
  });

  test.each<[string, () => Promise<string> | string]>([
    ['expires now', () => sign({ ...CLAIMS, exp: SECONDS })],
    ['is valid in 61 seconds', () => sign({ ...CLAIMS, nbf: SECONDS + 61 })],
    ['is for another event', () => sign({ ...CLAIMS, aud: 'other' })],
    ['is from another issuer', () => sign({ ...CLAIMS, iss: 'https://other.example' })],
    ['is an id token', () => sign({ ...CLAIMS, token_use: 'id' })],
    ['is a refresh token', () => sign({ ...CLAIMS, token_use: 'refresh' })],
    ['has no use', () => sign({ ...CLAIMS, token_use: undefined })],
    ['has no end', () => sign({ ...CLAIMS, exp: undefined })],
    ['another key signed', () => sign(CLAIMS, { ...foreign, kid: 'first' })],
    ['is no JWT', () => 'abc'],
  ])('denies a token that %s', async (_, token) => {
    expect(await ask(await token())).toEqual(DENIED);
  });

  test('grants a leeway of a minute to nbf', async () => {
    expect(await ask(await sign({ ...CLAIMS, nbf: SECONDS + 59 }))).toEqual(ALLOWED);
  });

  test.each([{}, { methodArn: ARN }, { authorizationToken: 'abc' }])('answers 401 to %j', async (event) => {
    expect(await handler(event)).toMatchObject({ statusCode: 401 });
  });
});

describe('the REQUEST authorizer', () => {
  const handler = createRequestHandler(jwks(first.jwk).verify);

  test('answers an HTTP API in its simple form', async () => {
    const headers = { authorization: `Bearer ${await sign()}` };
    expect(await handler({ version: '2.0', headers })).toEqual({
      isAuthorized: true,
      context: { sub: 'request-1', queue_position: 7 },
    });
    expect(await handler({ version: '2.0', headers: { authorization: 'abc' } })).toEqual({ isAuthorized: false });
    expect(await handler({ version: '2.0' })).toEqual({ isAuthorized: false });
  });

  test('answers a REST API with a policy', async () => {
    const event = { methodArn: ARN, headers: { Authorization: await sign() } };
    expect(await handler(event)).toEqual(ALLOWED);
    expect(await handler({ ...event, headers: { Authorization: 'abc' } })).toEqual(DENIED);
    expect(await handler({ methodArn: ARN, headers: null })).toMatchObject({ statusCode: 401 });
  });
});

describe('the keys', () => {
  test('are fetched once for many tokens', async () => {
    const { served, verify } = jwks(first.jwk);
    for (let n = 0; n < 5; n++) expect(await verify(await sign())).not.toBeNull();
    expect(served.fetches).toBe(1);
  });

  test('are fetched again for a key id that is not among them, so that a rotation denies nobody', async () => {
    const { served, verify } = jwks(first.jwk);
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      await verify(await sign());
      served.keys = [second.jwk, first.jwk];
      vi.setSystemTime(Date.now() + 6000);
      expect(await verify(await sign(CLAIMS, second))).not.toBeNull();
      expect(await verify(await sign())).not.toBeNull();
      expect(served.fetches).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });

  describe('of a token that names none, as the private API makes it again,', () => {
    const unnamed = ({ privateKey } = first, claims: Claims = CLAIMS) => sign(claims, { privateKey, kid: undefined });

    test('are all tried, so that a rotation denies nobody', async () => {
      const { served, verify } = jwks(first.jwk, second.jwk);
      for (const key of [first, second]) expect(await verify(await unnamed(key))).toMatchObject({ sub: 'request-1' });
      expect(served.fetches).toBe(1);
    });

    test.each([
      ['another key signed', foreign, CLAIMS],
      ['is for another event', second, { ...CLAIMS, aud: 'other' }],
      ['expires now', second, { ...CLAIMS, exp: SECONDS }],
    ])('let nobody in where it %s', async (_, key, claims) => {
      const { verify } = jwks(first.jwk, second.jwk);
      expect(await verify(await unnamed(key, claims))).toBeNull();
    });

    test('are fetched again where none of them signed it, at most once in five seconds', async () => {
      const { served, verify } = jwks(first.jwk);
      vi.useFakeTimers({ toFake: ['Date'] });
      try {
        await verify(await unnamed());
        served.keys = [second.jwk];
        vi.setSystemTime(Date.now() + 6000);
        expect(await verify(await unnamed(second))).not.toBeNull();
        for (let n = 0; n < 3; n++) expect(await verify(await unnamed(foreign))).toBeNull();
        expect(served.fetches).toBe(2);
      } finally {
        vi.useRealTimers();
      }
    });
  });

  test('are fetched once for invented key ids', async () => {
    const { served, verify } = jwks(first.jwk);
    await verify(await sign());
    for (let n = 0; n < 5; n++) expect(await verify(await sign(CLAIMS, { ...foreign, kid: `no-${n}` }))).toBeNull();
    expect(served.fetches).toBe(1);
  });

  test('that cannot be fetched deny nobody: the function fails, and nothing is cached', async () => {
    const { served, verify } = jwks(first.jwk);
    served.isAway = true;
    const token = await sign();
    await expect(verify(token)).rejects.toThrow('fetch failed');
    served.isAway = false;
    expect(await verify(token)).not.toBeNull();
  });
});

test.each(['JWKS_URI', 'EVENT_ID', 'ISSUER'])('the function says that %s is required', (name) => {
  const env = { JWKS_URI: 'https://line.example/jwks', EVENT_ID: EVENT, ISSUER, [name]: '' };
  expect(() => settingsFrom(env)).toThrow(`${name} is required`);
});

describe('the bundles', () => {
  const service = serviceOn(embeddedStore, { rooms: ROOMS });
  const folders: string[] = [];
  beforeAll(async () => {
    for (const name of ['a', 'b']) folders.push(await mkdtemp(join(tmpdir(), `authorizer-${name}-`)));
    for (const folder of folders) await buildAuthorizers(folder);
  });
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  test.each(['token.mjs', 'request.mjs'])('%s is the same wherever it is built, and imports nothing', async (name) => {
    const files = await Promise.all(folders.map((folder) => readFile(join(folder, name), 'utf8')));
    const [one, other] = files.map((file) => createHash('sha256').update(file).digest('hex'));
    expect(one).toBe(other);
    expect(files[0]).not.toMatch(/^import .*['"](?!node:)[^'"]+['"]/m);
    expect(files[0]).not.toContain(tmpdir());
  });

  test('admit visitors with a token of the service, and nobody else', async () => {
    const client = publicClient(service);
    const id = await client.assign();
    await service.waitingRoom.operations.raise('sale', 1);
    const { body } = await client.generate(id);
    Object.assign(process.env, { JWKS_URI: `${service.issuer}/jwks`, EVENT_ID: EVENT, ISSUER: service.issuer });
    const { handler } = await import(join(folders[0] ?? '', 'token.mjs'));
    const ask = (authorizationToken: string) => handler({ authorizationToken, methodArn: ARN });
    expect(await ask(body.access_token)).toEqual(policy(id, 'Allow'));
    expect(await ask(body.id_token)).toEqual(DENIED);
  });
});
