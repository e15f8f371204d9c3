/** Programs of this machine: finding, installing and running them. */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The path of a program on the PATH. */
export function pathOf(name: string): string | undefined {
  const paths = (process.env.PATH ?? '').split(':').map((folder) => join(folder, name));
  return paths.find(canRun);
}

/** Whether the path is an executable file. */
export function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether this process can install Debian or Ubuntu packages. */
export function canInstall(): boolean {
  if (process.getuid?.() !== 0) return false;
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID(?:_LIKE)?=.*\b(?:debian|ubuntu)\b/m.test(release);
}

/** Prints and runs a command; true if it succeeded. Output goes to standard error: standard output is for results. */
export function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  console.error(`> ${[command, ...args].join(' ')}`);
  const child = spawn(command, args, { stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (status) => resolve(status === 0));
  });
}

/** How long to wait for another package manager to finish, and how often to look, in ms. */
const LOCK = { patience: 10 * 60_000, every: 5000 };

/** Runs apt-get, and waits while another package manager holds the lock; true if it succeeded. */
export const apt = (...args: readonly string[]): boolean => aptPatiently(args, LOCK);

/** The same with another patience. */
export function aptPatiently(args: readonly string[], { patience, every }: typeof LOCK): boolean {
  const given = ['-qq', ...args];
  console.error(`> ${['apt-get', ...given].join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  for (const deadline = Date.now() + patience; ; ) {
    const { status, stderr } = spawnSync('apt-get', given, { stdio: ['ignore', 2, 'pipe'], encoding: 'utf8', env });
    process.stderr.write(stderr ?? '');
    if (status === 0) return true;
    if (!/could not get lock|unable to (?:acquire|lock)/i.test(stderr ?? '')) return false;
    if (Date.now() >= deadline) {
      console.error(`another package manager still holds the lock after ${patience / 60_000} minutes: try again later`);
      return false;
    }
    console.error('another package manager holds the lock; waiting for it');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, every);
  }
}
