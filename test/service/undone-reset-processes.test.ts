/** A reset that is undone, over HTTP: processes on one Redis, one of them of an earlier version. */
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { type EarlierVersion, hasCommit, unpackCommit } from '#support/earlier-version.ts';
import { enterWith } from '#support/enter.ts';
import { freePort } from '#support/ports.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { admin, createFolder, environment, type Folder, type Run, ready } from './process.ts';

/** A commit that emptied a line for good. */
const COMMIT = '94dbdc0';
const SITE = 'https://shop.example/';
/** A snapshot is a second old at most. */
const FOLLOWED = { timeout: 20_000, interval: 100 };

const here = await hasCommit(COMMIT);
if (!here) process.stderr.write(`Skipped: commit ${COMMIT} is not in this clone's history.\n`);

interface Undoable {
  readonly last: { readonly id: string; readonly waiting: number; readonly inside: number } | null;
}

let redis: RedisServer;
let folder: Folder;
let earlier: EarlierVersion | undefined;

beforeEach(async () => {
  earlier = here ? await unpackCommit(COMMIT) : undefined;
  redis = await startRedis();
  folder = await createFolder();
  const room = { id: 'sale', inlet: { strategy: 'manual', size: 2 }, challenge: 'off', return_urls: [SITE] };
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
    { ...(await environment(folder, port)), ISSUER: 'http://line.test', REDIS_URL: redis.url },
    main,
  );
  await ready(run, url);
  return { run, url };
}

/** A visitor whose requests go to any process. */
interface Visitor {
  readonly browser: Browser;
  page: string;
}

/** An address at one of the processes. */
function at(url: string, address: string): string {
  const { pathname, search } = new URL(address);
  return `${url}${pathname}${search}`;
}

async function come(url: string): Promise<Visitor> {
  const browser = createBrowser();
  const { location } = await enterWith(browser, `${url}/rooms/sale/enter?return_to=${encodeURIComponent(SITE)}`);
  const page = location.endsWith('&anteroom_again=1') ? (await browser.get(at(url, location))).location : location;
  return { browser, page };
}

/** What the visitor's page shows. A page whose ticket is of no use any more loads again, which leads through the door. */
async function look(url: string, visitor: Visitor): Promise<Record<string, unknown>> {
  const { browser } = visitor;
  const facts = await browser.get(at(url, visitor.page), { Accept: 'application/json' });
  if (facts.status === 200) return facts.json();
  const { location } = await browser.get(at(url, visitor.page));
  const entered = (await browser.get(at(url, location))).location;
  if (entered.startsWith(SITE)) return { state: 'inside' };
  visitor.page = entered;
  return (await browser.get(at(url, visitor.page), { Accept: 'application/json' })).json();
}

const sees = (url: string, visitor: Visitor, facts: object) =>
  expect.poll(() => look(url, visitor), FOLLOWED).toMatchObject(facts);

test('every process follows, and visitors have their numbers, whichever process answers', async () => {
  const [one, two] = [await start(), await start()];
  const old = earlier && (await start(earlier.main));
  const urls = [one.url, two.url, ...(old ? [old.url] : [])];
  const ann = await come(one.url);
  const ben = await come(two.url);
  const cat = await come(one.url);
  for (const [n, visitor] of [ann, ben, cat].entries()) await sees(two.url, visitor, { number: n + 1 });
  // They are present with their first heartbeats.
  await expect.poll(() => admin(one.url, '/rooms/sale/counters'), FOLLOWED).toMatchObject({ present: 3 });
  await admin(one.url, '/rooms/sale/serving-counter', { increment_by: 1 });
  await sees(two.url, ann, { state: 'served' });
  expect((await ann.browser.post(at(one.url, ann.page))).location).toContain(SITE);

  await admin(one.url, '/rooms/sale/reset', {});
  await sees(two.url, ben, { number: 1 });
  const eve = await come(two.url);
  await sees(one.url, eve, { number: 2 });
  for (const url of urls)
    await expect.poll(() => admin(url, '/rooms/sale/counters'), FOLLOWED).toMatchObject({ active: 0 });

  // The process that reset the line ends without a warning, and another one takes its place.
  one.run.child.kill('SIGKILL');
  await one.run.ended;
  const three = await start();
  urls[0] = three.url;
  const { last } = await admin<Undoable>(three.url, '/rooms/sale/reset/undo');
  expect(last).toMatchObject({ waiting: 2, inside: 1 });
  await admin(two.url, '/rooms/sale/reset/undo', { id: last?.id });

  for (const [n, url] of urls.entries()) {
    await sees(url, ben, { number: 2, state: 'waiting' });
    await sees(url, cat, { number: 3, state: 'waiting' });
    await sees(url, eve, { number: 4, state: 'waiting' });
    const counters = await admin(url, '/rooms/sale/counters');
    expect(counters).toMatchObject({ queue: 4 + n, serving: 1, claimed: 1, active: 1 });
    const again = await come(url);
    expect(await look(url, again)).toMatchObject({ state: 'waiting' });
    await again.browser.post(at(url, again.page), { leave: '1' });
    const { location } = await enterWith(ann.browser, `${url}/rooms/sale/enter?return_to=${encodeURIComponent(SITE)}`);
    expect(location).toContain(SITE);
  }
  // No process brings the line in between back.
  for (const url of urls) expect((await fetch(`${url}/rooms/sale/status`)).status).toBe(200);
  await sees(two.url, ben, { number: 2 });
  // Two places, of which one is taken: one more is served, and no more.
  const raised = await admin(two.url, '/rooms/sale/serving-counter', { people: 5 });
  expect(raised.raised_by).toBeLessThanOrEqual(1);
}, 240_000);

test('a reset whose line was lost with the whole store cannot be undone, and the one since is opened', async () => {
  const [one, two] = [await start(), await start()];
  const ann = await come(one.url);
  await admin(one.url, '/rooms/sale/reset', {});
  const ben = await come(two.url);
  await sees(one.url, ben, { number: 1 });
  const { last } = await admin<Undoable>(one.url, '/rooms/sale/reset/undo');
  const lost = await fetch(`${one.url}/rooms/sale/status`);
  expect(lost.status).toBe(200);
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  await sees(two.url, ben, { number: 1, state: 'waiting' });
  await expect(admin(two.url, '/rooms/sale/reset/undo', { id: last?.id })).rejects.toThrow('nothing_to_undo');
  await sees(two.url, ann, { state: 'waiting' });
}, 240_000);
