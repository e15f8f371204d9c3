import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Clock, type ClockDeps, startClock } from '#clock/index.ts';
import { embeddedStore, type OpenedStore } from '#support/stores.ts';
import { StoreUnavailable } from '#waiting-room/errors.ts';

let opened: OpenedStore;
let clocks: Clock[];
/** What happened in which process, in order. */
let steps: string[];

beforeEach(async () => {
  opened = await embeddedStore();
  [clocks, steps] = [[], []];
});
afterEach(async () => {
  for (const clock of clocks) await clock.stop();
  await opened.close();
});

function start(self: string, more: Partial<ClockDeps> = {}): Clock {
  const step = (what: string) => async () => void steps.push(`${self} ${what}`);
  const clock = startClock({
    advance: { all: step('ticks'), heartbeatsContinuousSince: () => void steps.push(`${self} knows of gaps`) },
    flush: step('flushes'),
    notify: step('notifies'),
    lookAtKeys: async () => undefined,
    compareClocks: step('compares clocks'),
    originHealth: { measure: step('measures'), stop: step('rests') },
    leases: opened.store.leases,
    idempotency: opened.store.idempotency,
    self,
    now: Date.now,
    onError: () => void steps.push(`${self} fails`),
    ...more,
  });
  clocks.push(clock);
  return clock;
}

const count = (step: string) => steps.filter((each) => each === step).length;
const seen = (step: string, times = 1) =>
  vi.waitFor(() => expect(count(step)).toBeGreaterThanOrEqual(times), { timeout: 5000, interval: 10 });

test('one process ticks and measures origins, and all flush their buffers; when it stops, another takes over at once', async () => {
  const one = start('one');
  await seen('one ticks', 2);
  start('two');
  await seen('one measures');
  await seen('two flushes', 2);
  await seen('one compares clocks', 2);
  await seen('two compares clocks', 2);
  await seen('two rests');
  expect([count('two ticks'), count('two measures')]).toEqual([0, 0]);
  await one.stop();
  const stopped = performance.now();
  await seen('two ticks');
  expect(performance.now() - stopped).toBeLessThan(1000);
  await seen('two measures');
});

test('a process that stops ends its measurements and flushes its buffers', async () => {
  const one = start('one');
  await seen('one ticks');
  steps = [];
  await one.stop();
  expect(steps.slice(-2)).toEqual(['one rests', 'one flushes']);
});

test('a process knows since when heartbeats arrive before its first tick', async () => {
  start('one');
  await seen('one ticks');
  expect(steps.indexOf('one knows of gaps')).toBeLessThan(steps.indexOf('one ticks'));
  expect(steps).toContain('one knows of gaps');
});

test('no process ticks while the store is unavailable, and ticks go on when it is back', async () => {
  const { idempotency } = opened.store;
  let away = true;
  const remember: ClockDeps['idempotency']['remember'] = (...entry) =>
    away ? Promise.reject(new StoreUnavailable(new Error('gone'))) : idempotency.remember(...entry);
  start('one', { idempotency: { ...idempotency, remember } });
  await seen('one fails', 2);
  expect(count('one ticks')).toBe(0);
  away = false;
  await seen('one ticks', 2);
});
