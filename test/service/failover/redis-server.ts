/** A redis-server with a folder of its own, which can be killed and started again on other files. */
import { type ChildProcess, execFile as execFileCallback, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, listening } from '#support/ports.ts';

const execFile = promisify(execFileCallback);

/** As operators are told to run it (docs/operations.md). */
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''];

export interface Server {
  readonly port: number;
  /** Runs redis-cli; its output. */
  cli(...command: string[]): Promise<string>;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Copies its files as they are now; the copy replaces them before the next start. */
  remember(): Promise<void>;
  revert(): Promise<void>;
  /** Removes its files. */
  clear(): Promise<void>;
  remove(): Promise<void>;
}

export async function createServer(args: readonly string[] = []): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-failover-'));
  const [data, copy] = [join(folder, 'data'), join(folder, 'copy')];
  await mkdir(data);
  const port = await freePort();
  let child: ChildProcess | null = null;
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', data, ...DURABLE, ...args];

  const server: Server = {
    port,
    async cli(...command) {
      const { stdout } = await execFile('redis-cli', ['-p', `${port}`, ...command], { timeout: 5000 });
      return stdout.trim();
    },
    async kill() {
      if (!child) return;
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      child = null;
    },
    async start() {
      child = spawn('redis-server', settings, { stdio: 'ignore' });
      await listening(port);
      for (let attempt = 0; attempt < 200; attempt++) {
        const answer = await server.cli('PING').catch(() => '');
        if (answer === 'PONG') return;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error('redis-server did not get ready');
    },
    async remember() {
      await rm(copy, { recursive: true, force: true });
      await cp(data, copy, { recursive: true });
    },
    async revert() {
      await rm(data, { recursive: true });
      await cp(copy, data, { recursive: true });
    },
    async clear() {
      await rm(data, { recursive: true });
      await mkdir(data);
    },
    async remove() {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return server;
}
