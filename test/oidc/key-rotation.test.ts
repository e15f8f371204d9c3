import type { JSONWebKeySet } from 'jose';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as client from 'openid-client';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { serviceOn } from '#support/on-each-store.ts';
import { ADMIN_TOKEN, startService, type TestService } from '#support/service.ts';
import { STORES } from '#support/stores.ts';
import { comeBack, goIn, relying_parties, rooms } from './visit.ts';

const DAY = 24 * 3_600_000;
const rotate = (service: TestService, query = '') =>
  request(service.listensOn).post(`/admin/v1/keys/rotate${query}`).set('Authorization', `Bearer ${ADMIN_TOKEN}`);
const publishedBy = async (service: TestService) =>
  (await (await fetch(`${service.issuer}/jwks`)).json()) as JSONWebKeySet;
const kidOf = (token = '') => decodeProtectedHeader(token).kid;

describe.each(STORES)('a rotation of the signing keys on the %s store', (_, open) => {
  const service = serviceOn(open, { rooms, relying_parties });

  test('publishes new keys at once, signs with them after a day, and breaks no login on the way', async () => {
    const { login, callback } = await goIn(service);
    const first = await login.exchange(callback);
    const { body } = await rotate(service).expect(200);
    expect(body.keys.map(({ status }: { status: string }) => status)).toEqual([
      ...['signing', 'signing', 'signing'],
      ...['next', 'next', 'next'],
    ]);
    expect((await publishedBy(service)).keys).toHaveLength(6);
    await rotate(service).expect(409, /rotation_in_progress/);

    const visitor = await goIn(service);
    const second = await visitor.login.exchange(visitor.callback);
    expect(kidOf(second.id_token)).toBe(kidOf(first.id_token));

    service.time.pass(DAY + 1000);
    await service.lookAtKeys();
    const keys = await publishedBy(service);
    const late = await goIn(service);
    const third = await late.login.exchange(late.callback);
    expect(kidOf(third.id_token)).not.toBe(kidOf(first.id_token));
    expect(keys.keys.map(({ kid }) => kid)).toContain(kidOf(first.id_token));
    await jwtVerify(third.id_token ?? '', createLocalJWKSet(keys));
    // The token is still a valid hint, for as long as its key is published.
    const again = await comeBack(service, late.browser, { more: { id_token_hint: third.id_token ?? '' } });
    expect(again.outcome).toBe('code');
  });

  test('reaches another process on the store', async () => {
    const other = await startService({ store: service.store, issuer: service.issuer, time: service.time });
    await other.lookAtKeys();
    const { body } = await rotate(service, '?emergency=true').expect(200);
    expect((await publishedBy({ ...other, issuer: other.listensOn })).keys.map(({ kid }) => kid)).not.toContain(
      body.keys[0].kid,
    );
    await other.lookAtKeys();
    expect((await publishedBy({ ...other, issuer: other.listensOn })).keys.map(({ kid }) => kid).sort()).toEqual(
      body.keys.map(({ kid }: { kid: string }) => kid).sort(),
    );
    await other.close();
  });

  test('in an emergency drops the keys at once: their ID tokens are no hints, and logins continue', async () => {
    const { browser, login, callback } = await goIn(service);
    const { id_token = '', access_token } = await login.exchange(callback);
    await rotate(service, '?emergency=true').expect(200);
    expect((await publishedBy(service)).keys.map(({ kid }) => kid)).not.toContain(kidOf(id_token));
    const { params } = await comeBack(service, browser, { more: { id_token_hint: id_token } });
    expect(params.get('error')).toBe('invalid_request');
    const again = await comeBack(service, browser);
    expect(again.outcome).toBe('code');
    const fresh = await again.login.exchange(again.answer.location);
    expect(kidOf(fresh.id_token)).not.toBe(kidOf(id_token));
    // Opaque access tokens are not signed.
    await client.fetchUserInfo(login.config, access_token, fresh.claims()?.sub ?? '');
  });
});
