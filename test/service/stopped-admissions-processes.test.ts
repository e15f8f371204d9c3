/** A pause that stops admissions, over HTTP: processes on one Redis, one killed meanwhile, one of the version before. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Browser, createBrowser } from '#support/browser.ts';
import { type EarlierVersion, hasCommit, unpackCommit } from '#support/earlier-version.ts';
import { enterWith } from '#support/enter.ts';
import { freePort } from '#support/ports.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { ADMIN_TOKEN, admin, createFolder, environment, type Folder, type Run, ready } from './process.ts';

/** The version before, which knows no pause that stops admissions. */
const COMMIT = 'cb80f81';
const SITE = 'https://shop.example/';
const LIFETIME = 15_000;
const PAUSE = 25_000;

const here = await hasCommit(COMMIT);
if (!here) process.stderr.write(`Skipped: commit ${COMMIT} is not in this clone's history.\n`);

let redis: RedisServer;
let folder: Folder;
let earlier: EarlierVersion | undefined;
let issuer: string | undefined;

beforeEach(async () => {
  earlier = here ? await unpackCommit(COMMIT) : undefined;
  redis = await startRedis();
  folder = await createFolder();
  issuer = undefined;
  const room = {
    id: 'sale',
    inlet: { strategy: 'manual', size: 2 },
    admission: { lifetime: `${LIFETIME}ms`, confirm_window: '0s' },
    challenge: 'off',
    return_urls: [SITE],
  };
  const party = { client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] };
  await folder.write('anteroom.yaml', JSON.stringify({ rooms: [room], relying_parties: [party] }));
});
afterEach(async () => {
  await folder?.remove();
  await redis?.stop();
  await earlier?.remove();
});

interface Process {
  readonly run: Run;
  readonly url: string;
}

async function start(main?: string, port?: number): Promise<Process> {
  const own = port ?? (await freePort());
  const url = `http://127.0.0.1:${own}`;
  issuer ??= url;
  const env = { ...(await environment(folder, own)), ISSUER: issuer, REDIS_URL: redis.url };
  const run = folder.run(env, main);
  await ready(run, url);
  return { run, url };
}

async function patch({ url }: Process, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/admin/v1/rooms/sale`, {
    method: 'PATCH',
    headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

/** A check of the gate for a browser that has its cookie; the cookie, where it got one. */
async function check({ url }: Process, uri: string, cookie = '') {
  const { status, headers } = await createBrowser().get(`${url}/rooms/sale/gate/check`, {
    ...{ Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'X-Original-Method': 'GET' },
    ...{ 'X-Original-URL': `${SITE}${uri}`, ...(cookie ? { Cookie: cookie } : {}) },
  });
  return { status, given: headers['set-cookie']?.[0]?.split(';')[0] ?? '' };
}

/** A visitor who takes a free place at the gate. */
async function atTheSite(one: Process, browser: Browser): Promise<string> {
  const { location } = await enterWith(browser, `${one.url}/rooms/sale/enter?return_to=${encodeURIComponent(SITE)}`);
  return (await check(one, location.slice(SITE.length))).given;
}

/** A visitor who takes a free place by OpenID Connect. */
async function loggedIn(browser: Browser): Promise<string> {
  const login = await startLogin(issuer ?? '');
  const { location } = await browser.get(login.url);
  return (await login.exchange(location)).access_token;
}

async function introspect(
  { url }: Process,
  token: string,
): Promise<{ readonly active: boolean; readonly exp?: number }> {
  const answer = await fetch(`${url}/introspect`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`shop:${SECRET}`)}` },
    body: new URLSearchParams({ token }),
  });
  return (await answer.json()) as { active: boolean };
}

const active = async ({ url }: Process) => (await admin(url, '/rooms/sale/counters')).active;

async function twoInside(one: Process) {
  await admin(one.url, '/rooms/sale/serving-counter', { increment_by: 2 });
  const browser = createBrowser();
  const begun = Date.now();
  const cookie = await atTheSite(one, browser);
  const token = await loggedIn(createBrowser());
  expect(await active(one)).toBe(2);
  return { browser, cookie, token, begun };
}

test('visitors inside keep the time that they had, whatever process answers, and whichever is killed', async () => {
  let one = await start();
  const two = await start();
  const { cookie, token, begun } = await twoInside(one);
  const { exp: before = 0 } = await introspect(two, token);
  await delay(2000);
  await patch(two, { mode: 'paused', pause: { stops: 'claim_windows_and_admissions' } });
  const pausedAt = Date.now();
  const areInside = async () => {
    for (const each of [one, two]) {
      expect(await active(each)).toBe(2);
      expect(await check(each, 'cart', cookie)).toMatchObject({ status: 204 });
      expect(await introspect(each, token)).toMatchObject({ active: true });
    }
  };
  await delay(PAUSE / 2);
  await areInside();
  one.run.child.kill('SIGKILL');
  await one.run.ended;
  await delay(PAUSE / 2);
  one = await start(undefined, Number(new URL(one.url).port));
  await areInside();
  await patch(one, { mode: 'queue' });
  const resumedAt = Date.now();
  const left = LIFETIME - (pausedAt - begun);
  expect(left).toBeGreaterThan(5000);
  // A snapshot is a second old at most.
  await delay(1500);
  await areInside();
  const { exp = 0 } = await introspect(one, token);
  expect(Math.abs(exp - before - (resumedAt - pausedAt) / 1000)).toBeLessThan(4);
  await delay(Math.max(0, resumedAt + left - 3500 - Date.now()));
  await areInside();
  await delay(Math.max(0, resumedAt + left + 4000 - Date.now()));
  for (const each of [one, two]) {
    await expect.poll(() => active(each), { timeout: 10_000 }).toBe(0);
    expect(await check(each, 'cart', cookie)).toMatchObject({ status: 302 });
    expect(await introspect(each, token)).toEqual({ active: false });
  }
}, 180_000);

test.skipIf(!here)(
  `a process of ${COMMIT} beside ends nobody's time, lets nobody else in, and can resume the room`,
  async () => {
    const [one, old] = [await start(), await start(earlier?.main)];
    const { browser } = await twoInside(one);
    await patch(one, { mode: 'paused', pause: { stops: 'claim_windows_and_admissions' } });
    await delay(LIFETIME + 5000);
    for (const each of [one, old]) expect(await active(each)).toBe(2);
    // It sends its visitors through the room, which knows them.
    for (const each of [old, one]) expect(await atTheSite(each, browser)).not.toBe('');
    const resumed = await patch(old, { mode: 'queue' });
    expect(resumed).toMatchObject({ mode: 'queue', pause: { stops: 'claim_windows' } });
    await delay(1500);
    for (const each of [one, old]) expect(await active(each)).toBe(2);
    await expect.poll(() => active(one), { timeout: LIFETIME + 10_000 }).toBe(0);
    expect(`${one.run.output()}${old.run.output()}`).not.toMatch(/"level":"(error|fatal)"|Redis lost keys/);
  },
  180_000,
);
