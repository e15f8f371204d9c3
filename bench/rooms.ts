/** What rooms cost in which nothing happens: two processes at once, one with ten rooms, one with a thousand. */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { openRedisStore } from '#store/redis/index.ts';
import { joinAndLoad } from '#support/join-and-load.ts';
import type { Bench, Finding } from './bench.ts';
import { DEADLINE } from './crowded-room.ts';
import { type Spread, spread } from './measure/spread.ts';
import type { ServerProcess } from './server.ts';
import type { Stand } from './stand.ts';

/** In so many rooms of each process, so many visitors wait. */
const BUSY = 10;
const PEOPLE = 1000;
const ALL = 1000;
/** By then rooms without visitors are at rest, and each is looked at as seldom as it will be, in ms. */
const SETTLES = 200_000;
const ROUNDS = 8;
/** In ms. */
const ROUND = 15_000;
const AT_MOST = 1.1;

export const rooms: Bench = {
  name: 'rooms',
  about: `the clock of ${ALL.toLocaleString('en')} rooms of which ${BUSY} are busy; of ${BUSY} rooms`,
  async run(stand) {
    const [few, many] = [await start(stand, BUSY), await start(stand, ALL)];
    try {
      await delay(SETTLES);
      const rounds: { readonly few: Used; readonly many: Used }[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const before = [await few.used(), await many.used()] as const;
        await delay(ROUND);
        const after = [await few.used(), await many.used()] as const;
        rounds.push({ few: difference(before[0], after[0]), many: difference(before[1], after[1]) });
      }
      const ratio = (part: keyof Used) => spread(rounds.map((round) => round.many[part] / round.few[part]));
      const load = (side: 'few' | 'many', part: keyof Used) =>
        spread(rounds.map((round) => (100 * 1000 * round[side][part]) / ROUND));
      return {
        findings: [
          timesAtMost('processor time', ratio('process')),
          timesAtMost('processor time of Redis', ratio('redis')),
          { what: `with ${ALL.toLocaleString('en')} rooms`, value: load('many', 'process'), unit: '% of a core' },
          { what: `with ${BUSY}`, value: load('few', 'process'), unit: '% of a core' },
          { what: `Redis with ${ALL.toLocaleString('en')}`, value: load('many', 'redis'), unit: '% of a core' },
          { what: `Redis with ${BUSY}`, value: load('few', 'redis'), unit: '% of a core' },
          { what: 'resident', value: spread([(await many.server.residentBytes()) / 1_000_000]), unit: 'MB' },
        ],
      };
    } finally {
      few.close();
      many.close();
    }
  },
};

const timesAtMost = (what: string, value: Spread): Finding => ({
  what: `${what}, ${ALL.toLocaleString('en')} ÷ ${BUSY}`,
  value,
  unit: '×',
  target: { at_most: AT_MOST },
});

/** Processor time so far, in seconds. */
interface Used {
  readonly process: number;
  readonly redis: number;
}

const difference = (before: Used, after: Used): Used => ({
  process: after.process - before.process,
  redis: after.redis - before.redis,
});

interface Side {
  readonly server: ServerProcess;
  used(): Promise<Used>;
  close(): void;
}

async function start(stand: Stand, count: number): Promise<Side> {
  const ids = Array.from({ length: count }, (_, n) => `room-${n}`);
  const settings = ids.map(
    (id) => `  - { id: ${id}, challenge: off, presence: { timeout: 1h }, inlet: { strategy: rate, per_minute: 60 } }`,
  );
  const server = await stand.anteroom({ settings: `rooms:\n${settings.join('\n')}\n` });
  const { url } = stand.redisOf(server);
  const store = await openRedisStore({ url, deadline: DEADLINE });
  const people = Array.from({ length: PEOPLE }, () => ({ visitor: 'somebody', claim: false }));
  for (const id of ids.slice(0, BUSY)) await joinAndLoad(store.line, id, people, Date.now());
  await store.close();
  const client = new Redis(url);
  return {
    server,
    async used() {
      const info = await client.info('cpu');
      const ofRedis = [...info.matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)].map(([, seconds]) => Number(seconds));
      return { process: await server.cpuSeconds(), redis: ofRedis.reduce((sum, seconds) => sum + seconds, 0) };
    },
    close: () => client.disconnect(),
  };
}
