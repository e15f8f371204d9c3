/** A process on Redis under malformed requests. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Redis } from 'ioredis';
import { freePort } from '#support/ports.ts';
import { startRedis } from '#support/redis.ts';
import { ADMIN_TOKEN, createFolder, environment, ready } from '../process.ts';
import { createGenerator, createRandom } from './generate.ts';
import { everyRoute } from './routes.ts';
import { send, toBytes } from './send.ts';

export interface AttackResult {
  readonly sent: number;
  /** By what went wrong: the requests, shortened. */
  readonly troubles: ReadonlyMap<string, readonly string[]>;
  /** What the process keeps on its heap in MiB once garbage is collected, after half of the requests and at the end. */
  readonly heap: readonly [number, number];
  /** Keys in Redis by kind, after the first tenth of the requests and at the end. */
  readonly keys: readonly [Readonly<Record<string, number>>, Readonly<Record<string, number>>];
  readonly output: string;
}

const PROBE = pathToFileURL(join(import.meta.dirname, 'heap-probe.ts'));

const SETTINGS = `
rooms:
  - { id: sale, return_urls: [https://shop.example/], inlet: { strategy: manual } }
relying_parties:
  - { client_id: shop, client_secret: change-me-soon, room: sale, redirect_uris: [https://shop.example/cb] }
`;

export async function attack(options: { count: number; seed: number; clients: number }): Promise<AttackResult> {
  const { count, seed, clients } = options;
  const redis = await startRedis();
  const client = new Redis(redis.url);
  const folder = await createFolder();
  try {
    await folder.write('anteroom.yaml', SETTINGS);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const heapFile = join(folder.path, 'heap');
    const env = {
      ...(await environment(folder, port)),
      REDIS_URL: redis.url,
      LOG_LEVEL: 'error',
      HEAP_FILE: heapFile,
      NODE_OPTIONS: `--expose-gc --import=${PROBE}`,
    };
    const run = folder.run(env);
    await ready(run, url);

    const next = createGenerator(createRandom(seed), await everyRoute(url), ADMIN_TOKEN);
    const troubles = new Map<string, string[]>();
    let sent = 0;
    async function sendUntil(end: number): Promise<void> {
      const one = async () => {
        while (sent < end) {
          sent++;
          const request = next();
          const trouble = await send(port, request);
          if (trouble === null) continue;
          const examples = troubles.get(trouble) ?? [];
          if (examples.length < 1000) examples.push(toBytes(request).toString('latin1').slice(0, 400));
          troubles.set(trouble, examples);
        }
      };
      await Promise.all(Array.from({ length: clients }, one));
    }
    async function heap(): Promise<number> {
      await rm(heapFile, { force: true });
      run.child.kill('SIGUSR2');
      for (;;) {
        await delay(20);
        const bytes = Number(await readFile(heapFile, 'utf8').catch(() => ''));
        if (bytes > 0) return bytes / 2 ** 20;
        if (run.child.exitCode !== null) throw new Error(run.output());
      }
    }
    await sendUntil(Math.ceil(count / 10));
    const kinds = async () => {
      const names = (await client.keys('*')).map((key) =>
        key
          .replace(/\{[^}]*\}/, '{}')
          .split(':')
          .slice(0, 4)
          .join(':'),
      );
      const all = names.map((name) => name.replace(/(lease|memory|uid|grant):.*/, '$1'));
      return Object.fromEntries(
        Map.groupBy(all, (name) => name)
          .entries()
          .map(([name, { length }]) => [name, length]),
      );
    };
    const early = await kinds();
    await sendUntil(Math.ceil(count / 2));
    const half = await heap();
    await sendUntil(count);
    return {
      ...{ sent, troubles, output: run.output() },
      heap: [half, await heap()],
      keys: [early, await kinds()],
    };
  } finally {
    await client.quit();
    await folder.remove();
    await redis.stop();
  }
}
