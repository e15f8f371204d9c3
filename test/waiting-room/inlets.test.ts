import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Signal, tickInlet } from '#waiting-room/inlets/index.ts';
import type { Line } from '#waiting-room/line.ts';
import * as pure from '#waiting-room/line.ts';
import type { AdaptiveInlet, InletSettings, LineRules } from '#waiting-room/room.ts';

const T0 = 1_800_000_000_000;
const TICK = 250;
const MINUTE = 60_000;

const RULES = { mode: 'queue', size: 0, lifetime: 600_000, claimWindow: 120_000, presenceTimeout: 86_400_000 } as const;

/** A line with so many waiting, all present. */
function lineOf(waiting: number, rules: Partial<LineRules> = {}): Line {
  const line = pure.newLine({ ...RULES, ...rules });
  pure.join(
    line,
    Array.from({ length: waiting }, (_, n) => ({ visitor: `v${n}`, claim: false })),
    T0,
  );
  return line;
}

/** One tick of the clock, as the service does it: how many periods were skipped. */
function tick(line: Line, inlet: InletSettings, now: number, signal: Signal | null = null): number {
  const { raise, state, skipped } = tickInlet(inlet, { now, state: line.inletState, signal });
  pure.raise(line, raise ?? { people: 0 }, now, { from: line.inletState, to: state });
  return skipped ?? 0;
}

/** Ticks from `from` to `to`; the serving counter after each. */
function run(
  line: Line,
  inlet: InletSettings,
  from: number,
  to: number,
  signal: (now: number) => Signal | null = () => null,
) {
  const served: number[] = [];
  for (let now = from; now <= to; now += TICK) {
    tick(line, inlet, now, signal(now));
    served.push(line.serving);
  }
  return served;
}

describe('a rate', () => {
  test('of 6,000 a minute serves 6,000 in a minute, and 100 in each second', () => {
    const line = lineOf(7000);
    const served = run(line, { strategy: 'rate', per_minute: 6000 }, T0, T0 + MINUTE);
    expect(line.turns).toBeGreaterThanOrEqual(5940);
    expect(line.turns).toBeLessThanOrEqual(6060);
    for (let second = 1; second <= 60; second++) {
      const inSecond = (served[second * 4] ?? 0) - (served[(second - 1) * 4] ?? 0);
      expect(Math.abs(inSecond - 100)).toBeLessThanOrEqual(5);
    }
  });

  test('below one a second serves one at a time, and in an hour all of them', () => {
    const line = lineOf(200);
    const served = run(line, { strategy: 'rate', per_minute: 2 }, T0, T0 + 60 * MINUTE);
    for (let n = 1; n < served.length; n++) expect((served[n] ?? 0) - (served[n - 1] ?? 0)).toBeLessThanOrEqual(1);
    expect(Math.abs(line.serving - 120)).toBeLessThanOrEqual(1);
  });

  test('hoards nothing while nobody comes: a second’s worth passes at once, or the burst', () => {
    for (const [burst, most] of [
      [undefined, 100],
      [500, 500],
    ] as const) {
      const line = lineOf(0);
      run(line, { strategy: 'rate', per_minute: 6000, burst }, T0, T0 + 10 * MINUTE);
      expect(line.serving - line.queue).toBeLessThanOrEqual(most);
      expect(line.serving - line.queue).toBeGreaterThanOrEqual(most * 0.75);
    }
  });

  test('serves those who are there as if those who left had not been there', () => {
    const inlet: InletSettings = { strategy: 'rate', per_minute: 6000 };
    const full = lineOf(20_000, { presenceTimeout: 180_000 });
    const half = lineOf(20_000, { presenceTimeout: 180_000 });
    // Every other one has gone: nobody hears from them for as long as it takes.
    const there = (line: Line, step: number, now: number) => {
      const numbers: number[] = [];
      for (let number = 1; number <= line.queue; number += step) numbers.push(number);
      pure.heard(line, 1, numbers, now);
    };
    for (let minute = 1; minute <= 5; minute++) {
      there(full, 1, T0 + minute * MINUTE);
      there(half, 2, T0 + minute * MINUTE);
    }
    const from = T0 + 5 * MINUTE;
    const served = [full, half].map((line) => {
      const before = line.turns;
      run(line, inlet, from, from + MINUTE);
      return line.turns - before;
    });
    expect(Math.abs((served[1] ?? 0) / (served[0] ?? 1) - 1)).toBeLessThan(0.02);
    expect(half.serving).toBeGreaterThan(full.serving * 1.9);
  });

  test('serves nobody twice when its clock jumps back, and goes on', () => {
    const line = lineOf(5000);
    const inlet: InletSettings = { strategy: 'rate', per_minute: 600 };
    run(line, inlet, T0, T0 + 10_000);
    const before = line.serving;
    const { raise } = tickInlet(inlet, { now: T0 - 3_600_000, state: line.inletState, signal: null });
    expect(raise).toBeNull();
    const back = T0 - 3_600_000;
    run(line, inlet, back, back + 10_000);
    expect(line.serving - before).toBeGreaterThan(90);
    expect(line.serving - before).toBeLessThanOrEqual(101);
  });
});

describe('a periodic inlet', () => {
  const inlet = { strategy: 'periodic', increment: 10, every: MINUTE } as const;

  test('serves its numbers at the beginning of each period between its start and its end', () => {
    const line = lineOf(1000);
    const bounded = { ...inlet, start: T0 + MINUTE, end: T0 + 4 * MINUTE };
    const served = run(line, bounded, T0, T0 + 10 * MINUTE);
    const at = (minutes: number) => served[minutes * 240];
    expect([0, 1, 2, 3, 4, 9].map(at)).toEqual([0, 10, 20, 30, 30, 30]);
    expect(served[240 - 1]).toBe(0);
  });

  test('waits for the next period where it is not said when to start', () => {
    const line = lineOf(1000);
    const start = Math.ceil(T0 / MINUTE) * MINUTE + 10_000;
    run(line, inlet, start, start + 40_000);
    expect(line.serving).toBe(0);
    run(line, inlet, start + 50_000, start + 50_000);
    expect(line.serving).toBe(10);
  });

  test('makes up for what was missed within a minute, and tells of what was missed before', () => {
    const often = { ...inlet, every: 10_000, start: T0 };
    const line = lineOf(1000);
    tick(line, often, T0);
    expect(tick(line, often, T0 + 30_000)).toBe(0);
    expect(line.serving).toBe(40);
    const skipped = tick(line, often, T0 + 630_000);
    expect(line.serving + skipped * 10).toBe(640);
    expect(skipped).toBeGreaterThan(50);
  });

  test('serves no period twice, also when its clock jumps back', () => {
    const line = lineOf(1000);
    const bounded = { ...inlet, start: T0 };
    run(line, bounded, T0, T0 + 5 * MINUTE);
    const { serving } = line;
    run(line, bounded, T0, T0 + 5 * MINUTE);
    expect(line.serving).toBe(serving);
    run(line, bounded, T0 + 6 * MINUTE, T0 + 6 * MINUTE);
    expect(line.serving).toBe(serving + 10);
  });
});

describe('an adaptive inlet', () => {
  const inlet: AdaptiveInlet = {
    strategy: 'adaptive',
    min_per_minute: 60,
    max_per_minute: 6000,
    target_latency: 800,
    target_error_rate: 0.01,
  };
  const rateOf = (line: Line) => JSON.parse(line.inletState.slice('adaptive '.length)).rate as number;
  const good = (at: number): Signal => ({ latency: 100, errorRate: 0, at });

  test('raises gently while the origin is well, and backs off at once when it is not', () => {
    const line = lineOf(100_000);
    let signal: Signal | null = null;
    for (let now = T0; now < T0 + 20 * MINUTE; now += TICK) {
      if ((now - T0) % 5000 === 0) signal = good(now);
      const before = line.inletState === '' ? 60 : rateOf(line);
      tick(line, inlet, now, signal);
      expect(rateOf(line)).toBeLessThanOrEqual(Math.max(before * 1.05, before + 1) + 1e-9);
    }
    const reached = rateOf(line);
    expect(reached).toBeGreaterThan(3000);
    const now = T0 + 20 * MINUTE;
    for (const strained of [
      { latency: 801, errorRate: 0, at: now },
      { latency: 100, errorRate: 0.02, at: now + 2000 },
    ]) {
      const before = rateOf(line);
      tick(line, inlet, strained.at, strained);
      expect(rateOf(line)).toBeCloseTo(before * 0.7);
    }
  });

  test('goes back to its minimum when nobody knows how the origin does', () => {
    const line = lineOf(10_000);
    for (let n = 0; n < 50; n++) tick(line, inlet, T0 + n * 5000, good(T0 + n * 5000));
    const last = T0 + 49 * 5000;
    expect(rateOf(line)).toBeGreaterThan(60);
    tick(line, inlet, last + 121_000, good(last));
    expect(rateOf(line)).toBe(60);
  });

  test('holds an origin near its target', () => {
    // Latency in proportion to people a minute: at the target at 1,600 a minute.
    const line = lineOf(200_000);
    let signal: Signal = good(T0);
    const rates: number[] = [];
    for (let now = T0; now < T0 + 90 * MINUTE; now += TICK) {
      if ((now - T0) % 5000 === 0) {
        const rate = line.inletState === '' ? 60 : rateOf(line);
        signal = { latency: rate / 2, errorRate: 0, at: now };
        if (now > T0 + 30 * MINUTE) rates.push(rate);
      }
      tick(line, inlet, now, signal);
    }
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    expect(mean).toBeGreaterThan(1600 * 0.8);
    expect(Math.max(...rates)).toBeLessThan(1600 * 1.06);
  });
});

describe('any inlet', () => {
  const inlets: InletSettings[] = [
    { strategy: 'manual' },
    { strategy: 'max-size', size: 5 },
    { strategy: 'rate', per_minute: 60 },
    { strategy: 'periodic', increment: 1, every: 1000 },
    {
      strategy: 'adaptive',
      min_per_minute: 60,
      max_per_minute: 600,
      target_latency: 100,
      target_error_rate: 0.1,
    },
  ];

  test('takes what it cannot read for nothing kept', () => {
    const states = fc.oneof(
      fc.string(),
      fc.constantFrom('rate ', 'rate {', 'periodic {"per', 'adaptive x', 'rate {"at":1,"tokens":2}'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...inlets), states, (inlet, state) => {
        expect(() => tickInlet(inlet, { now: T0, state, signal: null })).not.toThrow();
      }),
    );
  });

  test('takes a step once, of two processes that tick at once', () => {
    for (const inlet of inlets) {
      const line = lineOf(100, { size: inlet.size ?? 0 });
      run(line, inlet, T0, T0 + 5000);
      const seen = line.inletState;
      const step = tickInlet(inlet, { now: T0 + 7000, state: seen, signal: null });
      const steps = [0, 1].map(() =>
        pure.raise(line, step.raise ?? { people: 0 }, T0 + 7000, { from: seen, to: step.state }),
      );
      // Where nothing is kept between ticks the second step finds nothing to do.
      if (step.state !== seen) expect(steps.map(({ applied }) => applied)).toEqual([true, false]);
      else expect(steps[1]?.raisedBy).toBe(0);
    }
  });
});
