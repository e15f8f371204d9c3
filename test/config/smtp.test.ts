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

const SMTP_FROM = 'Spring sale <line@shop.example>';

async function whereOf(env: NodeJS.ProcessEnv) {
  const error: unknown = await loadConfig(env, folder).catch((thrown: unknown) => thrown);
  if (!(error instanceof ConfigError)) throw new Error('there was no fault');
  expect(error.message).not.toContain('pa55word');
  return error.faults.map(({ where }) => where);
}

describe('the mail server', () => {
  test('is none by default', async () => {
    expect((await loadConfig({}, folder)).smtp).toBeNull();
  });

  test.each([
    ['smtp://mail.example', { host: 'mail.example', port: 587, secure: false, requireTls: false, user: null }],
    ['smtps://mail.example', { host: 'mail.example', port: 465, secure: true }],
    [
      'smtp://a%40b:pa55word%3A@[::1]:2525/?requireTLS=true',
      { host: '::1', port: 2525, requireTls: true, user: 'a@b' },
    ],
    ['smtp://u:pa55word@mail.example', { requireTls: true, user: 'u' }],
    ['smtp://u:pa55word@mail.example?requireTLS=false', { requireTls: false, user: 'u' }],
    ['smtp://u:pa55word@127.0.0.1:2525', { requireTls: false }],
    ['smtp://u:pa55word@localhost', { requireTls: false }],
    ['smtp://u:pa55word@[::1]', { requireTls: false }],
    ['smtp://u:pa55word@127.mail.example', { requireTls: true }],
  ])('may be %s', async (SMTP_URL, expected) => {
    expect((await loadConfig({ SMTP_URL, SMTP_FROM }, folder)).smtp).toMatchObject({ ...expected, from: SMTP_FROM });
  });

  test.each([
    ['SMTP_FROM', { SMTP_URL: 'smtp://mail.example' }],
    ['SMTP_URL', { SMTP_FROM }],
    ['SMTP_URL', { SMTP_URL: 'https://u:pa55word@mail.example', SMTP_FROM }],
    ['SMTP_URL', { SMTP_URL: 'smtp://u:pa55word@mail.example/path', SMTP_FROM }],
    ['SMTP_URL', { SMTP_URL: 'smtp://mail.example?pool=true', SMTP_FROM }],
    ['SMTP_URL', { SMTP_URL: 'smtp://u:pa55word%@mail.example', SMTP_FROM }],
    ['SMTP_URL', { SMTP_URL: 'smtp://u%zz:pa55word@mail.example', SMTP_FROM }],
    ['SMTP_URL', { SMTP_URL: 'smtp://u:pa55word@mail.example?requireTLS=no', SMTP_FROM }],
    ['SMTP_FROM', { SMTP_URL: 'smtp://mail.example', SMTP_FROM: 'line' }],
    ['SMTP_FROM', { SMTP_URL: 'smtp://mail.example', SMTP_FROM: 'a <line@shop.example>\r\nBcc: b@c.example' }],
    ['SMTP_FROM', { SMTP_URL: 'smtp://mail.example', SMTP_FROM: 'line@shop.example, b@c.example' }],
  ])('has a fault at %s with %j', async (where, env) => {
    expect(await whereOf(env)).toEqual([where]);
  });
});
