import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRedisStore } from '#store/redis/index.ts';
import { lineKey } from '#store/redis/keys.ts';
import { createBrowser } from '#support/browser.ts';
import { type RedisServer, startRedis } from '#support/redis.ts';
import { REDIRECT_URI, SECRET, startLogin } from '#support/relying-party.ts';
import { startService, type TestService } from '#support/service.ts';
import { createTime } from '#support/time.ts';
import type { Store } from '#waiting-room/ports/index.ts';

const CROWD = 100;
/** The whole crowd has one address. */
const LIMITS = { joins_per_address: '1000/1m', unproven_per_address: 1000 };

/** A browser with an address of its own: the service limits the joins of one address. */
const newVisitor = (n: number) => createBrowser(undefined, `127.0.${n}.1`);

let redis: RedisServer;
let store: Store;
let service: TestService;
let watcher: Redis;

beforeEach(async () => {
  redis = await startRedis();
  store = await openRedisStore({ url: redis.url });
  watcher = new Redis(redis.url);
});
afterEach(async () => {
  watcher.disconnect();
  await service.close();
  await store.close();
  await redis.stop();
});

interface Commands {
  /** On the room's line. */
  readonly line: number;
  /** On the OpenID provider's records. */
  readonly records: number;
  readonly others: number;
}

/** The commands of the service. Those that scripts call inside Redis are not counted. */
async function commandsOf(during: () => Promise<void>): Promise<Commands> {
  const monitor = await watcher.monitor();
  const end = `end of ${Math.random()}`;
  const commands = { line: 0, records: 0, others: 0 };
  const seen = new Promise<void>((resolve) => {
    monitor.on('monitor', (_time: string, args: string[], source: string) => {
      if (args.includes(end)) return resolve();
      if (source === 'lua') return;
      if (args.includes(lineKey('sale', 'line'))) commands.line += 1;
      else if (args.some((arg) => arg.startsWith('anteroom:oidc:'))) commands.records += 1;
      else commands.others += 1;
    });
  });
  await during();
  await watcher.echo(end);
  await seen;
  monitor.disconnect();
  return commands;
}

test('below the threshold a visitor passes without a page, at one command on the line and three records', async () => {
  // The clock stands still, so that the snapshot stays fresh and no refresh counts.
  const start = Date.now();
  const time = { ...createTime(start), now: () => start };
  const rooms = [{ id: 'sale', limits: LIMITS, inlet: { strategy: 'max-size', size: CROWD } }];
  const relying_parties = [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }];
  service = await startService({ store, time, rooms, relying_parties });
  await service.waitingRoom.advance.all();
  await service.waitingRoom.snapshots.get('sale');
  const { url } = await startLogin(service.issuer);

  const answers: string[] = [];
  const commands = await commandsOf(async () => {
    for (let n = 0; n < CROWD; n++) answers.push((await newVisitor(n).get(url)).location);
  });
  expect(answers.filter((location) => location.startsWith(`${REDIRECT_URI}?code=`))).toHaveLength(CROWD);
  // A grant, a code and a session.
  expect(commands).toMatchObject({ line: CROWD, records: 3 * CROWD });
  // The relying party is looked up once a second, not for each visitor.
  expect(commands.others).toBeLessThan(CROWD / 10);
  const { operations } = service.waitingRoom;
  expect(await operations.counters('sale')).toMatchObject({ queue: CROWD, claimed: CROWD, active: CROWD, waiting: 0 });

  // The first visitor beyond the size sees the waiting page.
  expect((await createBrowser().get(url)).location).toContain('/rooms/sale/wait?');
});

test('newcomers of the same moment share a command', async () => {
  const rooms = [{ id: 'sale', limits: LIMITS, inlet: { strategy: 'max-size', size: CROWD } }];
  const relying_parties = [{ client_id: 'shop', client_secret: SECRET, room: 'sale', redirect_uris: [REDIRECT_URI] }];
  service = await startService({ store, rooms, relying_parties });
  await service.waitingRoom.advance.all();
  const { url } = await startLogin(service.issuer);
  let answers: string[] = [];
  const commands = await commandsOf(async () => {
    answers = await Promise.all(Array.from({ length: CROWD }, async (_, n) => (await newVisitor(n).get(url)).location));
  });
  expect(answers.filter((location) => location.startsWith(`${REDIRECT_URI}?code=`))).toHaveLength(CROWD);
  expect(commands.line).toBeLessThan(CROWD);
});
