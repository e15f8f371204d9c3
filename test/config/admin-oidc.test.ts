import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '#config/config.ts';
import { ConfigError } from '#config/config-error.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anteroom-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

const COMPLETE = {
  ADMIN_OIDC_ISSUER: 'https://login.example/',
  ADMIN_OIDC_CLIENT_ID: 'anteroom',
  ADMIN_OIDC_CLIENT_SECRET: 'a-secret-of-the-panel',
  ADMIN_OIDC_ROLES: 'groups=sale:operator, https://x.example/roles=a:b:owner,email=vera@example.com:viewer',
};

async function whereOf(env: NodeJS.ProcessEnv) {
  const error: unknown = await loadConfig(env, folder).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConfigError)) throw new Error('there was no fault');
  expect(error.message).not.toContain(COMPLETE.ADMIN_OIDC_CLIENT_SECRET);
  return error.faults.map(({ where }) => where);
}

describe('the identity provider of operators', () => {
  test('is none by default', async () => {
    expect((await loadConfig({}, folder)).adminOidc).toBeNull();
  });

  test('has an issuer as the provider writes it, and claims that give roles', async () => {
    expect((await loadConfig(COMPLETE, folder)).adminOidc).toEqual({
      issuer: 'https://login.example/',
      clientId: 'anteroom',
      clientSecret: 'a-secret-of-the-panel',
      roles: [
        { claim: 'groups', value: 'sale', role: 'operator' },
        { claim: 'https://x.example/roles', value: 'a:b', role: 'owner' },
        { claim: 'email', value: 'vera@example.com', role: 'viewer' },
      ],
    });
  });

  test('needs all four variables, and each missing one is named', async () => {
    expect(await whereOf({ ADMIN_OIDC_CLIENT_ID: 'anteroom' })).toEqual([
      'ADMIN_OIDC_ISSUER',
      'ADMIN_OIDC_CLIENT_SECRET',
      'ADMIN_OIDC_ROLES',
    ]);
  });

  test.each([
    ['ADMIN_OIDC_ISSUER', 'http://login.example'],
    ['ADMIN_OIDC_ISSUER', 'https://login.example/?tenant=1'],
    ['ADMIN_OIDC_ISSUER', 'https://a:b@login.example'],
    ['ADMIN_OIDC_ROLES', 'groups=sale'],
    ['ADMIN_OIDC_ROLES', 'groups=sale:admin'],
    ['ADMIN_OIDC_ROLES', 'groups=sale:owner,'],
  ])('has a %s other than %s', async (name, value) => {
    expect(await whereOf({ ...COMPLETE, [name]: value })).toEqual([name]);
  });
});
