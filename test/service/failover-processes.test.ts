/** One trial of each fault; `node test/service/failover/main.ts` runs many. */
import { expect, test } from 'vitest';
import { FAULTS, type FaultName } from './failover/faults.ts';
import { runTrial } from './failover/trial.ts';

test.each(Object.keys(FAULTS) as FaultName[])(
  '%s under load: no number twice, nobody loses their place, service again within 5 s',
  async (fault) => {
    const outcome = await runTrial(fault, { joinsPerSecond: 40, before: 3000, after: 3000 });
    expect(outcome).toMatchObject({ numbersTwice: 0, placesLost: 0, faults: [] });
    expect(outcome.secondsUntilService).toBeLessThan(5);
    expect(outcome.overSize).toBeLessThanOrEqual(outcome.admissionsLost);
    expect(outcome.joined).toBeGreaterThan(150);
    expect(outcome.admitted).toBeGreaterThan(50);
  },
);
