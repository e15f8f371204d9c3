/** What can be said of every documented command without running it: it parses, and names what there is. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { blocksOf, pages } from './pages.ts';

const run = promisify(execFile);
const blocks = (language: string) =>
  [...pages].flatMap(([path, page]) => blocksOf(page, language).map((block): [string, string] => [path, block]));
const commands = blocks('sh');
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
/** npm's own commands, which need no script. */
const NPM = new Set(['ci', 'start', 'test', 'init', 'install', 'run']);

test('the documentation has commands', () => {
  expect(commands.length).toBeGreaterThan(25);
});

test.each(commands)('the shell can read the commands in %s', async (_path, block) => {
  await expect(run('bash', ['-n', '-c', block])).resolves.toEqual({ stdout: '', stderr: '' });
});

test.each(commands)('the npm scripts and files that the commands in %s name exist', (_path, block) => {
  const asked = [...block.matchAll(/\bnpm (?:run )?([a-z][a-z:-]*)/g)].map(([, name = '']) => name);
  expect(asked.filter((name) => !NPM.has(name) && !scripts[name])).toEqual([]);
  const files = [...block.matchAll(/(?:^|[ =])((?:deploy|examples|keys|scripts|src)\/[\w./-]+)/gm)].map(
    ([, file = '']) => file,
  );
  // The service writes this one at its first start.
  expect(files.filter((file) => file !== 'keys/admin-token' && !existsSync(file))).toEqual([]);
});

/** The folder that `npm install` changes if it runs in this one. */
const installsInto = async (folder: string) => (await run('npm', ['prefix'], { cwd: folder })).stdout.trim();

describe('npm install', () => {
  const entered = commands.flatMap(([path, block]) =>
    [...block.matchAll(/^cd ([\w-]+) && npm install/gm)].map(([, folder = '']): [string, string] => [folder, path]),
  );

  test.each(entered)('in %s of %s changes that folder, not this checkout', async (folder, path) => {
    const linked = readFileSync(path, 'utf8').match(new RegExp(`\\]\\(([^)]*/${folder})/`))?.[1] ?? '';
    const there = resolve(dirname(path), linked);
    expect(await installsInto(there)).toBe(there);
  });

  test('is documented for a folder', () => {
    expect(entered.length).toBeGreaterThan(0);
  });
});

test.each(blocks('json'))('the JSON in %s is JSON', (_path, block) => {
  expect(() => JSON.parse(block)).not.toThrow();
});

test.each(blocks('yaml'))('the YAML in %s is YAML', (_path, block) => {
  expect(parseAllDocuments(block).flatMap(({ errors }) => errors)).toEqual([]);
});
