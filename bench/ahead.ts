/**
 * A line of a million visitors or more, half of them present: people ahead of any number, from a process's snapshot; a
 * snapshot, in Redis, where a thousand were served since the last one; and a raise that serves a thousand present
 * visitors.
 */
import { lineKey } from '#store/redis/keys.ts';
import { createSnapshots } from '#waiting-room/snapshots.ts';
import type { Bench, Finding } from './bench.ts';
import type { CrowdedRedis } from './crowded-room.ts';
import { COME_AT, fillLine, openCrowdedRedis, RULES } from './crowded-room.ts';
import { LINE_LENGTH } from './line-length.ts';
import { commandsTaken, redisTime } from './measure/redis-time.ts';
import type { Spread } from './measure/spread.ts';
import { spread } from './measure/spread.ts';

const LINE = LINE_LENGTH;
const ROOM = 'long';
const PEOPLE = 1000;
const ASKED = 100_000;
const ROUNDS = 15;
const SLOTS = ['heard:0', 'heard:1', 'heard:2', 'heard:3'] as const;

export const ahead: Bench = {
  name: 'ahead',
  about: `people ahead, and serving ${PEOPLE.toLocaleString('en')}, of ${LINE.toLocaleString('en')} with half of them present`,
  async run() {
    const redis = await openCrowdedRedis();
    try {
      await fill(redis);
      const asked = await peopleAhead(redis);
      const views: number[] = [];
      const looks: number[] = [];
      const bytes: number[] = [];
      const raises: number[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const sent = await bytesSent(redis);
        const view = await inRedis(redis, () => see(redis, COME_AT));
        bytes.push((await bytesSent(redis)) - sent);
        const look = await inRedis(redis, () => see(redis, COME_AT + (round + 1) * 1000));
        const raise = await inRedis(redis, async () => {
          const { raisedBy } = await redis.store.line.raise(ROOM, { people: PEOPLE }, COME_AT);
          if (raisedBy < 2 * PEOPLE - 1)
            throw new Error(`a raise by ${raisedBy} did not serve ${PEOPLE} present people`);
        });
        // The first round loads the scripts.
        if (round === 0) continue;
        views.push(view / 1000);
        looks.push(look / 1000);
        raises.push(raise / 1000);
      }
      return {
        findings: [
          {
            what: `people ahead of any number, from the snapshot`,
            value: asked.time,
            unit: 'µs',
          },
          { what: `commands for ${ASKED.toLocaleString('en')} of these`, ...asked.commands },
          {
            what: 'a snapshot after the first one, in Redis',
            value: spread(views),
            unit: 'ms',
            target: { at_most: 1 },
          },
          { what: 'with the look for lost keys, once a second', value: spread(looks), unit: 'ms' },
          { what: 'it sends', value: spread(bytes.slice(1).map((each) => each / 1000)), unit: 'kB' },
          {
            what: `raise by ${PEOPLE} present people, in Redis`,
            value: spread(raises),
            unit: 'ms',
            target: { at_most: 5 },
          },
        ],
      };
    } finally {
      await redis.close();
    }
  },
};

/** Every second visitor is present: by the heartbeats of each window, as waiting visitors send them. */
async function fill({ store: { line }, client }: CrowdedRedis): Promise<void> {
  await line.open(ROOM, { rules: RULES, incarnation: '', checkpoint: null }, COME_AT);
  await fillLine(line, ROOM, LINE, { half: true });
  for (const slot of SLOTS) await client.copy(lineKey(ROOM, 'lasting'), lineKey(ROOM, slot), 'REPLACE');
  await client.del(lineKey(ROOM, 'lasting'));
  const { counters } = await line.view(ROOM, COME_AT);
  if (counters.present !== LINE / 2) throw new Error(`${counters.present} of ${LINE} are present`);
}

/** As each process does for its snapshots. */
const see = ({ store: { line } }: CrowdedRedis, at: number) =>
  line.viewForMemory(ROOM, { generation: 1, done: 0, withEntrants: false }, at);

async function bytesSent({ client }: CrowdedRedis): Promise<number> {
  return Number(/total_net_output_bytes:(\d+)/.exec(await client.info('stats'))?.[1]);
}

async function inRedis({ client }: CrowdedRedis, verb: () => Promise<unknown>): Promise<number> {
  await client.config('RESETSTAT');
  await verb();
  return redisTime(client);
}

async function peopleAhead({ store, client }: CrowdedRedis) {
  const settings = {
    id: ROOM,
    title: ROOM,
    mode: 'queue',
    inlet: { strategy: 'manual' },
    admission: { lifetime: RULES.lifetime, claim_window: RULES.claimWindow, missed_turn: 'front', renew: false },
    presence: { timeout: RULES.presenceTimeout },
    message: null,
    return_urls: [],
    events: [],
  } as const;
  await store.settings.putRoom(settings);
  const snapshots = createSnapshots({ store, now: () => COME_AT });
  await snapshots.get(ROOM);
  await client.config('RESETSTAT');
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const numbers = Array.from({ length: ASKED }, (_, n) => 1 + ((round * 31 + n * 7919) % LINE));
    const start = performance.now();
    for (const number of numbers) {
      const ahead = snapshots.now(ROOM)?.ahead(number);
      // Every second number before it is present: the first, the third …
      if (ahead !== Math.floor(number / 2)) throw new Error(`${ahead} are ahead of ${number}`);
    }
    if (round > 0) rounds.push(((performance.now() - start) * 1000) / ASKED);
  }
  const commands = await commandsTaken(client);
  const value: Spread = { median: commands, min: commands, max: commands };
  return {
    time: spread(rounds),
    commands: { value, unit: 'commands', target: { at_most: 0 } } satisfies Omit<Finding, 'what'>,
  };
}
