import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readScenario } from '../../simulate/scenario.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples/simulations');
const ROOM = { inlet: { strategy: 'rate', per_minute: 60 } };
const ARRIVALS = [{ at: '0s', people: 100 }];

/** The faults, as sentences. */
function faultsOf(input: unknown): string[] {
  const read = readScenario(input);
  return 'faults' in read ? read.faults.map(({ field, message }) => `${field} ${message}`) : [];
}

describe('a scenario', () => {
  it.each(readdirSync(EXAMPLES))('is valid: the example %s', (name) => {
    expect(faultsOf(parse(readFileSync(join(EXAMPLES, name), 'utf8')))).toEqual([]);
  });

  it('requires a room and arrivals, and has defaults for everything else', () => {
    expect(faultsOf({})).toEqual(['room is required', 'arrivals is required']);
    const read = readScenario({ room: ROOM, arrivals: ARRIVALS });
    expect(read).toMatchObject({
      scenario: {
        seed: 1,
        duration: 6 * 3_600_000,
        start: Date.parse('2026-11-24T10:00:00Z'),
        room: { id: 'simulated', mode: 'queue', admission: { claim_window: 120_000 } },
        visitors: { no_show: 0, impatient: 0, asleep: 0, dwell: { median: 240_000, p95: 540_000 } },
      },
    });
  });

  it.each<[string, object, string]>([
    ['a share beyond one', { visitors: { no_show: 1.5 } }, 'visitors.no_show must be at most 1'],
    ['an unknown name', { visitors: { noshow: 0.1 } }, 'visitors.noshow is not a known field'],
    ['a negative crowd', { arrivals: [{ at: '0s', people: -1 }] }, 'arrivals[0].people must be at least 0'],
    [
      'negative arrivals a minute',
      {
        arrivals: [
          { at: '0s', per_minute: 1 },
          { at: '5m', per_minute: -1 },
        ],
      },
      'arrivals[1].per_minute must be at least 0',
    ],
    ['no arrivals', { arrivals: [] }, 'arrivals must have at least 1 entry'],
    ['a point with neither key', { arrivals: [{ at: '0s' }] }, 'arrivals[0] must have per_minute or people'],
    [
      'a point with both keys',
      { arrivals: [{ at: '0s', people: 1, per_minute: 1 }] },
      'arrivals[0] must have per_minute or people',
    ],
    ['an invalid time', { arrivals: [{ at: 'noon', people: 1 }] }, 'arrivals[0].at must be a duration such as 0s'],
    ['a curve of one point', { arrivals: [{ at: '0s', per_minute: 5 }] }, 'arrivals must have a second point'],
    [
      'a 95th percentile below the median',
      { visitors: { dwell: { median: '5m', p95: '4m' } } },
      'visitors.dwell.p95 must not be shorter than the median',
    ],
    ['a size of zero', { room: { inlet: { strategy: 'max-size', size: 0 } } }, 'room.inlet.size must be at least 1'],
    [
      'an event that ends before it starts',
      { room: { ...ROOM, events: [{ id: 'e', start: '2026-11-24T10:00:00Z', end: '2026-11-24T09:00:00Z' }] } },
      'room.events[0].end must be after the start',
    ],
    ['a room whose counter nobody raises', { room: {} }, 'room.inlet.strategy must not be manual'],
    [
      'an adaptive inlet without an origin',
      {
        room: {
          inlet: {
            strategy: 'adaptive',
            min_per_minute: 1,
            max_per_minute: 9,
            target_latency: '1s',
            target_error_rate: 0,
          },
        },
      },
      'origin is required for an adaptive inlet',
    ],
    ['a seed that is not a number', { seed: 'x' }, 'seed must be a number'],
    ['an endless simulation', { duration: '0s' }, 'duration must be longer than 0'],
    ['an invalid start', { start: 'today' }, 'start must be a time such as'],
  ])('refuses %s, naming the field', (_, change, fault) => {
    const faults = faultsOf({ room: ROOM, arrivals: ARRIVALS, ...change });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });

  it('reports every fault at once', () => {
    expect(faultsOf({ room: ROOM, arrivals: [{ at: 'x', people: -1 }], visitors: { abandon: 2 } })).toHaveLength(3);
  });

  it('accepts a manual inlet if an event has another one, or in passthrough', () => {
    const event = { id: 'e', start: '2026-11-24T10:00:00Z', inlet: { strategy: 'rate', per_minute: 60 } };
    expect(faultsOf({ room: { events: [event] }, arrivals: ARRIVALS })).toEqual([]);
    expect(faultsOf({ room: { mode: 'passthrough' }, arrivals: ARRIVALS })).toEqual([]);
  });
});
