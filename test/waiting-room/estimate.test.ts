import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineView } from '#support/line-view.ts';
import { roomSettings } from '#support/room-settings.ts';
import { peopleAhead } from '#waiting-room/ahead.ts';
import { estimatedWait, type Meter, measure, perMinute, readMeter } from '#waiting-room/estimate.ts';
import { waitOf } from '#waiting-room/facts.ts';
import type { InletSettings } from '#waiting-room/inlets/index.ts';
import * as pure from '#waiting-room/line/index.ts';
import type { Mode } from '#waiting-room/room.ts';
import { createRandom } from '../../simulate/random.ts';
import { T0 } from '../store/contract/room-under-test.ts';
import { aDoor, TICK } from './door.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The meter of a line that had `turnsAt(time)` turns, measured four times a second. */
function meterOf(span: number, turnsAt: (elapsed: number) => number, from = T0): Meter {
  let meter: Meter = [];
  for (let elapsed = 0; elapsed <= span; elapsed += TICK) {
    meter = measure(meter, Math.floor(turnsAt(elapsed)), from + elapsed) ?? meter;
  }
  return meter;
}

const steady = (perMinute: number) => (elapsed: number) => (elapsed * perMinute) / MINUTE;

describe('the speed of a line', () => {
  it('is unknown at first, and without turns', () => {
    expect(readMeter('')).toEqual([]);
    expect(perMinute([], T0)).toBeNull();
    expect(perMinute([[T0, 0]], T0)).toBeNull();
  });

  it('is unknown during the first half minute', () => {
    expect(perMinute(meterOf(29 * SECOND, steady(600)), T0 + 29 * SECOND)).toBeNull();
    expect(perMinute(meterOf(30 * SECOND, steady(600)), T0 + 30 * SECOND)).not.toBeNull();
  });

  it('is unknown during the first five turns', () => {
    const four = (elapsed: number) => (elapsed < MINUTE ? 0 : 4);
    expect(perMinute(meterOf(2 * MINUTE, four), T0 + 2 * MINUTE)).toBeNull();
    const five = (elapsed: number) => (elapsed < MINUTE ? 0 : 5);
    expect(perMinute(meterOf(2 * MINUTE, five), T0 + 2 * MINUTE)).not.toBeNull();
  });

  it('is unknown after five minutes without a measurement', () => {
    const meter = meterOf(MINUTE, steady(600));
    expect(perMinute(meter, T0 + 6 * MINUTE)).not.toBeNull();
    expect(perMinute(meter, T0 + 6 * MINUTE + 1)).toBeNull();
  });

  it('is a range around the measured speed, never a single number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 100_000 }), (speed) => {
        const range = perMinute(meterOf(5 * MINUTE, steady(speed)), T0 + 5 * MINUTE);
        expect(range?.low).toBeLessThan(speed);
        expect(range?.high).toBeGreaterThan(speed);
        expect(range?.low).toBeGreaterThanOrEqual(0.45 * speed);
        expect(range?.high).toBeLessThanOrEqual(2.1 * speed);
      }),
      { numRuns: 50 },
    );
  });

  it('covers the last five minutes only', () => {
    const slowed = (elapsed: number) => Math.min(elapsed, 5 * MINUTE) / 100 + Math.max(0, elapsed - 5 * MINUTE) / 1000;
    const range = perMinute(meterOf(11 * MINUTE, slowed), T0 + 11 * MINUTE);
    expect(range?.low).toBeLessThanOrEqual(60);
    expect(range?.high).toBeLessThanOrEqual(80);
  });

  it('keeps one measurement for every five seconds of five minutes', () => {
    const meter = meterOf(30 * MINUTE, steady(600));
    expect(meter.length).toBeLessThanOrEqual(61);
    expect(meter.at(-1)?.[0]).toBe(T0 + 30 * MINUTE);
  });

  it('is measured again after the turns were reset', () => {
    const before = meterOf(5 * MINUTE, steady(6000));
    const reset = measure(before, 3, T0 + 5 * MINUTE + 5 * SECOND);
    expect(reset).toEqual([[T0 + 5 * MINUTE + 5 * SECOND, 3]]);
    expect(perMinute(reset ?? [], T0 + 5 * MINUTE + 5 * SECOND)).toBeNull();
  });

  it.each([2 * SECOND, 10 * SECOND, 60 * MINUTE])('is still measured after the clock jumped back by %i ms', (jump) => {
    let meter = meterOf(5 * MINUTE, steady(600));
    const from = T0 + 5 * MINUTE - jump;
    for (let elapsed = 0; elapsed <= MINUTE; elapsed += TICK) {
      meter = measure(meter, 3000 + Math.floor(elapsed / 100), from + elapsed) ?? meter;
    }
    const range = perMinute(meter, from + MINUTE);
    expect(range?.low).toBeLessThan(600);
    expect(range?.low).toBeGreaterThan(300);
    expect(range?.high).toBeGreaterThan(600);
    expect(range?.high).toBeLessThan(1200);
  });

  it('is not reset by two clocks that differ slightly', () => {
    const meter = meterOf(MINUTE, steady(600));
    expect(measure(meter, 600, T0 + MINUTE - 900)).toBeNull();
  });
});

describe('the estimated wait', () => {
  it('is unknown without a speed', () => {
    expect(estimatedWait(10, null, 4)).toBeNull();
    expect(estimatedWait(10, { low: 0, high: 5 }, 4)).toBeNull();
  });

  it('is a range in steps of five seconds that grows with the people ahead', () => {
    expect(estimatedWait(0, { low: 60, high: 120 }, 4)).toEqual({ low: 0, high: 5 });
    expect(estimatedWait(120, { low: 60, high: 120 }, 4)).toEqual({ low: 60, high: 125 });
    const speed = fc.tuple(fc.double({ min: 0.1, max: 1e5, noNaN: true }), fc.double({ min: 1, max: 3, noNaN: true }));
    fc.assert(
      fc.property(speed, fc.nat(1_000_000), fc.nat(1000), ([low, times], ahead, more) => {
        const range = { low, high: low * times };
        const [near, far] = [estimatedWait(ahead, range, 4), estimatedWait(ahead + more, range, 4)];
        expect(near?.low).toBeLessThan(near?.high ?? 0);
        expect((near?.low ?? 1) % 5).toBe(0);
        expect((near?.high ?? 1) % 5).toBe(0);
        expect(far?.low).toBeGreaterThanOrEqual(near?.low ?? 0);
        expect(far?.high).toBeGreaterThanOrEqual(near?.high ?? 0);
      }),
    );
  });
});

describe('predicted waits', () => {
  /**
   * An hour of a line: it begins with 600 people, others keep arriving, and each gets a prediction. Some do not claim, and
   * admitted visitors stay for a while. Returns the shares of waits within their range, beyond it, and without one.
   */
  function anHour(inlet: InletSettings, perSecond: number, seed: number) {
    const random = createRandom(seed);
    const door = aDoor(inlet, { presenceTimeout: 24 * 60 * MINUTE });
    const predicted = new Map<number, { readonly at: number; readonly low: number; readonly high: number }>();
    const leaving = new Map<number, number[]>();
    const count = { within: 0, outside: 0, untold: 0 };
    let meter: Meter = [];

    function join(people: number): void {
      const view = pure.view(door.line, door.now());
      const ahead = peopleAhead(view);
      const speed = perMinute(meter, door.now());
      for (let n = 1; n <= people; n++) {
        const range = estimatedWait(ahead(view.counters.queue + n), speed, 4);
        if (range) predicted.set(view.counters.queue + n, { at: door.now(), ...range });
        else count.untold += 1;
      }
      door.join(people);
    }

    function claim(number: number): void {
      if (random.chance(0.05)) return;
      door.claim(number);
      const until = door.now() + TICK * Math.round(random.logNormal(2 * MINUTE, 6 * MINUTE) / TICK);
      leaving.set(until, [...(leaving.get(until) ?? []), number]);
      const range = predicted.get(number);
      // The page notices its turn with its next poll.
      const waited = range ? (door.now() - range.at) / SECOND + 2 * random.next() : 0;
      if (range) count[waited >= range.low && waited <= range.high ? 'within' : 'outside'] += 1;
    }

    join(600);
    for (let elapsed = 0; elapsed < 60 * MINUTE; elapsed += TICK) {
      for (const number of leaving.get(door.now()) ?? []) door.complete(number);
      const people = elapsed < 40 * MINUTE ? random.poisson((perSecond * TICK) / SECOND) : 0;
      if (people > 0) join(people);
      door.pass(TICK, (served) => served.forEach(claim));
      meter = measure(meter, door.line.turns, door.now()) ?? meter;
    }
    return count;
  }

  it.each<[string, InletSettings, number]>([
    ['steady', { strategy: 'rate', per_minute: 120 }, 2],
    ['noisy, as places become free', { strategy: 'max-size', size: 300 }, 2],
    ['noisy, with few places', { strategy: 'max-size', size: 40 }, 0.25],
    ['in bursts, each minute', { strategy: 'periodic', increment: 120, every: MINUTE }, 2],
  ])('come true in a line that moves %s', (_, inlet, perSecond) => {
    for (const seed of [1, 2, 3]) {
      const { within, outside, untold } = anHour(inlet, perSecond, seed);
      expect(within + outside).toBeGreaterThan(200);
      expect(within / (within + outside)).toBeGreaterThan(0.9);
      // Those who arrive during the first half minute get no prediction.
      expect(untold).toBeGreaterThanOrEqual(600);
      expect(untold).toBeLessThan(600 + 5 * 60 * perSecond);
    }
  });
});

describe('the estimate for a waiting visitor', () => {
  const snapshot = (mode: Mode, alarm = false) => ({
    settings: roomSettings({ mode }),
    view: lineView({ mode, alarm }),
    line: 'sale',
    lanes: [],
    present: 0,
    stock: null,
    event: null,
    speed: perMinute(meterOf(5 * MINUTE, steady(60)), T0 + 5 * MINUTE),
    updatedAt: T0,
    ahead: () => 60,
    places: new Map(),
  });

  it('is a range while the line moves, and null while it is paused, closed or stopped by the breaker', () => {
    const range = waitOf(snapshot('queue'), 60);
    expect(range?.low).toBeLessThan(60);
    expect(range?.high).toBeGreaterThan(60);
    expect(waitOf(snapshot('paused'), 60)).toBeNull();
    expect(waitOf(snapshot('closed'), 60)).toBeNull();
    expect(waitOf(snapshot('queue', true), 60)).toBeNull();
  });
});
