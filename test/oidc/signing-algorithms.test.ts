import type { JSONWebKeySet } from 'jose';
import { createLocalJWKSet, jwtVerify } from 'jose';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { generateJwks } from '#signing-keys/jwks.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { ADMIN_TOKEN, type TestService } from '#support/service.ts';
import { embeddedStore } from '#support/stores.ts';
import { comeBack, goIn, rooms } from './visit.ts';

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;

const put = (service: TestService, algorithm: string) =>
  request(service.listensOn)
    .put('/admin/v1/relying-parties/shop')
    .set('Authorization', `Bearer ${ADMIN_TOKEN}`)
    .send({
      client_secret: SECRET,
      room: 'sale',
      redirect_uris: [REDIRECT_URI],
      id_token_signed_response_alg: algorithm,
    });

async function advertised(service: TestService): Promise<readonly string[]> {
  const answer = await fetch(`${service.issuer}/.well-known/openid-configuration`);
  return ((await answer.json()) as Record<string, string[]>).id_token_signing_alg_values_supported ?? [];
}

describe('with a key for each algorithm', () => {
  const service = serviceOn(embeddedStore, { rooms });

  test('all are advertised', async () => expect(await advertised(service)).toEqual(ALGORITHMS));

  test.each(ALGORITHMS)('a relying party may have its ID tokens signed with %s', async (algorithm) => {
    await put(service, algorithm);
    service.time.pass(2000);
    const { browser, login, callback } = await goIn(service);
    const { id_token = '' } = await login.exchange(callback);
    const keys = createLocalJWKSet((await (await fetch(`${service.issuer}/jwks`)).json()) as JSONWebKeySet);
    const { protectedHeader } = await jwtVerify(id_token, keys, { issuer: service.issuer, audience: 'shop' });
    expect(protectedHeader.alg).toBe(algorithm);
    expect((await comeBack(service, browser, { more: { id_token_hint: id_token } })).outcome).toBe('code');
  });

  test('another algorithm is refused, with those that are accepted', async () => {
    const { body } = await put(service, 'HS256').expect(400);
    expect(body.errors).toEqual([
      { field: 'id_token_signed_response_alg', message: 'must be one of RS256, ES256, EdDSA' },
    ]);
  });
});

describe('with keys of an earlier version', async () => {
  const jwks = { keys: (await generateJwks()).keys.filter(({ alg }) => alg !== 'EdDSA') };
  const service = serviceOn(embeddedStore, { rooms, jwks });

  test('only what they can sign is advertised', async () => {
    expect(await advertised(service)).toEqual(['RS256', 'ES256']);
  });

  test('a relying party cannot choose what they cannot sign, and the fault says what to do', async () => {
    const { body } = await put(service, 'EdDSA').expect(400);
    expect(body.errors).toEqual([
      {
        field: 'id_token_signed_response_alg',
        message: expect.stringMatching(/^must be RS256 or ES256: JWKS_FILE has no private key for EdDSA\. /),
      },
    ]);
    await put(service, 'ES256').expect(201);
  });
});
