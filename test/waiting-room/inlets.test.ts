import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdaptiveInlet } from '#waiting-room/inlets/adaptive.ts';
import { type InletSettings, tickInlet } from '#waiting-room/inlets/index.ts';
import type { PeriodicInlet } from '#waiting-room/inlets/periodic.ts';
import type { RateInlet } from '#waiting-room/inlets/rate.ts';
import * as pure from '#waiting-room/line/index.ts';
import { RULES, T0 } from '../store/contract/room-under-test.ts';
import { aDoor } from './door.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The time of a tick, as long as no clock jumped. */
const at = (now: number) => ({ now, shifted: 0, own: now });

const rate = (per_minute: number, more: Partial<RateInlet> = {}): RateInlet => ({
  strategy: 'rate',
  per_minute,
  ...more,
});

describe('the rate inlet', () => {
  it('serves 6,000 a minute, 100 in each second', () => {
    const door = aDoor(rate(6000));
    door.join(20_000);
    door.pass(SECOND);
    const seconds = Array.from({ length: 60 }, () => door.pass(SECOND));
    for (const served of seconds) {
      expect(served.length).toBeGreaterThanOrEqual(95);
      expect(served.length).toBeLessThanOrEqual(105);
      for (const number of served) expect(door.claim(number).state).toBe('admitted');
    }
    expect(door.line.claimed).toBeGreaterThanOrEqual(5940);
    expect(door.line.claimed).toBeLessThanOrEqual(6060);
  });

  it.each([1, 7, 20, 59, 61, 1000])('serves %i a minute evenly, hour after hour', (perMinute) => {
    const door = aDoor(rate(perMinute), { presenceTimeout: 24 * HOUR });
    door.join(perMinute * 120 + 10);
    door.pass(5 * MINUTE);
    for (let minute = 0; minute < 100; minute++) {
      const served = door.pass(MINUTE).length;
      expect(served).toBeGreaterThanOrEqual(perMinute - 1);
      expect(served).toBeLessThanOrEqual(perMinute + 1);
    }
    // The first tick only starts the count.
    expect(Math.abs(door.line.turns - perMinute * (105 - 1 / 240))).toBeLessThanOrEqual(1);
  });

  it('serves one person every two minutes at half a person a minute', () => {
    const door = aDoor(rate(0.5), { presenceTimeout: 24 * HOUR });
    door.join(100);
    expect(door.pass(HOUR)).toHaveLength(29);
    expect(door.pass(HOUR)).toHaveLength(30);
  });

  it('keeps the places of one second at most while nobody arrives', () => {
    const door = aDoor(rate(6000));
    door.pass(10 * MINUTE);
    expect(door.join(5000)).toHaveLength(100);
    expect(door.pass(SECOND).length).toBeLessThanOrEqual(105);
  });

  it('admits one person at once after a lull, however slow it is', () => {
    const door = aDoor(rate(6));
    door.pass(10 * MINUTE);
    expect(door.join(50)).toHaveLength(1);
    // A tenth of a minute may have filled the bucket again when the first visitor arrived.
    expect(door.pass(MINUTE).length).toBeLessThanOrEqual(7);
  });

  it('admits as many at once after a lull as its burst says, and no more', () => {
    const door = aDoor(rate(60, { burst: 500 }));
    door.pass(HOUR);
    expect(door.join(5000)).toHaveLength(500);
    const served = door.pass(MINUTE).length;
    expect(served).toBeGreaterThanOrEqual(59);
    expect(served).toBeLessThanOrEqual(61);
  });

  it('makes up for a late tick with the places of one second at most', () => {
    const door = aDoor(rate(6000));
    door.join(5000);
    door.pass(SECOND);
    door.setClock(door.now() + 30 * SECOND);
    expect(door.tick()).toHaveLength(100);
  });

  it('respects the size, and continues as places become free', () => {
    const door = aDoor(rate(6000, { size: 50 }));
    door.join(5000);
    const first = door.pass(10 * SECOND);
    expect(first).toHaveLength(50);
    for (const number of first) door.claim(number);
    expect(door.pass(10 * SECOND)).toEqual([]);
    for (const number of first.slice(0, 20)) door.complete(number);
    expect(door.pass(SECOND)).toHaveLength(20);
  });

  it('continues with new settings from its state', () => {
    const slow = tickInlet(rate(60), { ...at(T0), state: '', signal: null });
    const fast = tickInlet(rate(6000), { ...at(T0 + 500), state: slow.state, signal: null });
    expect(fast.raise).toMatchObject({ people: 50 });
  });
});

describe('a clock that jumps back', () => {
  const adaptive: AdaptiveInlet = {
    strategy: 'adaptive',
    min_per_minute: 6000,
    max_per_minute: 6000,
    target_latency: 500,
    target_error_rate: 0.01,
  };

  it.each<[string, InletSettings]>([
    ['rate', rate(6000)],
    ['adaptive', adaptive],
  ])('neither floods nor stops the line of a %s inlet', (_, inlet) => {
    for (const jump of [300, 900, 1500, 4000, 10 * SECOND, 2 * HOUR, 2000 * HOUR]) {
      const door = aDoor(inlet);
      door.join(50_000);
      door.pass(10 * SECOND);
      door.setClock(door.now() - jump);
      const served = door.pass(10 * SECOND).length;
      expect(served).toBeGreaterThanOrEqual(890);
      expect(served).toBeLessThanOrEqual(1000);
      expect(new Set([...door.line.holding.between(1, 50_000)]).size).toBe(door.line.turns);
    }
  });

  it('makes the adaptive inlet neither ignore new signals nor count old ones again', () => {
    const inlet = { ...adaptive, min_per_minute: 60 };
    const door = aDoor(inlet);
    const rateNow = () => JSON.parse(door.line.inletState.slice('adaptive '.length)).rate as number;
    for (let n = 0; n < 20; n++) {
      door.signals(100);
      door.pass(5 * SECOND);
    }
    const reached = rateNow();
    expect(reached).toBeGreaterThan(100);
    door.setClock(door.now() - HOUR);
    door.pass(10 * SECOND);
    expect(rateNow()).toBe(reached);
    door.signals(900);
    door.tick();
    expect(rateNow()).toBeCloseTo(reached * 0.7);
  });

  it('does not keep old signals of the adaptive inlet alive', () => {
    const door = aDoor({ ...adaptive, min_per_minute: 60 });
    for (let n = 0; n < 20; n++) {
      door.signals(100);
      door.pass(5 * SECOND);
    }
    door.setClock(door.now() - HOUR);
    door.pass(130 * SECOND);
    expect(door.line.inletState).toContain('"rate":60,');
  });

  it('does not stop the periods of a periodic inlet, nor serve one twice', () => {
    const door = aDoor({ strategy: 'periodic', increment: 10, every: 10 * SECOND, start: T0 });
    door.join(1000);
    door.pass(60 * SECOND);
    expect(door.line.serving).toBe(60);
    door.setClock(T0 + 30 * SECOND);
    // The period that begins with the new time was due at the jump.
    door.pass(30 * SECOND);
    expect(door.line.serving).toBe(90);
    door.pass(20 * SECOND);
    expect(door.line.serving).toBe(110);
  });

  it('makes the periods of a periodic inlet go on by its new time', () => {
    const door = aDoor({ strategy: 'periodic', increment: 10, every: 10 * SECOND, start: T0 });
    door.join(1000);
    door.pass(55 * SECOND);
    expect(door.line.serving).toBe(60);
    door.setClock(T0 + 23 * SECOND);
    expect(door.pass(7 * SECOND)).toEqual([]);
    expect(door.tick()).toHaveLength(10);
  });
});

describe('the periodic inlet', () => {
  const periodic = (more: Partial<PeriodicInlet> = {}): PeriodicInlet => ({
    strategy: 'periodic',
    increment: 10,
    every: MINUTE,
    unit: 'numbers',
    ...more,
  });
  const skippedAt = (door: ReturnType<typeof aDoor>) => door.steps.flatMap(({ skipped }) => skipped ?? []);

  it('counts people who are present, unless its unit is numbers', () => {
    const [people, numbers] = [aDoor(periodic({ start: T0, unit: undefined })), aDoor(periodic({ start: T0 }))];
    for (const door of [people, numbers]) {
      door.join(30);
      door.setClock(T0 + 10 * MINUTE);
      door.hear([5, 11, 12, 30]);
      door.tick();
    }
    expect([people.line.serving, people.line.held]).toEqual([36, 4]);
    expect([numbers.line.serving, numbers.line.held]).toEqual([10, 10]);
  });

  it('keeps the places of one period for newcomers, however long nobody waited', () => {
    const door = aDoor(periodic({ start: T0, unit: undefined }));
    door.pass(HOUR);
    expect(door.join(5000)).toHaveLength(10);
    // Clients of AWS's API count numbers, also those that nobody has yet.
    const numbers = aDoor(periodic({ start: T0 }));
    numbers.pass(10 * MINUTE);
    expect(numbers.join(5000)).toHaveLength(100);
  });

  it('begins at its start and begins no period at its end', () => {
    const door = aDoor(periodic({ start: T0 + MINUTE, end: T0 + 4 * MINUTE }));
    door.join(100);
    door.pass(MINUTE);
    expect(door.line.serving).toBe(0);
    door.tick();
    expect(door.line.serving).toBe(10);
    door.pass(HOUR);
    expect(door.line.serving).toBe(30);
    expect(skippedAt(door)).toEqual([]);
  });

  it('serves a last period that the end cuts short', () => {
    const door = aDoor(periodic({ start: T0, end: T0 + MINUTE + 1 }));
    door.join(100);
    door.pass(10 * MINUTE);
    expect(door.line.serving).toBe(20);
  });

  it('serves the current period at once with a start, and not without one', () => {
    const since = T0 - 30 * SECOND;
    const [started, unsaid] = [aDoor(periodic({ start: since })), aDoor(periodic())];
    for (const door of [started, unsaid]) {
      door.join(100);
      door.tick();
    }
    expect([started.line.serving, unsaid.line.serving]).toEqual([10, 0]);
    for (const door of [started, unsaid]) {
      door.pass(MINUTE);
      door.tick();
    }
    expect([started.line.serving, unsaid.line.serving]).toEqual([20, 10]);
  });

  it('does nothing if its end is before its start', () => {
    const door = aDoor(periodic({ start: T0 - HOUR, end: T0 - 30 * MINUTE }));
    door.join(100);
    door.pass(HOUR);
    expect(door.line.serving).toBe(0);
    expect(skippedAt(door)).toEqual([]);
  });

  it('serves each period once, whenever and however often the clock ticks', () => {
    const pauses = fc.array(fc.integer({ min: -20_000, max: 50_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(pauses, (between) => {
        const door = aDoor(periodic({ every: 10 * SECOND, start: T0 }));
        door.tick();
        let [before, jumps] = [0, 0];
        for (const pause of between) {
          door.setClock(Math.max(T0, door.now() + pause));
          door.tick();
          const { clock, shifted } = door.line;
          if (shifted !== before) jumps += 1;
          before = shifted;
          const passed = clock - shifted - T0;
          // A jump of a clock may make one period half a second shorter, or longer by less than another.
          expect(door.line.serving).toBeLessThanOrEqual(10 * (1 + Math.floor(passed / 9500)));
          expect(door.line.serving).toBeGreaterThanOrEqual(10 * (Math.floor(passed / (10 * SECOND)) - jumps));
        }
      }),
    );
  });

  it('serves each period once by the furthest clock, where clocks differ by up to five seconds', () => {
    const pauses = fc.array(fc.integer({ min: -5000, max: 50_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(pauses, (between) => {
        const door = aDoor(periodic({ every: 10 * SECOND, start: T0 }));
        door.tick();
        let latest = T0;
        for (const pause of between) {
          door.setClock(Math.max(T0, latest - 5000, door.now() + pause));
          latest = Math.max(latest, door.now());
          door.tick();
          expect(door.line.serving).toBe(10 * (Math.floor((latest - T0) / (10 * SECOND)) + 1));
        }
      }),
    );
  });

  it('makes up for periods missed within a minute', () => {
    const door = aDoor(periodic({ every: 10 * SECOND, start: T0 }));
    door.join(1000);
    door.tick();
    door.setClock(T0 + 55 * SECOND);
    door.tick();
    expect(door.line.serving).toBe(60);
    expect(skippedAt(door)).toEqual([]);
  });

  it('reports periods missed for longer, and does not serve them', () => {
    const door = aDoor(periodic({ every: 10 * SECOND, start: T0 }));
    door.join(1000);
    door.tick();
    door.setClock(T0 + 305 * SECOND);
    door.tick();
    // Of 30 periods, the six that began from 250 s on are no older than a minute.
    expect(door.line.serving).toBe(10 + 60);
    expect(skippedAt(door)).toEqual([24]);
    door.pass(10 * SECOND);
    expect(door.line.serving).toBe(80);
  });

  it('serves the current period, however late', () => {
    const door = aDoor(periodic({ every: 10 * MINUTE, start: T0 }));
    door.tick();
    door.setClock(T0 + 28 * MINUTE);
    door.tick();
    expect(door.line.serving).toBe(20);
    expect(skippedAt(door)).toEqual([1]);
  });

  it('reports periods that passed with its end while no process ran', () => {
    const door = aDoor(periodic({ every: 10 * SECOND, start: T0, end: T0 + MINUTE }));
    door.tick();
    door.setClock(T0 + HOUR);
    door.tick();
    expect(door.line.serving).toBe(10);
    expect(skippedAt(door)).toEqual([5]);
    door.pass(MINUTE);
    expect(skippedAt(door)).toEqual([5]);
  });

  it('starts again with other periods', () => {
    const before = tickInlet(periodic({ start: T0 }), { ...at(T0), state: '', signal: null });
    const { raise } = tickInlet(periodic({ start: T0 + 1 }), { ...at(T0 + 1), state: before.state, signal: null });
    expect(raise).toEqual({ numbers: 10 });
  });
});

describe('the adaptive inlet', () => {
  const adaptive = (more: Partial<AdaptiveInlet> = {}): AdaptiveInlet => ({
    strategy: 'adaptive',
    min_per_minute: 60,
    max_per_minute: 6000,
    target_latency: 500,
    target_error_rate: 0.01,
    ...more,
  });
  const rateOf = (door: ReturnType<typeof aDoor>): number =>
    JSON.parse(door.line.inletState.slice('adaptive '.length)).rate;

  /** A line whose origin sent so many good signals, five seconds apart. */
  function afterGoodSignals(count: number, inlet = adaptive()) {
    const door = aDoor(inlet, { presenceTimeout: 24 * HOUR });
    door.join(50_000);
    for (let n = 0; n < count; n++) {
      door.signals(100, 0);
      door.pass(5 * SECOND);
    }
    return door;
  }

  it('begins at its minimum and rises by a twentieth with each good signal', () => {
    const door = afterGoodSignals(0);
    door.tick();
    expect(rateOf(door)).toBe(60);
    const rates = Array.from({ length: 40 }, () => {
      door.signals(100, 0);
      door.pass(5 * SECOND);
      return rateOf(door);
    });
    rates.forEach((reached, n) => {
      expect(reached).toBeCloseTo((rates[n - 1] ?? 60) * 1.05);
    });
  });

  it('never exceeds its maximum or falls below its minimum', () => {
    const door = afterGoodSignals(150, adaptive({ max_per_minute: 90 }));
    expect(rateOf(door)).toBe(90);
    for (let n = 0; n < 20; n++) {
      door.signals(5000);
      door.pass(5 * SECOND);
    }
    expect(rateOf(door)).toBe(60);
  });

  it.each<[string, number | null, number | null]>([
    ['latency', 501, null],
    ['error rate', null, 0.011],
    ['error rate, however fast the answers are', 3, 0.5],
  ])('backs off with the first signal whose %s is beyond the target', (_, latency, errorRate) => {
    const door = afterGoodSignals(40);
    const before = rateOf(door);
    door.signals(latency, errorRate);
    door.tick();
    expect(rateOf(door)).toBeCloseTo(0.7 * before);
  });

  it('backs off until the origin improves, and holds the rate while it does', () => {
    const door = afterGoodSignals(60);
    const before = rateOf(door);
    const rates = [900, 1000, 950, 800, 600, 510, 700, 400].map((latency) => {
      door.signals(latency);
      door.pass(5 * SECOND);
      return rateOf(door) / before;
    });
    [0.7, 0.49, 0.49, 0.49, 0.49, 0.49, 0.343].forEach((share, n) => {
      expect(rates[n]).toBeCloseTo(share);
    });
    expect(rates[7]).toBeGreaterThan(0.343);
  });

  it('rises by less the closer the origin is to a target, and not at all at the target', () => {
    const door = afterGoodSignals(60);
    const raises = [300, 400, 450, 500].map((latency) => {
      const before = rateOf(door);
      door.signals(latency);
      door.pass(5 * SECOND);
      return rateOf(door) / before - 1;
    });
    [0.05, 0.04, 0.02, 0].forEach((raise, n) => {
      expect(raises[n]).toBeCloseTo(raise);
    });
  });

  it('treats any error as too many if none is allowed', () => {
    const door = afterGoodSignals(60, adaptive({ target_error_rate: 0 }));
    const before = rateOf(door);
    door.signals(null, 0);
    door.pass(5 * SECOND);
    expect(rateOf(door)).toBeGreaterThan(before);
    for (const share of [0.7, 0.49]) {
      const reached = before * 1.05 * share;
      door.signals(null, 0.001);
      door.pass(5 * SECOND);
      expect(rateOf(door)).toBeCloseTo(reached);
    }
  });

  it('counts a signal once, and two within a second as one', () => {
    const door = afterGoodSignals(40);
    const before = rateOf(door);
    door.signals(900);
    door.pass(SECOND / 2);
    door.signals(900);
    door.pass(20 * SECOND);
    expect(rateOf(door)).toBeCloseTo(0.7 * before);
  });

  it('falls to its minimum after two minutes without a signal', () => {
    const door = afterGoodSignals(60);
    const reached = rateOf(door);
    door.pass(115 * SECOND);
    expect(rateOf(door)).toBe(reached);
    door.pass(2 * SECOND);
    expect(rateOf(door)).toBe(60);
    expect(door.pass(MINUTE).length).toBeLessThanOrEqual(61);
  });

  it('serves at its current rate', () => {
    const door = afterGoodSignals(60);
    const reached = rateOf(door);
    const served = door.pass(MINUTE).length;
    expect(Math.abs(served - reached)).toBeLessThanOrEqual(2);
  });

  it('holds an origin whose latency grows with the people inside near its target', () => {
    // 100 ms when empty, and the target with 800 inside. Each stays for two minutes, so the limit is 400 a minute.
    const door = aDoor(adaptive(), { presenceTimeout: 24 * HOUR });
    door.join(50_000);
    const latency = () => 100 + door.line.admissions.active / 2;
    const leaving: { readonly at: number; readonly number: number }[] = [];
    const latencies: number[] = [];
    let served = 0;
    for (let signal = 0; signal < 1440; signal++) {
      door.signals(latency());
      door.pass(5 * SECOND, (numbers) => {
        while ((leaving[0]?.at ?? Number.POSITIVE_INFINITY) <= door.now()) door.complete(leaving.shift()?.number ?? 0);
        for (const number of numbers) {
          door.claim(number);
          leaving.push({ at: door.now() + 2 * MINUTE, number });
        }
        if (signal >= 720) served += numbers.length;
      });
      if (signal >= 720) latencies.push(latency());
    }
    const mean = latencies.reduce((sum, each) => sum + each, 0) / latencies.length;
    expect(mean).toBeGreaterThan(0.8 * 500);
    expect(mean).toBeLessThan(1.1 * 500);
    expect(Math.max(...latencies)).toBeLessThan(1.5 * 500);
    // It uses the origin, too: nearly its capacity for an hour.
    expect(served / 60).toBeGreaterThan(0.8 * 400);
  });
});

describe('the max-size inlet', () => {
  it('fills every place, and every place that becomes free', () => {
    const door = aDoor({ strategy: 'max-size', size: 500 });
    door.join(3000);
    const first = door.tick();
    expect(first).toHaveLength(500);
    expect(door.tick()).toEqual([]);
    for (const number of first) door.claim(number);
    for (let round = 0; round < 50; round++) {
      for (let n = 0; n < 10; n++) door.complete(10 * round + n + 1);
      const served = door.tick();
      expect(served).toHaveLength(10);
      for (const number of served) door.claim(number);
      expect(door.line.admissions.active).toBe(500);
    }
  });

  it('fills the place of a turn that passed', () => {
    const door = aDoor({ strategy: 'max-size', size: 2 });
    door.join(5);
    const [first = 0] = door.tick();
    door.claim(first);
    door.setClock(T0 + RULES.claimWindow);
    expect(door.tick()).toEqual([3]);
  });

  it('admits newcomers at once while there is room', () => {
    const door = aDoor({ strategy: 'max-size', size: 3 });
    door.tick();
    expect(door.join(5)).toEqual([1, 2, 3]);
  });
});

describe('the manual inlet', () => {
  it('never raises the counter', () => {
    const door = aDoor({ strategy: 'manual', size: 10 });
    door.join(10);
    expect(door.pass(HOUR)).toEqual([]);
  });
});

describe('when half of the people ahead have left', () => {
  /** A crowd of `count`, of whom only those that `stays` accepts are present. Returns who is served in a minute, by tick. */
  function aMinute(inlet: InletSettings, count: number, stays: (number: number) => boolean): number[][] {
    const door = aDoor(inlet);
    door.join(count);
    const numbers = Array.from({ length: count }, (_, n) => n + 1).filter(stays);
    door.setClock(T0 + RULES.presenceTimeout + MINUTE + 20 * SECOND);
    door.hear(numbers);
    const ticks: number[][] = [];
    let inside: number[] = [];
    door.pass(MINUTE, (served) => {
      ticks.push([...served]);
      inside.push(...served.filter((number) => door.claim(number).state === 'admitted'));
      // Some admitted visitors leave the site at each tick.
      for (const number of inside.slice(0, 20)) door.complete(number);
      inside = inside.slice(20);
    });
    return ticks;
  }

  it.each<[string, InletSettings]>([
    ['rate', rate(3000)],
    ['rate, with a size', rate(6000, { size: 300 })],
    ['max-size', { strategy: 'max-size', size: 300 }],
  ])('the present people behind are served as if nobody had left: %s', (_, inlet) => {
    const isThere = (number: number) => number % 2 === 0;
    const halfGone = aMinute(inlet, 20_000, isThere);
    const notThere = aMinute(inlet, 10_000, () => true);
    const total = halfGone.flat().length;
    expect(total).toBeGreaterThan(2500);
    expect(total).toBeGreaterThan(0.98 * notThere.flat().length);
    expect(halfGone.map((tick) => tick.map((number) => number / 2))).toEqual(notThere);
  });

  it('they are, too, if all visitors who left were in front', () => {
    const inlet: InletSettings = { strategy: 'max-size', size: 300 };
    const halfGone = aMinute(inlet, 20_000, (number) => number > 10_000);
    const notThere = aMinute(inlet, 10_000, () => true);
    expect(halfGone.map((tick) => tick.map((number) => number - 10_000))).toEqual(notThere);
  });
});

describe('the state of an inlet', () => {
  const strategies: readonly InletSettings[] = [
    rate(600, { burst: 50 }),
    { strategy: 'periodic', increment: 3, every: 7000, start: T0 - 3000 },
    { strategy: 'adaptive', min_per_minute: 60, max_per_minute: 600, target_latency: 500, target_error_rate: 0.01 },
    { strategy: 'max-size', size: 5 },
    { strategy: 'manual' },
  ];
  const signal = { latency: 100, errorRate: null, at: T0 };
  const names = strategies.map(({ strategy }) => strategy);

  /** Anything but what the strategy may have written. */
  const garbage = fc.oneof(
    fc.string(),
    fc.tuple(fc.constantFrom(...names), fc.string()).map(([name, text]) => `${name} {${text}`),
    fc.tuple(fc.constantFrom(...names), fc.json()).map(([name, json]) => `${name} ${json}`),
    fc.constantFrom(
      'rate null',
      'rate {"at":null,"tokens":5}',
      'rate {"at":"1","tokens":"2"}',
      'rate {"tokens":1e999,"at":0}',
      'periodic {"period":"3","of":[0,1]}',
      'periodic {"period":3,"of":null}',
      'periodic {"period":3,"of":[0]}',
      'periodic {"period":3,"of":{"0":1,"1":2}}',
      'adaptive {"at":1,"tokens":2}',
      'adaptive {"at":1,"tokens":2,"rate":null,"seen":0,"strain":0}',
      'adaptive {"at":1,"tokens":2,"rate":90,"seen":0}',
      'adaptive []',
      'rate {"at":1,"tokens":0,"shifted":"1"}',
      'rate {"at":1,"tokens":0,"still":1}',
      'rate {"at":1,"tokens":0,"still":{"since":1,"last":null,"filled":0}}',
      'periodic {"period":3,"of":[0,1],"shifted":null}',
    ),
  );

  it('is treated as empty if it is garbage', () => {
    fc.assert(
      fc.property(fc.constantFrom(...strategies), garbage, (settings, state) => {
        const tick = { ...at(T0), signal };
        const [found, fresh] = [tickInlet(settings, { ...tick, state }), tickInlet(settings, { ...tick, state: '' })];
        expect(found.raise).toEqual(fresh.raise);
        if (fresh.state !== '') expect(found.state).toBe(fresh.state);
      }),
      { numRuns: 2000 },
    );
  });

  it('advances once when two processes tick at once', () => {
    for (const settings of strategies) {
      const door = aDoor(settings);
      door.join(500);
      door.pass(10 * SECOND);
      const from = door.line.inletState;
      const now = door.now() + 10 * SECOND;
      const { raise, state } = tickInlet(settings, { ...at(now), state: from, signal });
      const steps = [1, 2].map(() =>
        pure.raise(door.line, { ...(raise ?? { people: 0 }), step: { from, to: state } }, now),
      );
      // Without a state, the second process finds nothing to do.
      if (state === from) expect(steps[1]?.raisedBy).toBe(0);
      else expect(steps.map(({ applied }) => applied)).toEqual([true, false]);
    }
  });

  it('is treated as empty if another strategy wrote it', () => {
    for (const one of strategies) {
      const { state } = tickInlet(one, { ...at(T0 - 60_000), state: '', signal });
      for (const other of strategies) {
        if (one === other) continue;
        const tick = { ...at(T0), signal };
        expect(tickInlet(other, { ...tick, state }).raise).toEqual(tickInlet(other, { ...tick, state: '' }).raise);
      }
    }
  });
});
