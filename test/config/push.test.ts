import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '#config/config.ts';
import { ConfigError } from '#config/config-error.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'anteroom-push-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function made() {
  const printed = execFileSync(process.execPath, ['keys/vapid.ts'], { encoding: 'utf8' });
  const [, VAPID_PUBLIC_KEY = '', VAPID_PRIVATE_KEY = ''] =
    /^VAPID_PUBLIC_KEY=(.+)\nVAPID_PRIVATE_KEY=(.+)\n$/.exec(printed) ?? [];
  return { VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY, VAPID_SUBJECT: 'mailto:line@shop.example' };
}
const KEYS = made();
const faultsOf = async (env: NodeJS.ProcessEnv) => {
  const error = await loadConfig(env, folder).catch((refused: unknown) => refused);
  return error instanceof ConfigError ? error.faults.map(({ where }) => where) : [];
};

describe('push', () => {
  test('is null without keys, and takes those that npm run vapid-keys prints', async () => {
    expect((await loadConfig({}, folder)).push).toBeNull();
    const { push } = await loadConfig(KEYS, folder);
    expect(push).toMatchObject({ publicKey: KEYS.VAPID_PUBLIC_KEY, subject: 'mailto:line@shop.example' });
    expect(push?.hosts).toContain('fcm.googleapis.com');
    const PUSH_HOSTS = 'push.example, *.push.example,http://127.0.0.1:8080';
    expect((await loadConfig({ ...KEYS, PUSH_HOSTS }, folder)).push?.hosts).toEqual([
      'push.example',
      '*.push.example',
      'http://127.0.0.1:8080',
    ]);
  });

  test.each<[string, NodeJS.ProcessEnv]>([
    ['VAPID_PUBLIC_KEY', { VAPID_PUBLIC_KEY: '' }],
    ['VAPID_PRIVATE_KEY', { VAPID_PRIVATE_KEY: '' }],
    ['VAPID_SUBJECT', { VAPID_SUBJECT: '' }],
    ['VAPID_SUBJECT', { VAPID_SUBJECT: 'line@shop.example' }],
    ['VAPID_SUBJECT', { VAPID_SUBJECT: 'http://shop.example' }],
    ['VAPID_PRIVATE_KEY', { VAPID_PRIVATE_KEY: 'short' }],
    ['VAPID_PUBLIC_KEY', { VAPID_PRIVATE_KEY: made().VAPID_PRIVATE_KEY }],
    ['VAPID_PUBLIC_KEY', { VAPID_PRIVATE_KEY: Buffer.alloc(32).toString('base64url') }],
    ['PUSH_HOSTS', { PUSH_HOSTS: '*' }],
    ['PUSH_HOSTS', { PUSH_HOSTS: 'https://push.example/path' }],
    ['PUSH_HOSTS', { PUSH_HOSTS: 'push.example,,' }],
  ])('has a fault at %s with %j', async (where, changes) => {
    expect(await faultsOf({ ...KEYS, ...changes })).toEqual([where]);
  });
});
