import { beforeEach, expect, test } from 'vitest';
import { createClockComparison } from '#clock/clock-comparison.ts';
import { STORES } from '#support/stores.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';
import type { Clocks } from '#waiting-room/ports/clocks.ts';

/** The store's time, which the test moves. */
let time: number;
/** How long the store takes to answer. */
let latency: number;
let skews: Map<string, number>;
let logged: { level: string; message: string; skew_ms: unknown }[];

beforeEach(() => {
  [time, latency, skews, logged] = [1_800_000_000_000, 0, new Map(), []];
});

const clocks: Clocks = {
  async compare(process, skew) {
    time += latency / 2;
    const answer = { time, others: [...skews].flatMap(([other, its]) => (other === process ? [] : [its])) };
    if (skew !== null) skews.set(process, skew);
    time += latency / 2;
    return answer;
  },
};

const log = (level: string) => (fields: object, message: string) =>
  void logged.push({ level, message, skew_ms: 'skew_ms' in fields ? fields.skew_ms : undefined });

/** A process whose clock is so far ahead of the store's. */
function aProcess(self: string, skew: number, compared: Clocks = clocks) {
  const metrics = createMetrics({ processMetrics: false });
  const ofProcess = { skew };
  const compare = createClockComparison({
    clocks: compared,
    self,
    now: () => time + ofProcess.skew,
    log: { info: log('info'), warn: log('warn') },
    metrics,
  });
  const skewTo = async (to: string) =>
    Number(
      new RegExp(`^anteroom_clock_skew_seconds\\{to="${to}"\\} (.*)$`, 'm').exec((await metrics.expose()).text)?.[1],
    );
  return Object.assign(ofProcess, { compare, skewTo });
}

test('a clock in step with the store’s is measured and not logged', async () => {
  const process = aProcess('one', 20);
  await process.compare();
  expect(await process.skewTo('store')).toBe(0.02);
  expect(logged).toEqual([]);
});

test('a clock more than 500 ms from the store’s is logged once, and once when it is in step again', async () => {
  const process = aProcess('one', -1100);
  for (let n = 0; n < 3; n++) await process.compare();
  expect(await process.skewTo('store')).toBe(-1.1);
  expect(logged).toEqual([
    { level: 'warn', message: expect.stringContaining("clock differs from the store's"), skew_ms: -1100 },
  ]);
  process.skew = 10;
  for (let n = 0; n < 3; n++) await process.compare();
  expect(logged.slice(1)).toEqual([{ level: 'info', message: expect.stringContaining('in step'), skew_ms: 10 }]);
});

test('a clock that is about 500 ms from the store’s is not logged with each measurement', async () => {
  const process = aProcess('one', 490);
  for (let n = 0; n < 10; n++) {
    process.skew = n % 2 ? 520 : 490;
    await process.compare();
  }
  expect(logged).toHaveLength(1);
});

test('processes find out that their clocks differ though each is less than 500 ms from the store’s', async () => {
  const [one, other] = [aProcess('one', 300), aProcess('other', -300)];
  for (let n = 0; n < 3; n++) for (const process of [one, other]) await process.compare();
  expect([await one.skewTo('processes'), await other.skewTo('processes')]).toEqual([0.6, -0.6]);
  // Each once, the first one when it knows of the other.
  expect(logged.map(({ level, skew_ms }) => [level, skew_ms])).toEqual([
    ['warn', -600],
    ['warn', 600],
  ]);
});

test('the time that an answer takes is not taken for a difference, and a slow answer says nothing', async () => {
  const process = aProcess('one', 0);
  latency = 400;
  await process.compare();
  expect(await process.skewTo('store')).toBe(0);
  process.skew = 900;
  latency = 1500;
  await process.compare();
  expect(await process.skewTo('store')).toBe(0);
  expect(logged).toEqual([]);
});

test('an unavailable store is the caller’s to report', async () => {
  const unavailable = { compare: () => Promise.reject(new StoreUnavailable(new Error('gone'))) };
  await expect(aProcess('one', 0, unavailable).compare()).rejects.toThrow(StoreUnavailable);
});

test.each(STORES)('a process on the %s store is in step with it on one machine', async (_, open) => {
  const opened = await open();
  const metrics = createMetrics({ processMetrics: false });
  const quiet = { info: log('info'), warn: log('warn') };
  await createClockComparison({ clocks: opened.store.clocks, self: 'one', now: Date.now, log: quiet, metrics })();
  expect((await metrics.expose()).text).toMatch(/anteroom_clock_skew_seconds\{to="store"\} -?0(\.0\d*)?\n/);
  expect(logged).toEqual([]);
  await opened.close();
});
