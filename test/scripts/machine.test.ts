/** Packages that the tests install while another package manager is at work. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { aptPatiently } from '../../scripts/machine.ts';

const LOCKED = 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7 (apt-get)';

let folder: string;
let said: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anteroom-apt-'));
  said = '';
  const path = process.env.PATH;
  process.env.PATH = `${folder}:${path}`;
  const error = vi.spyOn(console, 'error').mockImplementation((line) => {
    said += `${line}\n`;
  });
  onTestFinished(() => {
    process.env.PATH = path;
    error.mockRestore();
  });
});
afterEach(() => rm(folder, { recursive: true }));

/** An apt-get that fails so many times. */
async function aptThatFails(times: number, reason: string): Promise<() => Promise<number>> {
  const [program, calls] = [join(folder, 'apt-get'), join(folder, 'calls')];
  await writeFile(calls, '');
  await writeFile(
    program,
    `#!/bin/sh\necho call >>'${calls}'\n[ "$(wc -l <'${calls}')" -gt ${times} ] || { echo '${reason}' >&2; exit 100; }\n`,
  );
  await chmod(program, 0o755);
  return async () => (await readFile(calls, 'utf8')).split('\n').length - 1;
}

describe('apt-get', () => {
  test('waits while another package manager holds the lock', async () => {
    const calls = await aptThatFails(2, LOCKED);
    expect(await aptPatiently(['install', 'redis-server'], { patience: 60_000, every: 10 })).toBe(true);
    expect(await calls()).toBe(3);
    expect(said).toContain('another package manager holds the lock; waiting for it');
  });

  test('gives up after its patience, and says so', async () => {
    await aptThatFails(1_000_000, LOCKED);
    expect(await aptPatiently(['update'], { patience: 50, every: 10 })).toBe(false);
    expect(said).toContain('another package manager still holds the lock');
  });

  test('does not wait for anything else', async () => {
    const calls = await aptThatFails(1, 'E: Unable to locate package redis-server');
    expect(await aptPatiently(['install', 'redis-server'], { patience: 60_000, every: 10 })).toBe(false);
    expect(await calls()).toBe(1);
  });
});
