/** Servers under test, each a process of its own. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';

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

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing listens on ${port}`);
}
