/**
 * A draw of a million or more: the draw itself, in Redis; its result, which each process fetches once; and one entrant's
 * number, from the arrival index on the ticket.
 */
import { createHash, randomBytes } from 'node:crypto';
import { drawnNumber, readDrawResult } from '#waiting-room/draw-result.ts';
import type { DrawResult } from '#waiting-room/line/draw.ts';
import type { Bench, Finding } from './bench.ts';
import { COME_AT, type CrowdedRedis, joinAll, openCrowdedRedis, RULES } from './crowded-room.ts';
import { isUsual, LINE_LENGTH } from './line-length.ts';
import { redisTime } from './measure/redis-time.ts';
import type { Spread } from './measure/spread.ts';
import { spread } from './measure/spread.ts';

const ENTRANTS = LINE_LENGTH;
const DRAWS = isUsual ? 5 : 2;
const PLACES = 20_000;
const ROUNDS = 9;
const entrantsText = ENTRANTS.toLocaleString('en');

export const draw: Bench = {
  name: 'draw',
  about: `a draw of ${entrantsText}: in Redis, to fetch, and one place`,
  async run() {
    const redis = await openCrowdedRedis();
    try {
      // The first one loads the scripts.
      await drawOnce(redis, 'warm-up', 1000);
      const drawn: Drawing[] = [];
      for (let n = 0; n < DRAWS; n++) drawn.push(await drawOnce(redis, `room-${n}`, ENTRANTS));
      const last = drawn.at(-1);
      if (!last) throw new Error('there was no draw');
      const finding = (what: string, value: Spread, unit: string, target?: Finding['target']): Finding => ({
        what,
        value,
        unit,
        ...(target ? { target } : {}),
      });
      return {
        findings: [
          finding(`the draw of ${entrantsText}, in Redis`, spread(drawn.map((each) => each.inRedis / 1000)), 'ms'),
          finding('its result, fetched and read once a process', spread(drawn.map((each) => each.toFetch)), 'ms'),
          finding('one place, from an arrival index to a number', placeTimes(last.result), 'µs', { at_most: 20 }),
        ],
      };
    } finally {
      await redis.close();
    }
  },
};

interface Drawing {
  /** Microseconds. */
  readonly inRedis: number;
  /** Milliseconds. */
  readonly toFetch: number;
  readonly result: DrawResult;
}

async function drawOnce(redis: CrowdedRedis, room: string, entrants: number): Promise<Drawing> {
  const { store, client } = redis;
  const seed = randomBytes(32);
  await store.line.open(room, { rules: RULES, incarnation: '', checkpoint: null }, COME_AT);
  const opening = {
    event: 'opening',
    order: 'draw',
    seed: seed.toString('base64url'),
    seedHash: createHash('sha256').update(seed).digest('hex'),
    opensAt: COME_AT,
  } as const;
  await store.line.announceDraw(room, opening, COME_AT);
  await joinAll(redis, room, entrants);

  await client.config('RESETSTAT');
  await store.line.draw(room, 'opening', COME_AT);
  const inRedis = await redisTime(client);
  const start = performance.now();
  const result = await store.line.drawResult(room, { generation: 1, draw: 1 }, 0);
  if (result?.record.entrants !== entrants)
    throw new Error(`not all entrants were drawn: ${JSON.stringify(result?.record)}`);
  readDrawResult(result);
  return { inRedis, toFetch: performance.now() - start, result };
}

function placeTimes(result: DrawResult): Spread {
  const drawn = readDrawResult(result);
  const rounds: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    // Far apart, so that caches don't help.
    const indexes = Array.from({ length: PLACES }, (_, n) => (round * 31 + n * 7919) % ENTRANTS);
    const start = performance.now();
    let sum = 0;
    for (const index of indexes) sum += drawnNumber(drawn, index) ?? Number.NaN;
    const spent = performance.now() - start;
    if (!(sum > 0)) throw new Error('an entrant has no number');
    // The first round warms up.
    if (round > 0) rounds.push((spent * 1000) / PLACES);
  }
  return spread(rounds);
}
