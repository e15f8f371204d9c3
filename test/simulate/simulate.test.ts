import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { htmlReport } from '../../simulate/html.ts';
import { textReport } from '../../simulate/report.ts';
import { simulate } from '../../simulate/run.ts';
import { readScenario, type Scenario } from '../../simulate/scenario.ts';

function scenario(input: unknown): Scenario {
  const read = readScenario(input);
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return read.scenario;
}

const sale = {
  room: { inlet: { strategy: 'max-size', size: 50 }, admission: { lifetime: '5m', claim_window: '1m' } },
  arrivals: [
    { at: '0s', people: 400 },
    { at: '0s', per_minute: 60 },
    { at: '20m', per_minute: 0 },
  ],
  visitors: { no_show: 0.1, impatient: 0.2, asleep: 0.1, abandon: 0.2 },
  duration: '3h',
};

describe('a simulated sale', () => {
  test('has the same outcome for the same seed, and another for another', () => {
    const outcome = simulate(scenario(sale));
    expect(simulate(scenario(sale))).toEqual(outcome);
    expect(simulate(scenario({ ...sale, seed: 2 }))).not.toEqual(outcome);
  });

  test('never has more inside than fit, loses nobody, and comes to its end', () => {
    const outcome = simulate(scenario(sale));
    expect(outcome.peakInside).toBeLessThanOrEqual(50);
    expect(outcome.peakInside).toBeGreaterThan(45);
    expect(outcome.drained).not.toBeNull();
    expect(outcome.admitted + outcome.gaveUp).toBeLessThanOrEqual(outcome.visitors);
    expect(outcome.admitted).toBeGreaterThan(outcome.visitors * 0.6);
    expect(outcome.completed + outcome.abandoned).toBeLessThanOrEqual(outcome.admitted);
  });

  test('lets everybody in at once where there is room', () => {
    const room = { inlet: { strategy: 'max-size', size: 10_000 } };
    const visitors = { dwell: { median: '1m', p95: '2m' } };
    const outcome = simulate(scenario({ ...sale, room, visitors }));
    expect(outcome.admitted).toBe(outcome.visitors);
    // Who comes in the very first tick is there before the counter was ever raised.
    expect(outcome.waits?.p95).toBeLessThanOrEqual(6);
  });

  test('draws those who came before the start, and serves them from there', () => {
    const outcome = simulate(
      scenario({
        start: '2026-11-24T09:55:00Z',
        room: {
          inlet: { strategy: 'rate', per_minute: 600 },
          events: [
            { id: 'opening', prequeue_start: '2026-11-24T09:55:00Z', start: '2026-11-24T10:00:00Z', order: 'draw' },
          ],
        },
        arrivals: [
          { at: '0s', per_minute: 600 },
          { at: '4m', per_minute: 600 },
        ],
        duration: '1h',
      }),
    );
    expect(outcome.admitted).toBe(outcome.visitors);
    expect(outcome.drained).toBeGreaterThan(300);
    expect(outcome.waits?.max).toBeLessThan(6 * 60);
  });

  test('is told as text, and as a page that fetches nothing and escapes its title', () => {
    const outcome = simulate(scenario(sale));
    expect(textReport(outcome)).toMatch(/longest line .* people, after/);
    const html = htmlReport('<b>Sale</b>', outcome);
    expect(html).toContain('&lt;b>Sale&lt;/b>');
    expect(html).not.toMatch(/(?:src|href)=|https?:/);
    expect(html.match(/<svg /g)).toHaveLength(3);
  });

  test.each(['ticket-sale', 'vaccination'])('is described by the example %s', (name) => {
    expect(readScenario(parse(readFileSync(`examples/simulations/${name}.yaml`, 'utf8')))).toHaveProperty('scenario');
  });

  test('that contradicts itself is refused, with the field', () => {
    const faults = (input: unknown) => {
      const read = readScenario(input);
      return 'faults' in read ? read.faults.map(({ field }) => field) : [];
    };
    expect(faults({ ...sale, arrivals: [] })).toEqual(['arrivals']);
    expect(faults({ ...sale, arrivals: [{ at: 'soon', people: 1 }] })).toEqual(['arrivals[0]']);
    expect(faults({ ...sale, visitors: { no_show: 2, colour: 'red' } })).toEqual([
      'visitors.no_show',
      'visitors.colour',
    ]);
    expect(faults({ ...sale, room: { inlet: { strategy: 'rate', per_minute: -1 } } })).toEqual([
      'room.inlet.per_minute',
    ]);
  });
});
