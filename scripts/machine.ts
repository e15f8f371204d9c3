/** Programs of this machine: finding, installing and running them. */
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

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

/** The same function, but each call begins when the one before has ended. */
export function inTurn<Args extends unknown[]>(
  work: (...args: Args) => Promise<boolean>,
): (...args: Args) => Promise<boolean> {
  let last: Promise<unknown> = Promise.resolve();
  return (...args) => {
    const result = last.then(() => work(...args));
    last = result;
    return result;
  };
}

/** How long to wait for another package manager to finish, and how often to look, in ms. */
const LOCK = { patience: 10 * 60_000, every: 5000 };

/**
 * Runs apt-get after those that were asked for before, and waits while another package manager holds the lock; true if
 * it succeeded. `folder` is where `download` puts its files.
 */
export const apt = inTurn((args: readonly string[], folder?: string) => aptPatiently(args, LOCK, folder));

/** The same at once, with another patience. */
export async function aptPatiently(
  args: readonly string[],
  { patience, every }: typeof LOCK,
  folder = '.',
): Promise<boolean> {
  const given = ['-qq', ...args];
  console.error(`> ${['apt-get', ...given].join(' ')}`);
  for (const deadline = Date.now() + patience; ; ) {
    const { status, said } = await aptGet(given, folder);
    if (status === 0) return true;
    if (!/could not get lock|unable to (?:acquire|lock)/i.test(said)) return false;
    if (Date.now() >= deadline) {
      console.error(`another package manager still holds the lock after ${patience / 60_000} minutes: try again later`);
      return false;
    }
    console.error('another package manager holds the lock; waiting for it');
    await setTimeout(every);
  }
}

/** One run, and what it said on standard error. */
function aptGet(args: readonly string[], cwd: string): Promise<{ status: number | null; said: string }> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  const child = spawn('apt-get', args, { cwd, stdio: ['ignore', 2, 'pipe'], env });
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
    process.stderr.write(chunk);
  });
  return new Promise((resolve) => {
    child.once('error', () => resolve({ status: null, said }));
    child.once('close', (status) => resolve({ status, said }));
  });
}
