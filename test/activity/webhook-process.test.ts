import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { freePort } from '#support/ports.ts';
import { admin, createFolder, environment, type Folder, ready } from '../service/process.ts';
import { type Receiver, startReceiver, take } from './receiver.ts';

let folder: Folder;
let receiver: Receiver;
let url: string;
let env: Record<string, string>;

beforeEach(async () => {
  folder = await createFolder();
  receiver = await startReceiver();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  await folder.write('anteroom.yaml', 'rooms: [{ id: sale }]\n');
  env = {
    ...(await environment(folder, port)),
    ADMIN_TOKENS: 'alice:the-token-of-alice',
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    WEBHOOK_EVENTS: 'counter.raised',
  };
});
afterEach(async () => {
  await receiver.close();
  await folder.remove();
});

const raises = () => receiver.deliveries.flatMap(({ activities }) => activities) as { id: string; to?: number }[];

test('a process that is killed before the receiver answers repeats the delivery after its restart, then continues', async () => {
  const first = folder.run(env);
  await ready(first, url);
  // The receiver has the delivery, but the process dies before it knows.
  receiver.answer = () => void first.child.kill('SIGKILL');
  await admin(url, '/rooms/sale/serving-counter', { increment_by: 1 });
  await first.ended;
  receiver.answer = take;
  expect(raises()).toMatchObject([{ type: 'counter.raised', by: 'admin', from: 0, to: 1 }]);

  const second = folder.run(env);
  await ready(second, url);
  await admin(url, '/rooms/sale/serving-counter', { increment_by: 2 });
  await vi.waitFor(() => expect(raises()).toHaveLength(3), { timeout: 40_000, interval: 50 });
  expect(raises()[1]).toEqual(raises()[0]);
  expect(raises()[2]).toMatchObject({ from: 1, to: 3 });
});

test('events emitted right before a process stops are not lost', async () => {
  const first = folder.run(env);
  await ready(first, url);
  await admin(url, '/rooms/sale/serving-counter', { increment_by: 1 });
  first.child.kill('SIGTERM');
  expect(await first.ended).toEqual([0, null]);
  const second = folder.run(env);
  await ready(second, url);
  await vi.waitFor(() => expect(raises()).toMatchObject([{ to: 1 }]), { timeout: 20_000, interval: 50 });
});

test('events carry the name of the token that caused them', async () => {
  const run = folder.run(env);
  await ready(run, url);
  const headers = { Authorization: 'Bearer the-token-of-alice', 'Content-Type': 'application/json' };
  const body = JSON.stringify({ increment_by: 1 });
  const raised = await fetch(`${url}/admin/v1/rooms/sale/serving-counter`, { method: 'POST', headers, body });
  expect(raised.status).toBe(200);
  await vi.waitFor(() => expect(raises()).toMatchObject([{ by: 'alice' }]), { timeout: 20_000, interval: 50 });
  const [latest] = await admin<{ by: string; action: string }[]>(url, '/audit?limit=1');
  expect(latest).toMatchObject({ by: 'alice', action: 'counter.raised' });
});
