/** Real programs as relying parties: the documented configuration with the addresses of the test, and their processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '../../deploy/relying-parties');

/** A file of deploy/relying-parties with other words in some places, each of which must be there. */
export function configuration(file: string, replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${file} does not say "${from}"`);
      return text.replaceAll(from, to);
    },
    readFileSync(join(ROOT, file), 'utf8'),
  );
}

/** Where a program is; undefined where this machine has none. */
export function programAt(...paths: readonly (string | undefined)[]): string | undefined {
  return paths.find((path) => {
    if (!path) return false;
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Program {
  /** What it said so far. */
  readonly output: () => string;
  stop(): Promise<void>;
}

/** Starts a program and waits until it answers at `url`, whatever the answer is. */
export async function run(command: string, args: readonly string[], url: string, env = {}): Promise<Program> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const program = { output: () => output, stop: () => stop(child) };
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) break;
    const answer = await fetch(url, { redirect: 'manual' }).catch(() => null);
    if (answer) return program;
    await delay(100);
  }
  await program.stop();
  throw new Error(`${command} does not answer at ${url}:\n${output}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(late);
}
