import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clock, startClock } from '#clock/index.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';

describe('the clock', () => {
  let opened: OpenedStore;
  const clocks: Clock[] = [];
  beforeEach(async () => {
    opened = await embeddedStore();
  });
  afterEach(async () => {
    for (const clock of clocks.splice(0)) await clock.stop();
    await opened.close();
  });

  function start(self: string, task: () => Promise<void> = async () => undefined) {
    const seen = { ticks: 0, flushes: 0, errors: [] as unknown[] };
    const clock = startClock({
      advance: {
        all: async () => {
          seen.ticks += 1;
          await task();
        },
        heartbeatsContinuousSince: () => undefined,
      },
      originHealth: { measure: async () => undefined, stop: async () => undefined },
      notify: async () => undefined,
      lookAtKeys: async () => undefined,
      compareClocks: async () => undefined,
      now: Date.now,
      flush: async () => {
        seen.flushes += 1;
        await task();
      },
      leases: opened.store.leases,
      idempotency: opened.store.idempotency,
      self,
      onError: (error) => seen.errors.push(error),
    });
    clocks.push(clock);
    return { clock, seen };
  }
  const soon = { timeout: 5_000, interval: 20 };

  test('ticks again and again, and flushes the buffers', async () => {
    const { seen } = start('one');
    await expect.poll(() => seen.ticks, soon).toBeGreaterThanOrEqual(3);
    expect(seen.flushes).toBeGreaterThanOrEqual(1);
  });

  test('ticks in one process at a time, while all of them flush', async () => {
    const [one, two] = [start('one'), start('two')];
    await expect.poll(() => one.seen.ticks + two.seen.ticks, soon).toBeGreaterThanOrEqual(4);
    expect(Math.min(one.seen.ticks, two.seen.ticks)).toBe(0);
    expect(Math.min(one.seen.flushes, two.seen.flushes)).toBeGreaterThan(0);
  });

  test('flushes once more when it stops, and releases its lease at once', async () => {
    const one = start('one');
    await expect.poll(() => one.seen.ticks, soon).toBeGreaterThanOrEqual(1);
    const { flushes } = one.seen;
    await one.clock.stop();
    const { ticks } = one.seen;
    expect(one.seen.flushes).toBeGreaterThan(flushes);
    const two = start('two');
    await expect.poll(() => two.seen.ticks, { timeout: 1_000, interval: 20 }).toBeGreaterThanOrEqual(1);
    expect(one.seen.ticks).toBe(ticks);
  });

  test('continues after failed ticks', async () => {
    let failing = true;
    const { seen } = start('one', async () => {
      if (failing) throw new Error('the store is away');
    });
    await expect.poll(() => seen.errors.length, soon).toBeGreaterThanOrEqual(3);
    failing = false;
    const { ticks } = seen;
    await expect.poll(() => seen.ticks, soon).toBeGreaterThan(ticks);
  });

  test('never runs two ticks at once, and waits for a slow one when it stops', async () => {
    let running = 0;
    let most = 0;
    const { clock, seen } = start('one', async () => {
      running += 1;
      most = Math.max(most, running);
      await delay(700);
      running -= 1;
    });
    await expect.poll(() => seen.ticks, soon).toBeGreaterThanOrEqual(2);
    await clock.stop();
    expect(running).toBe(0);
    // One tick and one flush may run side by side.
    expect(most).toBeLessThanOrEqual(2);
  });
});
