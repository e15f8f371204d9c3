import type { JWK } from 'jose';
import { calculateJwkThumbprint, createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { createLogoutTokens } from '#oidc/logout/logout-token.ts';

const ISSUER = 'https://line.example';
const NOW = 1_700_000_000_500;
const keyOf = async (algorithm: string, more: JWK = {}): Promise<JWK> => {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return { ...(await exportJWK(privateKey)), ...more };
};
const [rsa, other, elliptic] = await Promise.all([
  keyOf('RS256', { kid: 'rsa', alg: 'RS256', use: 'sig' }),
  keyOf('RS256', { kid: 'encrypting', use: 'enc' }),
  keyOf('ES256'),
]);
const keys = [other, elliptic, rsa];
const { sign } = createLogoutTokens({ issuer: ISSUER, keys: () => keys, now: () => NOW });
const login = { clientId: 'shop', sub: 'a visitor', sid: 'a session' };

/** As the service publishes them: public parts, and the thumbprint where a key has no id. */
const published = await Promise.all(
  keys.map(async (key) => {
    const { d, p, q, dp, dq, qi, ...open } = key;
    return { ...open, kid: key.kid ?? (await calculateJwkThumbprint(key)) } as JWK;
  }),
);
const jwks = createLocalJWKSet({ keys: published });
const verify = (token: string) => jwtVerify(token, jwks, { currentDate: new Date(NOW) });

test('a logout token has the claims of Back-Channel Logout 1.0 §2.4, and no others', async () => {
  const { payload, protectedHeader } = await verify(await sign({ ...login, algorithm: 'RS256' }));
  expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'logout+jwt', kid: 'rsa' });
  expect(payload).toEqual({
    iss: ISSUER,
    sub: 'a visitor',
    aud: 'shop',
    iat: 1_700_000_000,
    exp: 1_700_000_120,
    jti: expect.stringMatching(/^.{20,}$/),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    sid: 'a session',
  });
});

test('it names no session where the relying party wants none', async () => {
  const { payload } = await verify(await sign({ ...login, sid: null, algorithm: 'RS256' }));
  expect(payload).not.toHaveProperty('sid');
});

test('each one has an id of its own', async () => {
  const tokens = await Promise.all([1, 2, 3].map(() => sign({ ...login, algorithm: 'RS256' })));
  const ids = await Promise.all(tokens.map(async (token) => (await verify(token)).payload.jti));
  expect(new Set(ids).size).toBe(3);
});

test("it is signed with the algorithm of the relying party's ID tokens", async () => {
  const { protectedHeader } = await verify(await sign({ ...login, algorithm: 'ES256' }));
  expect(protectedHeader).toMatchObject({ alg: 'ES256', kid: await calculateJwkThumbprint(elliptic) });
});

test.each(['PS256', 'HS256', 'none'])('there is none with %s, for which the service has no key', async (algorithm) => {
  await expect(sign({ ...login, algorithm })).rejects.toThrow(`there is no key for ${algorithm}`);
});
