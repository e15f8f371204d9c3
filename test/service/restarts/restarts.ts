/** Two replicas on one Redis behind the shipped proxy, restarted one after the other under load. */
import { freePort } from '#support/ports.ts';
import { startRedis } from '#support/redis.ts';
import { createFolder, environment, type Run, ready } from '../process.ts';
import { type LoadOptions, type Outcomes, startLoad } from './load.ts';
import { startShippedProxy } from './proxy.ts';

export interface RestartsOptions extends Omit<LoadOptions, 'port'> {
  readonly restarts: number;
  readonly drainDelay: string;
}

/** Restarts a replica so many times, each when the other one is ready, and resolves to the outcomes of all requests. */
export async function restartUnderLoad({ restarts, drainDelay, ...load }: RestartsOptions): Promise<Outcomes> {
  const redis = await startRedis();
  const folder = await createFolder();
  const ports = [await freePort(), await freePort()] as const;
  await folder.write('anteroom.yaml', 'rooms: [{ id: sale, challenge: off }]\n');

  async function start(port: number): Promise<Run> {
    const env = { ISSUER: 'http://line.test', REDIS_URL: redis.url, DRAIN_DELAY: drainDelay };
    const run = folder.run({ ...(await environment(folder, port)), ...env });
    await ready(run, `http://127.0.0.1:${port}`);
    return run;
  }

  try {
    const runs = [await start(ports[0]), await start(ports[1])];
    const proxy = await startShippedProxy(ports);
    const { stop } = startLoad({ ...load, port: proxy.port });
    for (let count = 0; count < restarts; count++) {
      const index = count % 2;
      runs[index]?.child.kill('SIGTERM');
      await runs[index]?.ended;
      runs[index] = await start(ports[index] ?? 0);
    }
    const outcomes = await stop();
    await proxy.close();
    return outcomes;
  } finally {
    await folder.remove();
    await redis.stop();
  }
}
