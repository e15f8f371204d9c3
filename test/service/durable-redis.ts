/** A Redis that persists each write before it answers, and that can fail in two ways. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '#support/redis.ts';

export interface Outage {
  begin(): Promise<void>;
  end(): Promise<void>;
}

export interface DurableRedis {
  readonly url: string;
  /** Kills the process; it restarts on its data. */
  readonly killed: Outage;
  /** Suspends the process: connections stay open, but nothing answers. */
  readonly frozen: Outage;
  stop(): Promise<void>;
}

export async function startDurableRedis(): Promise<DurableRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-aof-'));
  const args = ['--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always'];
  let server = await startRedis({ args });
  const { port, url } = server;
  return {
    url,
    killed: {
      begin: () => server.stop(),
      end: async () => {
        server = await startRedis({ port, args });
      },
    },
    frozen: {
      begin: async () => void process.kill(server.pid, 'SIGSTOP'),
      end: async () => void process.kill(server.pid, 'SIGCONT'),
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
