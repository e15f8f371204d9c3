/** Servers under test, each a process of its own. */

import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { listening } from '#support/ports.ts';

export interface ServerProcess {
  readonly port: number;
  /** Processor time that it has taken so far; NaN where the system does not tell (no /proc). */
  cpuSeconds(): Promise<number>;
  stop(): Promise<void>;
}

/** Ticks of a second in /proc, on all that Node runs on. */
const TICKS = 100;

export interface ServerOptions {
  /** The file to run. */
  readonly main: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

/** Resolves when it listens. With BENCH_PROFILE=FOLDER it leaves a CPU profile there. */
export async function startServer({ main, port, env }: ServerOptions): Promise<ServerProcess> {
  const folder = process.env.BENCH_PROFILE;
  const flags = folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];
  const child = spawn(process.execPath, [...flags, main], {
    env: { ...process.env, NODE_ENV: 'production', ...env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await Promise.race([
    listening(port),
    ended.then(() => {
      throw new Error(`${main} ended before it listened`);
    }),
  ]);
  return {
    port,
    async cpuSeconds() {
      const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '');
      // proc(5): utime and stime are fields 14 and 15; the second, in parentheses, may hold spaces.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) / TICKS;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
