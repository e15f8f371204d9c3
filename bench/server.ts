/** Starts servers under test, each in a process of its own. */

import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listening } from '#support/ports.ts';

export interface ServerProcess {
  readonly port: number;
  /** Processor time so far; NaN without /proc. */
  cpuSeconds(): Promise<number>;
  /** Memory that the process has, in bytes; NaN without /proc. */
  residentBytes(): Promise<number>;
  stop(): Promise<void>;
}

/** On a busy machine, in ms. */
const STARTING = 150_000;

export interface ServerOptions {
  /** The file to run. */
  readonly main: string;
  /** Options of Node. */
  readonly options?: readonly string[];
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

/** Resolves when the server listens. With BENCH_PROFILE=FOLDER it writes a CPU profile there. */
export async function startServer({ main, options = [], port, env }: ServerOptions): Promise<ServerProcess> {
  const folder = process.env.BENCH_PROFILE;
  const flags = folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];
  const child = spawn(process.execPath, [...options, ...flags, main], {
    env: { ...process.env, NODE_ENV: 'production', ...env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await Promise.race([
    listening(port, STARTING),
    ended.then(() => {
      throw new Error(`${main} exited before it listened`);
    }),
  ]).catch(async (error: unknown) => {
    child.kill('SIGTERM');
    await ended;
    throw error;
  });
  return {
    port,
    async cpuSeconds() {
      const folder = `/proc/${child.pid}/task`;
      const threads = await readdir(folder).catch(() => []);
      const stats = await Promise.all(
        threads.map((thread) => readFile(join(folder, thread, 'schedstat'), 'utf8').catch(() => '0')),
      );
      // The first field is the time on a processor, in ns. /proc/PID/stat counts hundredths of a second.
      return stats.length === 0 ? Number.NaN : stats.reduce((sum, stat) => sum + Number.parseInt(stat, 10) / 1e9, 0);
    },
    async residentBytes() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1]) * 1024;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
