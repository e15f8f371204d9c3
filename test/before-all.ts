/**
 * Runs before and after all tests. They keep their files in memory, where the machine has room for them there: then they
 * wait for no disk, and a killed process loses nothing either. What they leave behind is removed. Signing keys are made
 * once for all.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { generateJwks } from '#signing-keys/jwks.ts';

const MEMORY = '/dev/shm';
/** What the tests need at most, with the profiles of several browsers. */
const ROOM = 2 * 1024 ** 3;

/** Whether it is memory, with room, and a file in it may be run. */
function isFit(): boolean {
  try {
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const [, , type, options = ''] = mounts.map((line) => line.split(' ')).find(([, at]) => at === MEMORY) ?? [];
    const { bavail, bsize } = statfsSync(MEMORY);
    return type === 'tmpfs' && !options.split(',').includes('noexec') && bavail * bsize >= ROOM;
  } catch {
    return false;
  }
}

/** The workers inherit the variables. Answers what removes the folder. */
export default async function beforeAll(): Promise<(() => void) | undefined> {
  // Each project of vitest.config.ts calls it.
  if (process.env.ANTEROOM_TEST_JWKS) return undefined;
  const folder = mkdtempSync(join(isFit() ? MEMORY : tmpdir(), 'anteroom-tests-'));
  // Apache's workers, which are another user, read certificates in it.
  chmodSync(folder, 0o711);
  process.env.TMPDIR = folder;
  // Hundreds of processes load the same modules.
  process.env.NODE_COMPILE_CACHE ??= resolve('node_modules/.cache/anteroom/compiled');
  process.env.ANTEROOM_TEST_JWKS = join(folder, 'jwks.json');
  writeFileSync(process.env.ANTEROOM_TEST_JWKS, JSON.stringify(await generateJwks()), { mode: 0o600 });
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
