/**
 * The cost of an operation in a long line, compared with a short one: a join, the own facts, a claim, and an advance by
 * a thousand people. Each is timed from call to answer, one after the other, on the waiting room over Redis without
 * HTTP. The rounds of the two lines alternate. The report also has the processor time of Redis.
 */
import { Redis } from 'ioredis';
import { openRedisStore } from '#store/redis/index.ts';
import { startRedis } from '#support/redis.ts';
import { createWaitingRoom, type WaitingRoom } from '#waiting-room/index.ts';
import type { LineStore } from '#waiting-room/ports/line.ts';
import type { RoomSettings } from '#waiting-room/room.ts';
import type { Ticket } from '#waiting-room/ticket.ts';
import type { Bench, Finding } from './bench.ts';
import { DEADLINE, fillLine } from './crowded-room.ts';
import { LINE_LENGTH } from './line-length.ts';
import { redisTime } from './measure/redis-time.ts';
import type { Spread } from './measure/spread.ts';
import { spread } from './measure/spread.ts';

const SHORT = 1000;
const LONG = LINE_LENGTH;
const PEOPLE = 1000;
const ROUNDS = 9;
const POLLS = 5000;
const ADVANCES = 5;
const AT_MOST = 1.2;

/** Microseconds of one operation: elapsed, and in Redis. */
interface Cost {
  readonly clock: number;
  readonly redis: number;
}
type Costs = Record<'join' | 'facts' | 'claim' | 'advance', Cost>;

export const scale: Bench = {
  name: 'scale',
  about: `join, facts, claim and advance with ${LONG.toLocaleString('en')} waiting, against ${SHORT.toLocaleString('en')}`,
  async run() {
    const redis = await startRedis();
    const client = new Redis(redis.url);
    const store = await openRedisStore({ url: redis.url, deadline: DEADLINE });
    const waitingRoom = createWaitingRoom({
      store,
      now: Date.now,
      cookieKeys: ['a key for the benchmark'],
      emit: () => undefined,
      onError: (error) => {
        throw error;
      },
    });
    try {
      await fill(waitingRoom, store.line, 'short', SHORT);
      await fill(waitingRoom, store.line, 'long', LONG);
      const measured: { short: Costs; long: Costs }[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const short = await costs(waitingRoom, store.line, client, 'short');
        const long = await costs(waitingRoom, store.line, client, 'long');
        // The first round warms up.
        if (round > 0) measured.push({ short, long });
      }
      return { findings: (['join', 'facts', 'claim', 'advance'] as const).flatMap((name) => findings(name, measured)) };
    } finally {
      await store.close();
      client.disconnect();
      await redis.stop();
    }
  },
};

async function fill({ operations }: WaitingRoom, line: LineStore, id: string, count: number): Promise<void> {
  const settings: RoomSettings = {
    id,
    title: id,
    mode: 'queue',
    inlet: { strategy: 'manual' },
    admission: { lifetime: 3_600_000, claim_window: 3_600_000, missed_turn: 'front', renew: false },
    presence: { timeout: 3_600_000 },
    message: null,
    return_urls: [],
    events: [],
  };
  await operations.putRoom(settings);
  await fillLine(line, id, count);
}

/** People join, and are present: a raise would pass over them otherwise. */
async function come(line: LineStore, room: string): Promise<void> {
  await line.join(room, crowd(PEOPLE), Date.now());
  await hearNewest(line, room);
}

/** Heartbeats of the newest people in line. */
async function hearNewest(line: LineStore, room: string): Promise<void> {
  const { incarnation, generation, counters } = await line.view(room, Date.now());
  const numbers = Array.from({ length: PEOPLE }, (_, n) => counters.queue - n);
  await line.recordHeartbeats(room, { incarnation, generation, numbers, proven: numbers }, Date.now());
}

const crowd = (count: number) => Array.from({ length: count }, () => ({ visitor: 'somebody', claim: false }));

/** A round leaves the number of waiting visitors unchanged. */
async function costs(waitingRoom: WaitingRoom, line: LineStore, client: Redis, room: string): Promise<Costs> {
  const { visitors, tickets } = waitingRoom;
  const measure = async (times: number, operation: (n: number) => unknown): Promise<Cost> => {
    await client.config('RESETSTAT');
    const start = performance.now();
    for (let n = 0; n < times; n++) await operation(n);
    const clock = ((performance.now() - start) * 1000) / times;
    return { clock, redis: (await redisTime(client)) / times };
  };

  const join = await measure(PEOPLE, () => visitors.arrive(room, { visitor: null, ticket: null }));
  await hearNewest(line, room);
  const { incarnation, generation, counters } = await line.view(room, Date.now());
  const ticket = (number: number): Ticket => ({
    room,
    incarnation,
    generation,
    number,
    entry: null,
    visitor: `visitor-${number}`,
    joinedAt: 0,
    predicted: null,
    standing: 'proven',
  });
  const waiting = counters.queue - counters.serving;
  // Like a poll: from the sealed ticket to the document.
  const sealed = Array.from({ length: POLLS }, (_, n) => ticket(counters.serving + 1 + ((n * 7919) % waiting))).map(
    tickets.seal,
  );
  const facts = await measure(POLLS, async (n) => {
    const opened = tickets.open(sealed[n] ?? '', room);
    return JSON.stringify(opened && (await visitors.facts(opened)));
  });
  const advances: Cost[] = [];
  for (let n = 0; n < ADVANCES; n++) {
    if (n > 0) await come(line, room);
    advances.push(await measure(1, () => line.raise(room, { people: PEOPLE }, Date.now())));
  }
  const advance = {
    clock: spread(advances.map(({ clock }) => clock)).median,
    redis: spread(advances.map(({ redis }) => redis)).median,
  };
  const claim = await measure(PEOPLE, (n) => visitors.claim(ticket(counters.serving + 1 + n)));
  return { join, facts, claim, advance };
}

function findings(name: keyof Costs, rounds: readonly { short: Costs; long: Costs }[]): Finding[] {
  const of = (line: 'short' | 'long', kind: keyof Cost): Spread =>
    spread(rounds.map((round) => round[line][name][kind]));
  const ratio = (kind: keyof Cost): Spread => ({
    median: of('long', kind).median / of('short', kind).median,
    min: Math.min(...rounds.map(({ short, long }) => long[name][kind] / short[name][kind])),
    max: Math.max(...rounds.map(({ short, long }) => long[name][kind] / short[name][kind])),
  });
  const inRedis = of('short', 'redis').median > 0 && name !== 'facts';
  return [
    {
      what: `${name}, ${LONG.toLocaleString('en')} ÷ ${SHORT.toLocaleString('en')}`,
      value: ratio('clock'),
      unit: '×',
      target: { at_most: AT_MOST },
    },
    ...(inRedis ? [{ what: `${name}, in Redis alone`, value: ratio('redis'), unit: '×' }] : []),
    { what: `${name} at ${SHORT.toLocaleString('en')}`, value: of('short', 'clock'), unit: 'µs' },
    { what: `${name} at ${LONG.toLocaleString('en')}`, value: of('long', 'clock'), unit: 'µs' },
  ];
}
