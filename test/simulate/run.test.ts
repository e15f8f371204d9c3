import { describe, expect, it } from 'vitest';
import { simulate } from '../../simulate/run.ts';
import type { ScenarioInput } from '../../simulate/scenario.ts';
import type { Outcome } from '../../simulate/tally.ts';
import { always, scenario } from './scenario.ts';

const run = (input: Partial<ScenarioInput>): Outcome => simulate(scenario(input));
const MINUTE = 60;

const patient = { dwell: always('2m') };
/** Nobody is absent for so long as to be passed over. */
const attentive = { timeout: '24h' };

describe('a simulation', () => {
  it('gives identical figures for the same seed, and others for another seed', () => {
    const sale: Partial<ScenarioInput> = {
      room: { inlet: { strategy: 'max-size', size: 40 } },
      arrivals: [
        { at: '0s', per_minute: 60 },
        { at: '20m', per_minute: 30 },
      ],
      visitors: { no_show: 0.1, impatient: 0.3, asleep: 0.2, abandon: 0.2 },
    };
    expect(run({ ...sale, seed: 5 })).toEqual(run({ ...sale, seed: 5 }));
    expect(run({ ...sale, seed: 6 })).not.toEqual(run({ ...sale, seed: 5 }));
  });

  it('has the same arrivals whatever the room settings are', () => {
    const crowd = [
      { at: '0s', per_minute: 100 },
      { at: '10m', per_minute: 100 },
    ];
    const slow = run({ arrivals: crowd, visitors: { impatient: 0.5 } });
    const fast = run({ arrivals: crowd, room: { inlet: { strategy: 'rate', per_minute: 600 } } });
    expect(slow.visitors).toBe(fast.visitors);
    expect(slow.admitted).toBeLessThan(fast.admitted);
  });

  it('matches figures worked out by hand: 600 visitors, one a second', () => {
    const outcome = run({ arrivals: [{ at: '0s', people: 600 }], visitors: patient });
    expect(outcome).toMatchObject({ visitors: 600, admitted: 600, completed: 600, gaveUp: 0, noShows: 0, expired: 0 });
    expect(outcome.peakLine.people).toBe(600);
    // The last turn comes after ten minutes, and a page needs up to eight seconds to notice it and claim.
    expect(outcome.waits?.max).toBeGreaterThan(10 * MINUTE);
    expect(outcome.waits?.max).toBeLessThan(10 * MINUTE + 10);
    expect(outcome.waits?.p50).toBeGreaterThan(5 * MINUTE);
    expect(outcome.waits?.p50).toBeLessThan(5 * MINUTE + 10);
    expect(outcome.waits?.p95).toBeGreaterThan(9.5 * MINUTE);
    expect(outcome.waits?.p95).toBeLessThan(9.5 * MINUTE + 10);
    expect(outcome.drained).toBeGreaterThan(9.9 * MINUTE);
    expect(outcome.drained).toBeLessThan(10.1 * MINUTE);
    // One visitor a second, each for two minutes.
    expect(Math.abs(outcome.peakInside.people - 120)).toBeLessThanOrEqual(6);
    expect(Math.abs(outcome.admittedPerMinute.mean - 60)).toBeLessThanOrEqual(1);
    expect(Math.abs(outcome.admittedPerMinute.most - 60)).toBeLessThanOrEqual(6);
  });

  it('admits everybody at once while there is room, and reports no line', () => {
    const outcome = run({
      room: { inlet: { strategy: 'max-size', size: 1000 } },
      arrivals: [
        { at: '1m', per_minute: 60 },
        { at: '10m', per_minute: 60 },
      ],
      visitors: patient,
    });
    expect(outcome.atOnce).toBe(outcome.visitors);
    expect(outcome.waits).toEqual({ p50: 0, p95: 0, max: 0 });
    expect(outcome.peakLine.people).toBe(0);
    expect(outcome.drained).toBe(0);
  });

  it('never exceeds the size, and uses the places', () => {
    const outcome = run({
      room: { inlet: { strategy: 'rate', per_minute: 6000, size: 100 }, admission: { lifetime: '10m' } },
      arrivals: [{ at: '0s', people: 3000 }],
      visitors: { dwell: { median: '2m', p95: '5m' } },
      duration: '30m',
    });
    expect(outcome.peakInside.people).toBeLessThanOrEqual(100);
    const busy = outcome.samples.filter(({ at }) => at > 5 * MINUTE);
    for (const { inside } of busy) expect(inside).toBeGreaterThan(85);
    expect(outcome.drained).toBeNull();
    expect(outcome.lasted).toBe(30 * MINUTE);
  });

  it('ends when the last visitor has left', () => {
    const outcome = run({ arrivals: [{ at: '0s', people: 60 }], visitors: patient });
    expect(outcome.lasted).toBeLessThan(3.5 * MINUTE);
    expect(outcome.samples.at(-1)?.inside).toBeLessThanOrEqual(12);
  });
});

describe('the visitors of a simulation', () => {
  const crowd = [{ at: '0s', people: 2000 }];
  const busy = { inlet: { strategy: 'rate' as const, per_minute: 600 }, admission: { lifetime: '10m' } };

  /** Each visitor has exactly one outcome. */
  function expectComplete({ visitors, admitted, gaveUp, noShows }: Outcome): void {
    expect(admitted + gaveUp + noShows).toBe(visitors);
  }

  it('miss their turn in the configured share', () => {
    const outcome = run({ room: busy, arrivals: crowd, visitors: { no_show: 0.1 } });
    expectComplete(outcome);
    expect(Math.abs(outcome.noShows - 200)).toBeLessThan(50);
    expect(outcome.expired).toBe(outcome.noShows);
  });

  it('give up when their patience is over, if they still wait', () => {
    const outcome = run({
      room: { ...busy, inlet: { strategy: 'rate', per_minute: 60 } },
      arrivals: crowd,
      visitors: { impatient: 0.5, patience: always('5m'), press_leave: 1 },
    });
    expectComplete(outcome);
    // 300 are admitted within five minutes; half of the others leave then.
    expect(Math.abs(outcome.gaveUp - 850)).toBeLessThan(80);
    // They pressed “leave”, so no turn is wasted on them.
    expect(outcome.expired).toBe(0);
    expect(outcome.waits?.max).toBeLessThan(21 * MINUTE);
  });

  it('do not block the line when they close the page silently', () => {
    const gone = (press_leave: number) =>
      run({
        room: { ...busy, inlet: { strategy: 'rate', per_minute: 60 } },
        arrivals: crowd,
        visitors: { impatient: 0.5, patience: always('1m'), press_leave },
      });
    const [pressed, silent] = [gone(1), gone(0)];
    expectComplete(silent);
    // Until they count as absent, three or four minutes later, some turns come while nobody is there.
    expect(silent.expired).toBeGreaterThan(50);
    expect(silent.drained).toBeGreaterThan(pressed.drained ?? 0);
    expect(silent.drained).toBeLessThan((pressed.drained ?? 0) + 3 * MINUTE);
  });

  it('keep their place while asleep: they rejoin at the front', () => {
    const outcome = run({
      room: busy,
      arrivals: crowd,
      visitors: { asleep: 1, sleep: always('15m') },
      duration: '3h',
    });
    expectComplete(outcome);
    expect(outcome.admitted).toBe(2000);
    expect(outcome.expired).toBeGreaterThan(200);
    expect(outcome.waits?.max).toBeLessThan(20 * MINUTE);
  });

  it('rejoin at the back if the room says so', () => {
    const more = [...crowd, { at: '0s', per_minute: 650 }, { at: '40m', per_minute: 650 }];
    const asleep = (missed_turn: 'front' | 'back') =>
      run({
        room: { ...busy, admission: { lifetime: '10m', missed_turn } },
        arrivals: more,
        visitors: { asleep: 0.05, sleep: always('10m') },
      });
    const [front, back] = [asleep('front'), asleep('back')];
    expectComplete(front);
    expectComplete(back);
    expect(back.waits?.max).toBeGreaterThan((front.waits?.max ?? 0) + MINUTE);
  });

  it('stay counted until the admission expires if the site does not report the exit', () => {
    const inside = (unreported: number) =>
      run({
        room: { inlet: { strategy: 'max-size', size: 100 }, admission: { lifetime: '10m' } },
        arrivals: [{ at: '0s', people: 1000 }],
        visitors: { dwell: always('2m'), unreported },
      });
    const [reported, unreported] = [inside(0), inside(1)];
    expect(reported.completed).toBe(1000);
    expect(unreported.completed).toBe(0);
    expect(unreported.admitted).toBe(1000);
    const ratio = (unreported.drained ?? 0) / (reported.drained ?? 1);
    expect(ratio).toBeGreaterThan(4);
    expect(ratio).toBeLessThan(5);
  });

  it('abandon in the configured share', () => {
    const outcome = run({ room: busy, arrivals: crowd, visitors: { abandon: 0.25, dwell: always('1m') } });
    expect(outcome.completed + outcome.abandoned).toBe(2000);
    expect(Math.abs(outcome.abandoned - 500)).toBeLessThan(80);
  });

  it('get estimates that come true', () => {
    const outcome = run({
      room: busy,
      arrivals: [...crowd, { at: '0s', per_minute: 600 }, { at: '30m', per_minute: 600 }],
      visitors: { no_show: 0.05 },
    });
    const { within, outside } = outcome.predictions;
    expect(within + outside).toBeGreaterThan(15_000);
    expect(within / (within + outside)).toBeGreaterThan(0.95);
  });
});

describe('an event of a simulation', () => {
  const sale: Partial<ScenarioInput> = {
    start: '2026-11-24T09:30:00Z',
    room: {
      inlet: { strategy: 'rate', per_minute: 600 },
      presence: attentive,
      events: [{ id: 'opening', prequeue_start: '2026-11-24T09:30:00Z', start: '2026-11-24T10:00:00Z' }],
    },
    arrivals: [
      { at: '0s', people: 3000 },
      { at: '29m', people: 3000 },
      { at: '31m', people: 600 },
    ],
    visitors: patient,
  };

  it('serves nobody before its start, and every drawn entrant afterwards', () => {
    const outcome = run(sale);
    expect(outcome.admitted).toBe(6600);
    const before = outcome.samples.filter(({ at }) => at < 30 * MINUTE);
    expect(before.length).toBeGreaterThan(100);
    for (const { inside } of before) expect(inside).toBe(0);
    expect(before.at(-1)?.line).toBe(6000);
    // Waits count from the start: ten minutes for the last drawn entrant, then the latecomers.
    expect(outcome.waits?.max).toBeGreaterThan(9.9 * MINUTE);
    expect(outcome.waits?.max).toBeLessThan(10.3 * MINUTE);
    expect(outcome.drained).toBeGreaterThan(40.9 * MINUTE);
    expect(outcome.drained).toBeLessThan(41.2 * MINUTE);
  });

  it('leaves out nobody of the first batch, for whom places were free', () => {
    const outcome = run({ ...sale, room: { ...sale.room, inlet: { strategy: 'max-size', size: 500 } } });
    expect(outcome.admitted).toBe(6600);
    expect(outcome.expired).toBe(0);
  });

  it('joins visitors who slept through the draw behind the others, once', () => {
    const outcome = run({
      ...sale,
      room: { ...sale.room, presence: { timeout: '30s' } },
      visitors: { ...patient, asleep: 0.5, sleep: always('40m') },
    });
    expect(outcome.visitors).toBe(6600);
    expect(outcome.admitted).toBe(6600);
    expect(outcome.waits?.max).toBeGreaterThan(15 * MINUTE);
  });

  it('may have its own inlet', () => {
    const events = [
      { id: 'opening', start: '2026-11-24T10:00:00Z', inlet: { strategy: 'rate' as const, per_minute: 600 } },
    ];
    const outcome = run({ ...sale, room: { events, presence: attentive } });
    expect(outcome.admitted).toBe(6600);
    expect(outcome.drained).toBeGreaterThan(40.9 * MINUTE);
  });
});

describe('the origin of a simulation', () => {
  it('stays near its target with the adaptive inlet', () => {
    const outcome = run({
      room: {
        inlet: {
          strategy: 'adaptive',
          min_per_minute: 30,
          max_per_minute: 6000,
          target_latency: '500ms',
          target_error_rate: 0.01,
        },
        presence: attentive,
      },
      arrivals: [{ at: '0s', people: 20_000 }],
      visitors: { dwell: { median: '2m', p95: '4m' } },
      origin: { base: '100ms', capacity: 100 },
      duration: '90m',
    });
    // With five times its capacity inside, it is five times as slow.
    const settled = outcome.samples.filter(({ at }) => at > 30 * MINUTE);
    const mean = settled.reduce((sum, { inside }) => sum + inside, 0) / settled.length;
    expect(mean).toBeGreaterThan(350);
    expect(mean).toBeLessThan(550);
    for (const { inside } of settled) expect(inside).toBeLessThan(700);
  });

  it('fails beyond its limit, which the adaptive inlet notices too', () => {
    const outcome = run({
      room: {
        inlet: {
          strategy: 'adaptive',
          min_per_minute: 30,
          max_per_minute: 6000,
          target_latency: '1h',
          target_error_rate: 0.05,
        },
        presence: attentive,
      },
      arrivals: [{ at: '0s', people: 20_000 }],
      visitors: { dwell: { median: '2m', p95: '4m' } },
      origin: { capacity: 100, errors_from: 300 },
      duration: '90m',
    });
    const settled = outcome.samples.filter(({ at }) => at > 30 * MINUTE);
    for (const { inside } of settled) expect(inside).toBeLessThan(500);
    expect(settled.reduce((sum, { inside }) => sum + inside, 0) / settled.length).toBeGreaterThan(200);
  });
});
