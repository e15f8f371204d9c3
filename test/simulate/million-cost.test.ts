import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { simulate } from '../../simulate/run.ts';
import { scenario } from './scenario.ts';

it('simulates a million visitors in less than a minute', () => {
  const file = join(import.meta.dirname, '../../examples/simulations/million.yaml');
  const million = scenario(parse(readFileSync(file, 'utf8')));
  const before = process.cpuUsage();
  const { visitors, admitted, noShows, gaveUp, drained } = simulate(million);
  // The processor's time: tests may run beside this one.
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(60_000);
  expect(visitors).toBeGreaterThan(1_000_000);
  expect(admitted + noShows + gaveUp).toBe(visitors);
  expect(drained).not.toBeNull();
});
