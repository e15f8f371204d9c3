import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JWK } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '#config/config.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anteroom-keys-'));
});
afterAll(() => rm(folder, { recursive: true }));

const run = (file: string, args: readonly string[]) => promisify(execFile)(process.execPath, [file, ...args]);
const generate = (...args: string[]) => run('keys/generate.ts', args);
const keysOf = (text: string): JWK[] => JSON.parse(text).keys;

test('generates a set of keys, rotates it with the newest first, and the configuration accepts it', async () => {
  const first = join(folder, 'first.json');
  const second = join(folder, 'second.json');
  await generate('--out', first);
  expect((await stat(first)).mode & 0o777).toBe(0o600);

  await generate('--keep', first, '--out', second);
  const [old, rotated] = [keysOf(await readFile(first, 'utf8')), keysOf(await readFile(second, 'utf8'))];
  expect(rotated.map(({ alg }) => alg)).toEqual(['RS256', 'ES256', 'EdDSA', 'RS256', 'ES256', 'EdDSA']);
  expect(rotated.slice(3)).toEqual(old);
  expect(new Set(rotated.map(({ kid }) => kid)).size).toBe(6);

  const config = await loadConfig({ JWKS_FILE: second }, folder);
  expect(config.jwks.keys).toEqual(rotated);
});

test('without a file, prints the keys on standard output and the advice on standard error', async () => {
  const { stdout, stderr } = await generate();
  expect(keysOf(stdout)).toHaveLength(3);
  expect(stderr).toContain('JWKS_FILE');
});

test('never overwrites an existing file', async () => {
  const file = join(folder, 'precious.json');
  await generate('--out', file);
  const before = await readFile(file, 'utf8');
  await expect(generate('--out', file)).rejects.toThrow('EEXIST');
  expect(await readFile(file, 'utf8')).toBe(before);
});

test.each([
  ['a folder that does not exist', ['--out', '/nowhere/jwks.json'], "open '/nowhere/jwks.json'"],
  ['a file to keep that does not exist', ['--keep', '/nowhere/jwks.json'], "open '/nowhere/jwks.json'"],
  ['an unknown option', ['--force'], '--force'],
  ['an unknown command', ['renew'], 'renew'],
  ['an unknown option of a rotation', ['rotate', '--force'], '--force'],
])('says in one line what is wrong with %s', async (_, args, words) => {
  const failure = await generate(...args).then(
    () => null,
    (error: { readonly code: number; readonly stderr: string }) => error,
  );
  expect(failure).toMatchObject({ code: 1, stderr: expect.stringContaining(words) });
  expect(failure?.stderr.trim().split('\n')).toHaveLength(1);
});

test.each([
  ['npm run keys', 'keys/generate.ts', ['--help']],
  ['npm run keys', 'keys/generate.ts', ['-h']],
  ['npm run keys -- rotate', 'keys/generate.ts', ['rotate', '--help']],
  ['npm run vapid-keys', 'keys/vapid.ts', ['--help']],
])('prints the usage of %s, and generates nothing', async (command, file, args) => {
  const { stdout, stderr } = await run(file, args);
  expect(stdout).toContain(command);
  expect(stdout).not.toContain('"kty"');
  expect(stdout).not.toContain('VAPID_PUBLIC_KEY=');
  expect(stderr).toBe('');
});

test.each([['--out', 'vapid.env'], ['--force'], ['file']])(
  'npm run vapid-keys refuses %s in one line',
  async (...args) => {
    const failure = await run('keys/vapid.ts', args).catch((error: { readonly code: number }) => error);
    expect(failure).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^[^\n]+\n$/) });
  },
);
