import { describe, expect, test } from 'vitest';
import { estimatedWait, type Meter, measure, perMinute } from '#waiting-room/estimate.ts';

const T0 = 1_800_000_000_000;

/** The meter after so many seconds in which the turns came as `turns` says, from the beginning. */
function metered(seconds: number, turns: (second: number) => number): Meter {
  let meter: Meter = [];
  for (let second = 0; second <= seconds; second++) {
    meter = measure(meter, turns(second), T0 + second * 1000) ?? meter;
  }
  return meter;
}

describe('the speed of a line', () => {
  test('is not known before half a minute and five turns', () => {
    expect(perMinute([], T0)).toBeNull();
    expect(
      perMinute(
        metered(25, (second) => second * 10),
        T0 + 25_000,
      ),
    ).toBeNull();
    expect(
      perMinute(
        metered(120, (second) => Math.floor(second / 40)),
        T0 + 120_000,
      ),
    ).toBeNull();
    expect(
      perMinute(
        metered(40, (second) => second * 10),
        T0 + 40_000,
      ),
    ).not.toBeNull();
  });

  test('is a range about what it was', () => {
    const speed = perMinute(
      metered(300, (second) => second * 2),
      T0 + 300_000,
    );
    expect(speed?.low).toBeLessThan(120);
    expect(speed?.low).toBeGreaterThanOrEqual(60);
    expect(speed?.high).toBeGreaterThan(120);
    expect(speed?.high).toBeLessThanOrEqual(240);
  });

  test('forgets what is older than five minutes', () => {
    const meter = metered(1200, (second) => (second < 600 ? second * 10 : 6000 + (second - 600)));
    expect(perMinute(meter, T0 + 1_200_000)?.high).toBeLessThanOrEqual(120);
    expect(meter.length).toBeLessThanOrEqual(62);
  });

  test('begins anew where the turns do, or the clock went back', () => {
    const meter = metered(300, (second) => second);
    expect(measure(meter, 0, T0 + 305_000)).toEqual([[T0 + 305_000, 0]]);
    expect(measure(meter, 301, T0 - 3_600_000)).toEqual([[T0 - 3_600_000, 301]]);
  });
});

describe('an estimated wait', () => {
  test('is null while the speed is', () => {
    expect(estimatedWait(100, null, 4)).toBeNull();
  });

  test('grows with the people ahead, and its ends keep their order', () => {
    let before = { low: 0, high: 0 };
    for (let ahead = 0; ahead < 5000; ahead += 100) {
      const wait = estimatedWait(ahead, { low: 80, high: 150 }, 4) ?? before;
      expect(wait.low).toBeLessThanOrEqual(wait.high);
      expect(wait.low).toBeGreaterThanOrEqual(before.low);
      expect(wait.high).toBeGreaterThanOrEqual(before.high);
      before = wait;
    }
  });

  // Turns a second: steady, with noise, and in bursts each half minute.
  test.each([
    ['steady', 0.9, (second: number) => second * 2],
    ['noisy', 0.9, (second: number) => Math.floor(second * 2 + 8 * Math.sin(second / 7) + 4 * Math.sin(second))],
    // Who is in the next burst cannot be told from how often bursts come.
    ['in bursts', 0.7, (second: number) => Math.floor(second / 30) * 60],
  ])('holds what comes true for most (%s: %f)', (_, share, turns) => {
    let [within, all] = [0, 0];
    for (let second = 60; second < 900; second += 7) {
      const speed = perMinute(metered(second, turns), T0 + second * 1000);
      for (const ahead of [20, 100, 400]) {
        const wait = estimatedWait(ahead, speed, 4);
        if (!wait) continue;
        let waited = 0;
        while (turns(second + waited) - turns(second) < ahead + 1) waited += 1;
        all += 1;
        if (waited >= wait.low && waited <= wait.high) within += 1;
      }
    }
    expect(all).toBeGreaterThan(200);
    expect(within / all).toBeGreaterThan(share);
  });
});
