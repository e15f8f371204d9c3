/** What this machine has, and how something is put on it. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a program of the PATH is. */
export function pathOf(name: string): string | undefined {
  const paths = (process.env.PATH ?? '').split(':').map((folder) => join(folder, name));
  return paths.find(canRun);
}

/** Whether this is the path of a program. */
export function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether packages of Debian or Ubuntu can be installed here. */
export function canInstall(): boolean {
  if (process.getuid?.() !== 0) return false;
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID(?:_LIKE)?=.*\b(?:debian|ubuntu)\b/m.test(release);
}

/** Runs a command, and says so; whether it did well. Standard output is for results. */
export function tell(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): boolean {
  console.error(`> ${[command, ...args].join(' ')}`);
  return spawnSync(command, args, { stdio: ['ignore', 2, 2], env: { ...process.env, ...env } }).status === 0;
}

export function apt(...args: readonly string[]): boolean {
  return tell('apt-get', ['-qq', ...args], { DEBIAN_FRONTEND: 'noninteractive' });
}
