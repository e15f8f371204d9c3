import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const SCRIPT = resolve('scripts/check-commits.sh');
const LONG = `fix: ${'x'.repeat(68)}`;

let folder: string;
let repository: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anteroom-commits-'));
  repository = join(folder, 'repository');
  git(folder, 'init', '--quiet', '--initial-branch=main', repository);
  commit('an old subject');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(directory: string, ...args: readonly string[]): string {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...identity, ...args], { cwd: directory, encoding: 'utf8' }).trim();
}

function commit(subject: string): string {
  git(repository, 'commit', '--quiet', '--allow-empty', '--message', subject);
  return git(repository, 'rev-parse', 'HEAD');
}

function check(base: string, directory = repository) {
  const { status, stdout, stderr } = spawnSync('bash', [SCRIPT, base], { cwd: directory, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

const head = () => git(repository, 'rev-parse', 'HEAD');

test('accepts Conventional Commits of at most 72 characters', () => {
  const base = head();
  commit('feat(store)!: lines have an incarnation');
  commit(`docs: ${'ä'.repeat(66)}`);
  expect(check(base)).toEqual({ status: 0, output: 'commits: 2 checked\n' });
});

test('ignores commits before the base', () => {
  commit(LONG);
  expect(check(head())).toEqual({ status: 0, output: 'commits: 0 checked\n' });
});

test.each([
  ['a subject that is too long', LONG, 'has a subject of 73 characters'],
  ['a subject without a type', 'update the page', 'is not a Conventional Commit: update the page'],
  ['an unknown type', 'feature: a page', 'is not a Conventional Commit: feature: a page'],
])('refuses %s', (_, subject, fault) => {
  const base = head();
  commit(subject);
  const { status, output } = check(base);
  expect(status).toBe(1);
  expect(output).toContain(fault);
});

test('refuses a merge commit, whatever its subject', () => {
  const base = head();
  git(repository, 'checkout', '--quiet', '-b', 'branch');
  commit('feat: one');
  git(repository, 'checkout', '--quiet', 'main');
  commit('feat: two');
  git(repository, 'merge', '--quiet', '--no-ff', '--message', 'feat: both', 'branch');
  const { status, output } = check(base);
  expect(status).toBe(1);
  expect(output).toContain('is a merge commit');
});

test('checks what a shallow clone has when the base is not in it', () => {
  const base = head();
  commit('feat: one');
  commit('update the page');
  commit('feat: three');
  const shallow = (depth: number) => {
    const clone = join(folder, `depth-${depth}`);
    git(folder, 'clone', '--quiet', `--depth=${depth}`, `file://${repository}`, clone);
    return check(base, clone);
  };
  expect(shallow(1)).toEqual({ status: 0, output: 'commits: 1 checked\n' });
  expect(shallow(2).status).toBe(1);
});

test('checks nothing in a history without the base, and outside of git', () => {
  const other = '0123456789012345678901234567890123456789';
  expect(check(other)).toMatchObject({ status: 0, output: expect.stringContaining('not checked') });
  expect(check(other, folder)).toMatchObject({ status: 0, output: expect.stringContaining('not checked') });
});
