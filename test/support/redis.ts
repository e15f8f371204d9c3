import { execFile as execFileCallback, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, listening } from './ports.ts';

const execFile = promisify(execFileCallback);

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Stops the server and removes its folder. May be repeated. */
  stop(): Promise<void>;
}

/** Starts an empty redis-server on 127.0.0.1 that writes nothing to disk, on `port` or a free one. */
export async function startRedis({
  port,
  args = [],
  program = 'redis-server',
  conf,
}: {
  port?: number;
  args?: readonly string[];
  /** Another server with Redis's protocol. */
  program?: string;
  /** A configuration file, instead of the settings of a server that keeps nothing. */
  conf?: string;
} = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'anteroom-redis-'));
  const at = port ?? (await freePort());
  const here = ['--port', `${at}`, '--bind', '127.0.0.1', '--dir', folder];
  const settings = conf ? [conf, ...here] : [...here, '--save', '', '--appendonly', 'no'];
  const server = spawn(program, [...settings, ...args], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()).once('error', () => resolve()));
  const stop = async () => {
    server.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.race([
      listening(at),
      ended.then(() => {
        throw new Error(`${program} did not start; is it installed?`);
      }),
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${at}`, port: at, pid: server.pid ?? 0, stop };
}

export interface RedisCluster {
  readonly url: string;
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

/** Starts a cluster of three primaries. Its `url` names one of them. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (let count = 0; count < 3; count++) {
      const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
      nodes.push(await startRedis({ port: await freeClusterPort(), args }));
    }
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    await execFile('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-replicas', '0', '--cluster-yes']);
    await Promise.all(nodes.map(({ port }) => clusterReady(port)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `${nodes[0]?.url}?cluster=true`, nodes, stop };
}

async function clusterReady(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const { stdout } = await execFile('redis-cli', ['-p', `${port}`, 'cluster', 'info']);
    if (stdout.includes('cluster_state:ok')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the cluster did not become ready');
}

/** Cluster nodes listen on a second port, 10,000 higher. */
async function freeClusterPort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (port <= 55_535) return port;
  }
}
