import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EarlierVersion, hasCommit, unpackCommit } from '#support/earlier-version.ts';
import { freePort } from '#support/ports.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { startCrowd } from './failover/crowd.ts';
import { createFolder, environment, type Folder, type Run, ready } from './process.ts';

const COMMIT = '4a05fb4';
const SIZE = 40;

const here = await hasCommit(COMMIT);
if (!here) process.stderr.write(`Skipped: commit ${COMMIT} is not in this clone's history.\n`);

let redis: RedisServer;
let folder: Folder;
let earlier: EarlierVersion;

beforeEach(async () => {
  if (!here) return;
  earlier = await unpackCommit(COMMIT);
  redis = await startRedis();
  folder = await createFolder();
  const room = {
    id: 'sale',
    inlet: { strategy: 'rate', per_minute: 1500, size: SIZE },
    admission: { lifetime: '10m', claim_window: '20s' },
    presence: { timeout: '12s' },
  };
  await folder.write('anteroom.yaml', JSON.stringify({ rooms: [room] }));
});
afterEach(async () => {
  await folder?.remove();
  await redis?.stop();
  await earlier?.remove();
});

async function start(main?: string): Promise<{ readonly run: Run; readonly url: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const run = folder.run(
    { ...(await environment(folder, port)), ISSUER: 'http://line.test', REDIS_URL: redis.url, TRUST_PROXY: '1' },
    main,
  );
  await ready(run, url);
  return { run, url };
}

test.skipIf(!here)(
  `an upgrade from ${COMMIT} of one replica after the other, and a rollback of one, under load: nobody loses their place`,
  async () => {
    const replicas = [await start(earlier.main), await start(earlier.main)];
    const runs: Run[] = [];
    const urls = replicas.map(({ url }) => url);
    const crowd = startCrowd({ urls, joinsPerSecond: 40, pollEvery: 1000, stay: [1500, 3000] });

    /** Replaces a replica as a rolling upgrade does: the new one is ready before the old one is told to end. */
    async function replace(index: number, main?: string): Promise<void> {
      const next = await start(main);
      runs.push(next.run);
      const [before] = replicas.splice(index, 1, next);
      urls[index] = next.url;
      before?.run.child.kill('SIGTERM');
      expect(await before?.run.ended).toEqual([0, null]);
    }
    await delay(3000);
    await replace(0);
    await delay(3000);
    await replace(1);
    await delay(3000);
    await replace(0, earlier.main);
    await delay(3000);
    crowd.closeDoors();
    await delay(1500);
    const { joined, admitted, twice, lost, mostInside } = await crowd.finish();

    expect(lost).toEqual([]);
    // What the earlier version writes is never mistaken for a loss.
    expect(runs.map(({ output }) => output()).join('\n')).not.toContain('Redis lost keys');
    expect(twice).toEqual([]);
    expect(mostInside).toBeLessThanOrEqual(SIZE);
    expect(joined).toBeGreaterThan(300);
    expect(admitted).toBeGreaterThan(100);
  },
);
