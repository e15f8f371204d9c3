/** An operator changes a room of the configuration file; then one of two processes on one Redis restarts. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '#support/ports.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { ADMIN_TOKEN, createFolder, environment, type Folder, type Run, ready } from './process.ts';

const FILE = 'rooms: [{ id: sale, inlet: { strategy: max-size, size: 5 } }]\n';

let redis: RedisServer;
let folder: Folder;
interface Process {
  readonly url: string;
  start(env?: Record<string, string>): Promise<Run>;
}

let processes: Process[];

beforeAll(async () => {
  redis = await startRedis();
  folder = await createFolder();
  await folder.write('anteroom.yaml', FILE);
  processes = await Promise.all(
    [1, 2].map(async (): Promise<Process> => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      return {
        url,
        async start(env: Record<string, string> = {}) {
          const run = folder.run({ ...(await environment(folder, port)), REDIS_URL: redis.url, ...env });
          await ready(run, url);
          return run;
        },
      };
    }),
  );
});
afterAll(async () => {
  await folder?.remove();
  await redis?.stop();
});

test('a restart keeps what the operator set, in every process, and says once what differs from the file', async () => {
  const [first, second] = processes;
  if (!first || !second) throw new Error('two processes are needed');
  const stopped = await first.start();
  await second.start();
  const set = { mode: 'paused', message: 'Back at noon.', inlet: { size: 2 } };
  const headers = { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' };
  const changed = await fetch(`${second.url}/admin/v1/rooms/sale`, {
    method: 'PATCH',
    headers,
    body: JSON.stringify(set),
  });
  expect(changed.status).toBe(200);
  stopped.child.kill('SIGTERM');
  await stopped.ended;
  const restarted = await first.start();
  for (const { url } of processes) {
    const room = await fetch(`${url}/admin/v1/rooms/sale`, { headers }).then((answer) => answer.json());
    expect(room).toMatchObject(set);
  }
  expect(restarted.output().match(/inlet\.size is 2, set with the token `admin`; the file says 5/g)).toHaveLength(1);

  // A process with a newer file, and then one with the former file, which was rescheduled.
  restarted.child.kill('SIGTERM');
  await restarted.ended;
  await folder.write('anteroom.yaml', FILE.replace('size: 5', 'size: 8'));
  const newer = await first.start({ CONFIG_REVISION: '8' });
  await folder.write('anteroom.yaml', FILE);
  newer.child.kill('SIGTERM');
  await newer.ended;
  const older = await first.start({ CONFIG_REVISION: '7' });
  expect(older.output()).toContain('its CONFIG_REVISION is lower than 8');
  const room = await fetch(`${second.url}/admin/v1/rooms/sale`, { headers }).then((answer) => answer.json());
  expect(room).toMatchObject({ ...set, inlet: { size: 8 } });
}, 120_000);
