import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBrowser } from '#support/browser.ts';
import { freePort } from '#support/ports.ts';
import { arrive, REDIRECT_URI, SECRET } from '#support/relying-party.ts';
import { ADMIN_TOKEN, admin, createFolder, environment, type Folder, ready } from '../service/process.ts';
import { type BackChannel, startBackChannel } from './logout-receiver.ts';

let folder: Folder;
let shop: BackChannel;
let url: string;
let env: Record<string, string>;

beforeEach(async () => {
  folder = await createFolder();
  shop = await startBackChannel();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const party = {
    client_id: 'shop',
    client_secret: SECRET,
    room: 'sale',
    redirect_uris: [REDIRECT_URI],
    backchannel_logout_uri: shop.uri,
  };
  const room = { id: 'sale', admission: { lifetime: '4s' } };
  await folder.write('anteroom.yaml', JSON.stringify({ rooms: [room], relying_parties: [party] }));
  env = await environment(folder, port);
});
afterEach(async () => {
  await shop.close();
  await folder.remove();
});

/** Admits a visitor; returns the `sub`. */
async function goIn(): Promise<string> {
  const browser = createBrowser();
  const { login, page } = await arrive(browser, url);
  await admin(url, '/rooms/sale/serving-counter', { increment_by: 1 });
  const { location } = await browser.post(page);
  const back = location.startsWith(REDIRECT_URI) ? location : (await browser.follow(location, url)).location;
  return String((await login.exchange(back)).claims()?.sub);
}

const notified = (times: number) => vi.waitFor(() => expect(shop.tokens).toHaveLength(times), { timeout: 20_000 });

test('a process notifies of an exit at once and of an expired admission in its time', async () => {
  const run = folder.run(env);
  await ready(run, url);
  const sub = await goIn();
  const before = Date.now();
  await admin(url, '/rooms/sale/exits', { completed: [sub] });
  await notified(1);
  expect(Date.now() - before).toBeLessThan(3000);

  await goIn();
  const inside = Date.now();
  await notified(2);
  expect(Date.now() - inside).toBeGreaterThan(2500);
});

test('a process calls this machine where its file says so, and not where only the API does', async () => {
  const run = folder.run(env);
  await ready(run, url);
  const put = async (backchannel_logout_uri: string) => {
    const answer = await fetch(`${url}/admin/v1/relying-parties/shop`, {
      method: 'PATCH',
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/merge-patch+json' },
      body: JSON.stringify({ backchannel_logout_uri }),
    });
    return answer.status;
  };
  expect(await put(`${shop.uri}&other`)).toBe(400);
  expect([await put('https://shop.example/logout'), await put(shop.uri)]).toEqual([200, 200]);
  await admin(url, '/rooms/sale/exits', { completed: [await goIn()] });
  await notified(1);

  run.child.kill('SIGTERM');
  await run.ended;
  const open = folder.run({ ...env, ALLOW_PRIVATE_TARGETS: 'true' });
  await ready(open, url);
  expect(await put(`${shop.uri}&other`)).toBe(200);
});

test('a process that gets SIGTERM ends while an endpoint hangs', async () => {
  shop.answer = () => undefined;
  const run = folder.run(env);
  await ready(run, url);
  await admin(url, '/rooms/sale/exits', { completed: [await goIn()] });
  await notified(1);
  const before = Date.now();
  run.child.kill('SIGTERM');
  expect(await run.ended).toEqual([0, null]);
  expect(Date.now() - before).toBeLessThan(4000);
});

test('the next process notifies of what was due while none ran', async () => {
  const first = folder.run(env);
  await ready(first, url);
  await goIn();
  first.child.kill('SIGKILL');
  await first.ended;
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const second = folder.run(env);
  await ready(second, url);
  await notified(1);
});
