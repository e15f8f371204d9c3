import { createLocalJWKSet, importJWK, jwtVerify, SignJWT } from 'jose';
import * as client from 'openid-client';
import { beforeAll, describe, expect, test } from 'vitest';
import { generateJwks } from '#signing-keys/jwks.ts';
import { serviceOn } from '#support/on-each-store.ts';
import { startService } from '#support/service.ts';
import { embeddedStore } from '#support/stores.ts';
import { comeBack, goIn, relying_parties, rooms } from './visit.ts';

interface Discovery {
  readonly issuer: string;
  readonly [name: string]: unknown;
}

describe('the discovery document', () => {
  const service = serviceOn(embeddedStore, { rooms, relying_parties });
  let document: Discovery;

  beforeAll(async () => {
    document = await json(`${service.issuer}/.well-known/openid-configuration`);
  });

  test('states what the provider supports', () => {
    expect(document).toMatchObject({
      issuer: service.issuer,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      claims_parameter_supported: true,
      grant_types_supported: ['authorization_code', 'refresh_token'],
    });
    expect(document.scopes_supported).toEqual(['openid', 'email']);
    expect(document.token_endpoint_auth_methods_supported).toEqual([
      'client_secret_basic',
      'client_secret_post',
      'none',
    ]);
    expect(document.id_token_signing_alg_values_supported).toEqual(['RS256', 'ES256', 'EdDSA']);
    expect(document.claims_supported).toEqual(
      expect.arrayContaining(['sub', 'room', 'number', 'email', 'email_verified']),
    );
  });

  test('names endpoints under the public URL that all answer', async () => {
    const endpoints = Object.entries(document).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name));
    expect(endpoints.map(([name]) => name).sort()).toEqual([
      'authorization_endpoint',
      'end_session_endpoint',
      'introspection_endpoint',
      'jwks_uri',
      'pushed_authorization_request_endpoint',
      'revocation_endpoint',
      'token_endpoint',
      'userinfo_endpoint',
    ]);
    for (const [, url] of endpoints) {
      expect(String(url)).toMatch(`${service.issuer}/`);
      const answers = await Promise.all(['GET', 'POST'].map((method) => fetch(String(url), { method })));
      expect(answers.some(({ status }) => status !== 404)).toBe(true);
    }
  });

  test('is also the metadata of the authorization server (RFC 8414)', async () => {
    expect(await json(`${service.issuer}/.well-known/oauth-authorization-server`)).toEqual(document);
    expect((await fetch(`${service.issuer}/.well-known/oauth-authorization-server/x`)).status).toBe(404);
  });

  test('does not depend on the Host and forwarded headers of a request', async () => {
    const forged = { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https', Forwarded: 'host=evil.example' };
    expect(await json(`${service.issuer}/.well-known/openid-configuration`, forged)).toEqual(document);
  });

  test('can be read by a page of any origin', async () => {
    const answer = await fetch(`${service.issuer}/.well-known/openid-configuration`, {
      headers: { Origin: 'https://app.example' },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
  });

  test('leads to a JWKS with public keys only: RS256, ES256 and EdDSA', async () => {
    const { keys } = await json<{ keys: Record<string, unknown>[] }>(String(document.jwks_uri));
    expect(keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'EdDSA', 'RS256']);
    for (const key of keys) {
      expect(Object.keys(key).filter((part) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'].includes(part))).toEqual(
        [],
      );
      expect(key).toMatchObject({ use: 'sig', kid: expect.any(String) });
    }
  });
});

describe('signing keys', () => {
  test('rotate by prepending a new one: tokens of the old key still verify and still work as a hint', async () => {
    const opened = await embeddedStore();
    const [old, fresh] = [await generateJwks(), await generateJwks()];
    const before = await startService({ store: opened.store, rooms, relying_parties, jwks: old });
    const port = Number(new URL(before.issuer).port);
    const { browser, login, callback } = await goIn(before);
    const first = await login.exchange(callback);
    await before.close();

    const jwks = { keys: [...fresh.keys, ...old.keys] };
    const after = await startService({ store: opened.store, rooms, relying_parties, jwks, port });
    const published = createLocalJWKSet(await json(`${after.issuer}/jwks`));
    await expect(jwtVerify(first.id_token ?? '', published)).resolves.toMatchObject({
      protectedHeader: { kid: old.keys[0]?.kid },
    });
    const again = await comeBack(after, browser, { more: { id_token_hint: first.id_token ?? '' } });
    expect(again.outcome).toBe('code');
    const second = await again.login.exchange(again.answer.location);
    await expect(jwtVerify(second.id_token ?? '', published)).resolves.toMatchObject({
      protectedHeader: { kid: fresh.keys[0]?.kid },
    });
    await client.fetchUserInfo(login.config, first.access_token, first.claims()?.sub ?? '');
    await after.close();
    await opened.close();
  });

  test('of another issuer do not make a valid hint, even with the same kid', async () => {
    const opened = await embeddedStore();
    const jwks = await generateJwks();
    const service = await startService({ store: opened.store, rooms, relying_parties, jwks });
    const { browser, login, callback } = await goIn(service);
    const claims = (await login.exchange(callback)).claims();
    const [foreign] = (await generateJwks()).keys;
    const forged = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: jwks.keys[0]?.kid ?? '' })
      .sign(await importJWK(foreign ?? {}, 'RS256'));
    const { params } = await comeBack(service, browser, { more: { id_token_hint: forged } });
    expect(params.get('error')).toBe('invalid_request');
    await service.close();
    await opened.close();
  });
});

async function json<T = Discovery>(url: string, headers: Record<string, string> = {}): Promise<T> {
  const answer = await fetch(url, { headers });
  expect(answer.status).toBe(200);
  return (await answer.json()) as T;
}
